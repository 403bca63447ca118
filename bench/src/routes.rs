//! The hand-written route table: one matchit router a method.

use matchit::Router;

use crate::workload::Route;

/// Finds what a route has to say, whatever that is.
pub struct Routes<T> {
    get: Router<T>,
    post: Router<T>,
    patch: Router<T>,
    delete: Router<T>,
}

impl<T> Routes<T> {
    /// Keeps `what(route)` for each of the routes.
    ///
    /// # Panics
    /// When two routes are the same, or the method is not one of the four.
    pub fn new(routes: &[Route], what: impl Fn(&Route) -> T) -> Self {
        let mut table =
            Self { get: Router::new(), post: Router::new(), patch: Router::new(), delete: Router::new() };
        for route in routes {
            table
                .router(route.method)
                .expect("one of the four methods")
                .insert(&route.template, what(route))
                .expect("no two routes are the same");
        }
        table
    }

    /// What the route of this method and path says, if there is one.
    pub fn find(&self, method: &str, path: &str) -> Option<&T> {
        let router = match method {
            "GET" => &self.get,
            "POST" => &self.post,
            "PATCH" => &self.patch,
            "DELETE" => &self.delete,
            _ => return None,
        };
        router.at(path).ok().map(|found| found.value)
    }

    fn router(&mut self, method: &str) -> Option<&mut Router<T>> {
        match method {
            "GET" => Some(&mut self.get),
            "POST" => Some(&mut self.post),
            "PATCH" => Some(&mut self.patch),
            "DELETE" => Some(&mut self.delete),
            _ => None,
        }
    }
}
