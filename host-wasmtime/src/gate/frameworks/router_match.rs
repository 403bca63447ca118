//! The routes of a policy, and whether a router has taken the one that was decided.

use std::collections::HashSet;

use portcullis_core::abi::verdict::ROUTE_SHIFT;
use portcullis_core::{Bounds, Value};

use crate::base::Error;
use crate::base::fields::{parse, text};
use crate::policy::Policy;

/// A parameter in a shape, and a rest of any number of segments. No literal of a shape holds a brace.
const PARAMETER: &str = "{}";
const REST: &str = "{...}";

/// What is known of the route that a router has taken for a request.
#[derive(Clone)]
#[cfg_attr(not(feature = "axum"), expect(dead_code, reason = "only routers of axum name their routes"))]
pub(crate) enum RouteTaken {
    /// No router stands behind the gate.
    Unrouted,
    /// Something stands behind the gate that does not name its routes, such as a fallback.
    Unnamed,
    /// A whole router stands behind the gate, which cannot see what it takes.
    Hidden,
    /// The router has matched this template.
    Template(Box<str>),
    /// The template of a nested router's root, which its fallback bears as well.
    Root(Box<str>),
}

/// The routes of a policy, and how it compares them.
pub(crate) struct PolicyRoutes {
    routes: Vec<PolicyRoute>,
    /// Methods and shapes of all routes.
    shapes: HashSet<String>,
    /// The kinds whose tokens are limited by their owners' rights.
    bounded: Vec<Box<str>>,
    rules: PathRules,
}

struct PolicyRoute {
    /// As the policy writes it: `GET /users/{id}`.
    on: Box<str>,
    shape: String,
    is_open: bool,
}

/// How a policy compares paths.
#[derive(Clone, Copy)]
struct PathRules {
    any_case: bool,
    any_slash: bool,
}

/// A router compares the path as sent.
const AS_SENT: PathRules = PathRules { any_case: false, any_slash: false };

impl PolicyRoutes {
    pub(crate) fn of(policy: &Policy) -> Result<PolicyRoutes, Error> {
        const NONE: Error = Error::BadAnswer("an invalid description of the policy");
        let rules = PathRules::of(policy);
        let description = parse(&policy.describe()?)?;
        let list = |name| {
            let Some(Value::List(list)) = description.get(name) else { return Err(NONE) };
            Ok(list.as_slice())
        };
        let routes: Option<Vec<PolicyRoute>> =
            list("routes")?.iter().map(|route| PolicyRoute::read(route, rules)).collect();
        let bounded = list("kinds")?.iter().filter(|kind| kind.get("subject") == Some(&Value::Bool(true)));
        let bounded: Option<Vec<Box<str>>> = bounded.map(|kind| text(kind, "name").map(Into::into)).collect();
        let (routes, bounded) = (routes.ok_or(NONE)?, bounded.ok_or(NONE)?);
        let shapes = routes.iter().map(|route| route.shape.clone()).collect();
        Ok(PolicyRoutes { routes, shapes, bounded, rules })
    }

    /// The route of a verdict.
    pub(crate) fn route(&self, verdict: u32) -> Option<&str> {
        self.decided(verdict).map(|route| &*route.on)
    }

    fn decided(&self, verdict: u32) -> Option<&PolicyRoute> {
        let number = (verdict >> ROUTE_SHIFT).checked_sub(1)?;
        self.routes.get(usize::try_from(number).ok()?)
    }

    pub(crate) fn is_bounded(&self, kind: &str) -> bool {
        self.bounded.iter().any(|bounded| **bounded == *kind)
    }

    /// Whether what runs is what this verdict decided.
    ///
    /// A policy reads decoded text, and may ignore case and a slash at the end; a router compares the path as sent,
    /// and prefers other routes. Templates are the same or they are not. Besides the decided route, a router may take
    /// one that the policy lacks: one that the decided route covers, unless that is open, or one that covers it.
    pub(crate) fn fits(&self, verdict: u32, taken: &RouteTaken, target: &[u8]) -> bool {
        let (taken, rules) = match taken {
            RouteTaken::Unrouted => return true,
            RouteTaken::Hidden => return false,
            RouteTaken::Unnamed => (None, AS_SENT),
            RouteTaken::Template(template) => (Some(&**template), self.rules),
            RouteTaken::Root(template) => (Some(&**template), AS_SENT),
        };
        let Some(PolicyRoute { on, shape, is_open }) = self.decided(verdict) else { return false };
        let Some((method, template)) = on.split_once(' ') else { return false };
        let Ok(target) = std::str::from_utf8(target) else { return false };
        let path = target.split_once('?').map_or(target, |(path, _)| path);
        let Some(taken) = taken else { return is_spelled(template, path, AS_SENT) };
        // The root of a nested service has a slash in its template that the path need not have.
        let taken = if path.ends_with('/') { taken } else { taken.trim_end_matches('/') };
        let other = shape_of(method, taken, self.rules);
        if *shape == other {
            return is_spelled(template, path, rules);
        }
        let is_within = !is_open && covers(shape, &other) || covers(&other, shape);
        is_within && !self.shapes.contains(&other) && is_spelled(template, path, AS_SENT)
    }
}

