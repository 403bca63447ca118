//! The route table: which request needs what.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{decimal, join, sort};
use crate::document::{ObjectReader, Place, Problems, Value, expected};
use crate::policy::catalog::Catalog;
use crate::policy::routes::methods::Methods;
use crate::policy::routes::route::Route;
use crate::policy::routes::route_reader::RouteReader;
use crate::policy::routes::template::Template;
use crate::policy::routes::trie::{End, Entry, Trie};
use crate::request::{Habits, Path, PathRules};

/// The most routes that a policy may have, after `crud` is written out.
const MOST: usize = 100_000;

#[derive(Debug, Default)]
pub(crate) struct Routes {
    pub(crate) list: Vec<Route>,
    /// Whether any of them is open.
    pub(crate) some_open: bool,
    pub(crate) methods: Methods,
    pub(crate) trie: Trie,
    /// The same without the case of letters, where that makes a difference.
    pub(crate) folded: Option<Trie>,
}

impl Routes {
    pub(crate) fn read(
        document: &mut ObjectReader<'_, '_>,
        rules: &PathRules,
        catalog: &Catalog,
        kinds: &[String],
        problems: &mut Problems,
    ) -> Routes {
        let mut routes = Routes::default();
        document.required("routes", problems, |value, at, problems| {
            let Value::List(items) = value else {
                expected(problems, at, "a list");
                return None;
            };
            for (i, item) in items.iter().enumerate() {
                let (list, methods) = (&mut routes.list, &mut routes.methods);
                let mut reader =
                    RouteReader { rules, catalog, kinds, list, methods, problems: &mut *problems };
                reader.read(item, at.item(i), i);
            }
            if routes.list.len() > MOST {
                problems.add(at, "too_many_routes", "a policy has at most 100,000 routes; split it".into());
                return None;
            }
            routes.refuse_twins(at, problems);
            Some(())
        });
        let mut folded = Vec::new();
        if rules.habits.have(Habits::CASE) {
            folded.extend(routes.list.iter().map(|route| route.template.folded()));
        }
        routes.trie = routes.tree(&[]);
        if routes.list.iter().zip(&folded).any(|(route, folded)| route.template.segments != folded.segments) {
            routes.folded = Some(routes.tree(&folded));
        }
        routes.some_open = routes.list.iter().any(Route::is_open);
        routes
    }

    /// The tree that ignores the case of letters, if some router does.
    pub(crate) fn loose(&self) -> &Trie {
        self.folded.as_ref().unwrap_or(&self.trie)
    }

    /// The tree of the routes, with these templates in the place of their own.
    fn tree(&self, templates: &[Template]) -> Trie {
        let mut entries = Vec::with_capacity(self.list.len());
        for (number, route) in self.list.iter().enumerate() {
            let end = End { method: route.method, route: number as u32 };
            entries.push(Entry { template: templates.get(number).unwrap_or(&route.template), end });
        }
        Trie::build(entries)
    }

    /// Two routes of one shape and method: which one applies would depend on their order.
    fn refuse_twins(&self, at: &Place<'_>, problems: &mut Problems) {
        let mut order: Vec<&Route> = self.list.iter().collect();
        let key = |a: &&Route, b: &&Route| {
            a.template.segments.cmp(&b.template.segments).then(a.method.cmp(&b.method))
        };
        sort(&mut order, &|a, b| key(a, b).then(a.item.cmp(&b.item)));
        for pair in order.windows(2) {
            if key(&pair[0], &pair[1]).is_eq() {
                let message = join(&[
                    "\"",
                    &pair[1].on,
                    "\" matches the same paths as \"",
                    &pair[0].on,
                    "\" (item ",
                    &decimal(pair[0].item as u64),
                    "); merge them, with \"any\" where both apply",
                ]);
                problems.add(&at.item(pair[1].item), "same_shape", message);
            }
        }
    }

    /// The route of a path, by number.
    #[inline]
    pub(crate) fn find(&self, path: &Path<'_>, method: &[u8]) -> Option<u32> {
        self.trie.find(path.compared(), self.methods.find(method)?)
    }
}
