//! The law: the handler that runs is the decided one, or one that the decided one speaks for.

use portcullis_wasmtime::{Attempt, Level, Lookup, Policy};

use crate::acme::now;
use crate::routers::TOKEN;
use crate::routers::scenario::Scenario;
use crate::routers::template::Template;

/// What is wrong with a handler that ran for this target.
pub(super) fn complaint(scenario: &Scenario, policy: &Policy, target: &str, ran: &str) -> Option<String> {
    let path = target.split('?').next().unwrap();
    let Some((decided, is_open)) = decided(scenario, policy, target) else {
        return Some(format!("{ran} ran, and nothing was allowed"));
    };
    let own = decided.text(true);
    let Ok(number) = ran.parse::<usize>() else {
        return (!decided.reads(path)).then(|| format!("the fallback ran, decided was {own}"));
    };
    let template = &scenario.template(number, path);
    if !template.is_read_by_axum(path) {
        return Some(format!("{} ran for a path that it does not read", template.text(false)));
    }
    let same = |other: &Template| alike(scenario, other, template);
    if same(decided) {
        return None;
    }
    let is_known = scenario.policy.iter().any(|(other, _)| same(other));
    let is_within = !is_open && decided.covers(template) || template.covers(decided);
    let is_right = is_within && !is_known && decided.reads(path);
    (!is_right).then(|| format!("{} ran, decided was {own}", template.text(false)))
}

/// The route that the policy alone decides, if the request is allowed.
fn decided<'s>(scenario: &'s Scenario, policy: &Policy, target: &str) -> Option<(&'s Template, bool)> {
    let (bearer, record) = (TOKEN.bearer(), policy.open_token(&TOKEN.record));
    let attempt = Attempt::http("GET", target).authorization(&bearer);
    let decision = policy.decide(&attempt, Lookup::Token(&record), None, now());
    let details = decision.to_json(Level::Operator).unwrap();
    let details: serde_json::Value = serde_json::from_str(&details).unwrap();
    let route = details["route"].as_str().filter(|_| decision.allow())?;
    let (template, is_open) =
        scenario.policy.iter().find(|(template, _)| route == format!("GET {}", template.text(true)))?;
    Some((template, *is_open))
}

/// Whether two templates are one, as the policy compares paths.
fn alike(scenario: &Scenario, one: &Template, other: &Template) -> bool {
    let text = |template: &Template| {
        let text = template.text(false);
        let text = if scenario.any_case { text.to_ascii_lowercase() } else { text };
        if scenario.any_slash { text.trim_end_matches('/').into() } else { text }
    };
    text(one) == text(other)
}