impl PolicyRoute {
    fn read(route: &Value, rules: PathRules) -> Option<PolicyRoute> {
        let on = text(route, "on")?;
        let (method, template) = on.split_once(' ')?;
        let is_open = text(route, "requirement")? == "open";
        Some(PolicyRoute { on: on.into(), shape: shape_of(method, template, rules), is_open })
    }
}

impl PathRules {
    fn of(policy: &Policy) -> PathRules {
        let document = Value::parse(policy.document(), Bounds::POLICY).ok();
        let paths = document.as_ref().and_then(|document| document.get("paths"));
        let ignores = |name| paths.and_then(|paths| text(paths, name)) == Some("ignore");
        PathRules { any_case: ignores("case"), any_slash: ignores("trailingSlash") }
    }

    fn is_same(self, one: &str, other: &str) -> bool {
        one == other || self.any_case && one.eq_ignore_ascii_case(other)
    }

    fn trimmed(self, path: &str) -> &str {
        path.strip_suffix('/').filter(|_| self.any_slash).unwrap_or(path)
    }
}

/// Method and template with the same text for all that differ in names only.
fn shape_of(method: &str, template: &str, rules: PathRules) -> String {
    let mut shape = format!("{method} ");
    // axum's literal braces, which no template of a policy has.
    let template = template.replace("{{", "\u{1}").replace("}}", "\u{2}");
    for (place, segment) in segments(rules.trimmed(&template)).enumerate() {
        shape += if place > 0 { "/" } else { "" };
        if segment.starts_with("{*") || segment.ends_with("...}") {
            shape += REST;
            continue;
        }
        for (place, part) in segment.split('{').enumerate() {
            let literal =
                if place == 0 { part } else { part.split_once('}').map_or(part, |(_, after)| after) };
            shape += if place > 0 { PARAMETER } else { "" };
            shape += &if rules.any_case { encoded(literal).to_ascii_lowercase() } else { encoded(literal) };
        }
    }
    shape
}

/// Whether every path of the second shape is one of the first.
fn covers(wide: &str, narrow: &str) -> bool {
    let mut narrow = segments(narrow);
    for segment in segments(wide) {
        let Some(beside) = narrow.next() else { return false };
        if segment == REST {
            return !beside.is_empty();
        }
        let takes = segment == PARAMETER && !beside.is_empty() && beside != REST;
        if segment != beside && !takes {
            return false;
        }
    }
    narrow.next().is_none()
}

/// Whether the path as sent has each literal of the policy's template as written.
fn is_spelled(template: &str, path: &str, rules: PathRules) -> bool {
    let mut sent = segments(rules.trimmed(path));
    for segment in segments(rules.trimmed(template)) {
        let Some(have) = sent.next() else { return false };
        if segment.ends_with("...}") {
            return !have.is_empty();
        }
        let is_same = match (segment.split_once('{'), segment.rsplit_once('}')) {
            (Some((before, _)), Some((_, after))) => {
                let behind = have.len().saturating_sub(after.len());
                let (first, last) = (have.get(..before.len()), have.get(behind..));
                let is_one = |have: Option<&str>, text| have.is_some_and(|have| rules.is_same(have, text));
                before.len() < behind && is_one(first, before) && is_one(last, after)
            }
            _ => rules.is_same(have, segment) || rules.is_same(have, &encoded(segment)),
        };
        if !is_same {
            return false;
        }
    }
    sent.next().is_none()
}

/// The segments of a template, a shape or a path. Tests count what is read.
fn segments(text: &str) -> std::str::Split<'_, char> {
    #[cfg(test)]
    tests::READ.with(|read| read.set(read.get() + text.len()));
    text.split('/')
}

