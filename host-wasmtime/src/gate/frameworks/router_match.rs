//! The routes of a policy, and whether a router matches them in the same way.

use portcullis_core::abi::verdict::ROUTE_SHIFT;
use portcullis_core::{Attempt, Instant, Value};

use crate::base::fields::{parse, text};
use crate::base::{Error, Lookup};
use crate::policy::Policy;

/// The routes of a policy, and how it compares them.
pub(crate) struct PolicyRoutes {
    /// As the policy writes them, by number: `GET /users/{id}`.
    routes: Vec<Box<str>>,
    /// The kinds whose tokens are limited by their owners' rights.
    bounded: Vec<Box<str>>,
    /// Whether the policy ignores case in paths.
    any_case: bool,
}

impl PolicyRoutes {
    pub(crate) fn of(policy: &Policy) -> Result<PolicyRoutes, Error> {
        const NONE: Error = Error::BadAnswer("an invalid description of the policy");
        let description = parse(&policy.describe()?)?;
        let list = |name| {
            let Some(Value::List(list)) = description.get(name) else { return Err(NONE) };
            Ok(list.as_slice())
        };
        let routes: Option<Vec<Box<str>>> =
            list("routes")?.iter().map(|route| text(route, "on").map(Into::into)).collect();
        let bounded = list("kinds")?.iter().filter(|kind| kind.get("subject") == Some(&Value::Bool(true)));
        let bounded: Option<Vec<Box<str>>> = bounded.map(|kind| text(kind, "name").map(Into::into)).collect();
        let (routes, bounded) = (routes.ok_or(NONE)?, bounded.ok_or(NONE)?);
        let mut known = PolicyRoutes { routes, bounded, any_case: false };
        known.any_case = known.ignores_case(policy);
        Ok(known)
    }

    /// The route of a verdict.
    pub(crate) fn route(&self, verdict: u32) -> Option<&str> {
        let number = (verdict >> ROUTE_SHIFT).checked_sub(1)?;
        self.routes.get(usize::try_from(number).ok()?).map(|route| &**route)
    }

    pub(crate) fn is_bounded(&self, kind: &str) -> bool {
        self.bounded.iter().any(|bounded| **bounded == *kind)
    }

    /// Whether a router that compares the path as sent chooses the same route as the policy.
    ///
    /// A policy compares decoded text and may ignore case. For `/users/%6de` the policy sees `/users/me` while
    /// the router sees `/users/{id}`: the gate would guard one route and the service would run another. No real
    /// client sends such a path. A value of a parameter on both sides is free.
    pub(crate) fn matches_router(&self, policy: &Policy, attempt: &Attempt<'_>) -> bool {
        if !self.any_case && !attempt.target.contains(&b'%') {
            // The text is the same as sent.
            return true;
        }
        let decision = policy.decide(attempt, Lookup::Unknown, None, Instant::MIN);
        if decision.error().is_some() {
            return false;
        }
        // The policy denies a path that it does not know.
        self.route(decision.verdict()).is_none_or(|route| stands_in(route, attempt.target))
    }

    /// Asks the policy about one of its own routes.
    fn ignores_case(&self, policy: &Policy) -> bool {
        for (number, route) in (1..).zip(&self.routes) {
            let Some((method, path)) = route.split_once(' ') else { continue };
            let path: String = path.split('/').map(sample).collect::<Vec<_>>().join("/");
            let upper = path.to_ascii_uppercase();
            if upper != path {
                let attempt = Attempt::http(method, &upper);
                let decision = policy.decide(&attempt, Lookup::Unknown, None, Instant::MIN);
                return decision.verdict() >> ROUTE_SHIFT == number;
            }
        }
        false
    }
}

/// A segment of a template with a value in place of its parameter.
fn sample(segment: &str) -> String {
    let (before, after, _) = text_of(segment);
    if segment.contains('{') { format!("{before}0{after}") } else { before.into() }
}

/// Whether the target has each literal of the policy's template exactly as written.
fn stands_in(route: &str, target: &[u8]) -> bool {
    let template = route.split_once(' ').map_or("", |(_, path)| path);
    let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
    let mut sent = path.split(|byte| *byte == b'/');
    for segment in template.split('/') {
        let have = sent.next().unwrap_or_default();
        let (before, after, is_whole) = text_of(segment);
        if is_whole {
            if have != before.as_bytes() && have != encoded(before).as_bytes() {
                return false;
            }
        } else if !have.starts_with(before.as_bytes()) || !have.ends_with(after.as_bytes()) {
            return false;
        } else if segment.ends_with("...}") {
            return true;
        }
    }
    true
}

/// The text before and after the parameter of a segment, or the whole segment if it has none.
fn text_of(segment: &str) -> (&str, &str, bool) {
    match (segment.find('{'), segment.rfind('}')) {
        (Some(from), Some(to)) if from < to => (&segment[..from], &segment[to + 1..], false),
        _ => (segment, "", true),
    }
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
    use super::*;

    #[test]
    fn rte_08_text_is_compared_as_sent() {
        for (route, target, stands) in [
            ("GET /users/me", "/users/me?x=%6d", true),
            ("GET /users/me", "/users/%6de", false),
            ("GET /users/me", "/users/ME", false),
            ("GET /users/{id}", "/users/%6de", true),
            ("GET /users/{id}:publish", "/users/%37:publish", true),
            ("GET /users/{id}:publish", "/users/7%3apublish", false),
            ("GET /files/{path...}", "/files/a/%62", true),
            ("GET /files/{path...}", "/%66iles/a", false),
            ("GET /café", "/caf%C3%A9", true),
            ("GET /café", "/caf%c3%a9", false),
        ] {
            assert_eq!(stands_in(route, target.as_bytes()), stands, "{route} {target}");
        }
    }
}
