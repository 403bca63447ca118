//! Routes of an application that the policy does not have.

use std::collections::HashSet;

use portcullis_core::abi::verdict::ROUTE_SHIFT;
use portcullis_core::{Attempt, Instant};

use crate::base::{Error, Lookup};
use crate::policy::Policy;

/// A placeholder for a parameter.
const SAMPLE: &str = "sample";
/// The methods to try for a route that takes any method.
const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];

/// The routes that the policy does not have, out of a list such as `"GET /users/{id}"` or `"ANY /files/{*path}"`.
/// Every request to such a route is denied.
///
/// An axum router cannot list its routes, so you pass them; in a test, pass the list that you build the router
/// from. A route for any method counts as known if the policy has it for one method. `HEAD` follows `GET`. A
/// route that cannot be parsed is returned, too.
///
/// ```
/// # use portcullis_wasmtime::{gate::unmapped, Error, Module, Policy};
/// # let policy = Policy::open(&Module::embedded()?, r#"{ "portcullis": 1, "name": "library", "realm": "Library API",
/// #     "resources": { "book": {} }, "routes": [{ "crud": "/books", "needs": "book" }],
/// #     "kinds": { "personal": { "prefix": "lib_pat", "may": { "revoke": ["owner"] } } } }"#)?;
/// let routes = ["GET /books", "DELETE /books/{id}", "GET /nobody/knows/{this}"];
/// assert_eq!(unmapped(routes, &policy)?, ["GET /nobody/knows/{this}"]);
/// # Ok::<(), Error>(())
/// ```
///
/// # Errors
/// The module failed.
pub fn unmapped<'r>(
    routes: impl IntoIterator<Item = &'r str>,
    policy: &Policy,
) -> Result<Vec<String>, Error> {
    let (mut seen, mut found) = (HashSet::new(), Vec::new());
    for route in routes {
        if seen.insert(route) && !is_mapped(route, policy)? {
            found.push(route);
        }
    }
    let gets: HashSet<&str> = found.iter().filter_map(|route| route.strip_prefix("GET ")).collect();
    found.retain(|route| route.strip_prefix("HEAD ").is_none_or(|path| !gets.contains(path)));
    Ok(found.into_iter().map(String::from).collect())
}

fn is_mapped(route: &str, policy: &Policy) -> Result<bool, Error> {
    let Some((method, path)) = route.split_once(' ') else { return Ok(false) };
    let Some(path) = sample_of(path) else { return Ok(false) };
    let own = [method];
    let methods: &[&str] = if matches!(method, "ANY" | "ALL" | "*") { &METHODS } else { &own };
    for method in methods {
        if is_known(&Attempt::http(method, &path), policy)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn is_known(attempt: &Attempt<'_>, policy: &Policy) -> Result<bool, Error> {
    let decision = policy.decide(attempt, Lookup::Unknown, None, Instant::MIN);
    match decision.into_parts() {
        (_, Some(error)) => Err(error),
        (verdict, None) => Ok(verdict >> ROUTE_SHIFT > 0),
    }
}

/// A path that matches an axum template. `{{` and `}}` are escaped braces.
fn sample_of(template: &str) -> Option<String> {
    let mut sample = String::new();
    let mut rest = template;
    while let Some(brace) = rest.find(['{', '}']) {
        let (before, from) = rest.split_at(brace);
        sample.push_str(before);
        if let Some(after) = from.strip_prefix("{{") {
            sample.push_str("%7B");
            rest = after;
        } else if let Some(after) = from.strip_prefix("}}") {
            sample.push_str("%7D");
            rest = after;
        } else {
            let (name, after) = from.strip_prefix('{')?.split_once('}')?;
            let is_rest = name.starts_with('*') || name.ends_with("...");
            sample.push_str(&if is_rest { format!("{SAMPLE}/{SAMPLE}") } else { SAMPLE.into() });
            rest = after;
        }
    }
    sample.push_str(rest);
    Some(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_of_axum_have_samples() {
        assert_eq!(sample_of("/a/{id}/{*rest}").as_deref(), Some("/a/sample/sample/sample"));
        assert_eq!(sample_of("/a/{{id}}").as_deref(), Some("/a/%7Bid%7D"));
        assert_eq!(sample_of("/a/{id}:publish").as_deref(), Some("/a/sample:publish"));
        assert_eq!((sample_of("/a/{id"), sample_of("/a}")), (None, None));
    }
}