/// A literal outside ASCII can only be sent encoded.
fn encoded(text: &str) -> String {
    let mut sent = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_graphic() {
            sent.push(char::from(byte));
        } else {
            sent.push_str(&format!("%{byte:02X}"));
        }
    }
    sent
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::module::Module;

    thread_local! {
        /// Bytes of templates, shapes and paths that were read.
        pub(super) static READ: Cell<usize> = const { Cell::new(0) };
    }

    /// The routes of a policy with this many of them, and the number of the last one in a verdict.
    fn routes(count: usize) -> (PolicyRoutes, u32) {
        let all: Vec<_> = (0..count)
            .map(|number| format!(r#"{{ "on": "GET /r{number:05}/{{rest...}}", "open": true }}"#))
            .collect();
        let document = format!(
            r#"{{ "portcullis": 1, "name": "many", "realm": "Many", "resources": {{}}, "routes": [{}],
                "kinds": {{ "personal": {{ "prefix": "ma_pat", "may": {{ "revoke": ["owner"] }} }} }} }}"#,
            all.join(",")
        );
        let policy = Policy::open(&Module::embedded().unwrap(), &document).unwrap();
        (PolicyRoutes::of(&policy).unwrap(), u32::try_from(count).unwrap() << ROUTE_SHIFT)
    }

    /// What is read to compare the route that a router took with the decided one.
    fn read(of: &(PolicyRoutes, u32), taken: &str, target: &str) -> usize {
        READ.set(0);
        let _ = of.0.fits(of.1, &RouteTaken::Template(taken.into()), target.as_bytes());
        READ.take()
    }

    #[test]
    fn cst_02_comparing_routes_costs_the_same_under_10_and_under_10_000_and_grows_with_the_target_alone() {
        let [few, many] = [10, 10_000].map(routes);
        let last = [9, 9_999].map(|number| format!("/r{number:05}"));
        for (taken, target) in [
            ("/last/{*rest}", "/last/a/b/c"),
            ("/{*all}", "/last/a/b/c"),
            ("/last/{first}/{*rest}", "/last/a"),
            ("/last/a/{id}", "/last/%61/b?c"),
            ("/{first}/{*rest}", "/nowhere"),
            ("/last/{a}/{b}/{c}/", "/last/a/b/c/"),
        ] {
            let costs = [(&few, &last[0]), (&many, &last[1])].map(|(of, last)| {
                let [taken, target] = [taken, target].map(|path| path.replace("/last", last));
                read(of, &taken, &target)
            });
            assert!(costs[0] == costs[1] && costs[0] > 0, "{taken} {target}: {costs:?}");
        }
        for piece in ["a", "a/", "%41", "?", "//", "%"] {
            let costs = [1_000, 2_000, 4_000, 8_000].map(|bytes| {
                let target = format!("{}/{}", last[0], piece.repeat((bytes - 7) / piece.len()));
                read(&few, &format!("{}/{{*rest}}", last[0]), &target)
            });
            assert!(costs.windows(2).all(|pair| pair[1] * 10 <= pair[0] * 22), "{piece}: {costs:?}");
        }
    }

    #[test]
    fn rte_08_text_is_compared_as_sent() {
        for (template, path, is_one) in [
            ("/users/me", "/users/me", true),
            ("/users/me", "/users/%6de", false),
            ("/users/me", "/users/ME", false),
            ("/users/me", "/users/me/", false),
            ("/users/{id}", "/users/%6de", true),
            ("/users/{id}", "/users/", false),
            ("/users/{id}:publish", "/users/%37:publish", true),
            ("/users/{id}:publish", "/users/:publish", false),
            ("/users/{id}:publish", "/users/7%3apublish", false),
            ("/files/{path...}", "/files/a/%62", true),
            ("/files/{path...}", "/files/", false),
            ("/files/{path...}", "/%66iles/a", false),
            ("/café", "/caf%C3%A9", true),
            ("/café", "/caf%c3%a9", false),
        ] {
            assert_eq!(is_spelled(template, path, AS_SENT), is_one, "{template} {path}");
        }
        let loose = PathRules { any_case: true, any_slash: true };
        assert!(is_spelled("/Status", "/status/", loose) && is_spelled("/status/", "/STATUS", loose));
    }

    #[test]
    fn sea_01_templates_of_one_shape_are_the_same_whatever_their_names() {
        let shape = |template| shape_of("GET", template, AS_SENT);
        for (policy, axum) in [
            ("/users/{id}", "/users/{user}"),
            ("/v{version}/x", "/v{number}/x"),
            ("/files/{path...}", "/files/{*rest}"),
            ("/café", "/caf%C3%A9"),
        ] {
            assert_eq!(shape(policy), shape(axum));
        }
        for (policy, axum) in [
            ("/users/me", "/users/{id}"),
            ("/users/{id}:publish", "/users/{id}"),
            ("/{from}-{to}", "/{range}"),
            ("/users/{id}", "/users/{*id}"),
            ("/users", "/users/"),
            ("/users", "/Users"),
            ("/{id}", "/{{id}}"),
        ] {
            assert_ne!(shape(policy), shape(axum));
        }
        let loose = PathRules { any_case: true, any_slash: true };
        assert_eq!(shape_of("GET", "/users/", loose), shape_of("GET", "/Users", loose));
    }

    #[test]
    fn sea_01_a_shape_covers_what_all_of_its_paths_are() {
        for (wide, narrow, is_covered) in [
            ("/{...}", "/a/{}", true),
            ("/a/{...}", "/a", false),
            ("/a/{...}", "/a/", false),
            ("/a/{}", "/a/b", true),
            ("/a/{}", "/a/v{}", true),
            ("/a/{}", "/a/{}:publish", true),
            ("/a/{}:publish", "/a/{}", false),
            ("/a/{}", "/a/{...}", false),
            ("/a/b", "/a/{}", false),
            ("/a/{}", "/a/b/c", false),
        ] {
            assert_eq!(covers(wide, narrow), is_covered, "{wide} {narrow}");
        }
    }
}
