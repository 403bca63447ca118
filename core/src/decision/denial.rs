//! The HTTP form of a denial: challenge (RFC 6750) and problem document (RFC 9457).

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{join, join_with};
use crate::decision::reason::Reason;
use crate::document::{Value, map};
use crate::policy::Policy;

/// Status, challenge and body of a denial. `missing` lists the scopes that would
/// have been enough, `nearest` all scopes of their alternative. Before the secret
/// is proven, the response holds nothing that only the bearer may know.
pub(crate) fn answer(
    policy: &Policy,
    reason: Reason,
    missing: Value,
    nearest: &dyn Fn() -> Vec<String>,
) -> Value {
    let mut body = alloc::vec![
        (String::from("type"), "about:blank".into()),
        (String::from("title"), title(reason.status()).into()),
        (String::from("status"), Value::Int(reason.status().into())),
        (String::from("detail"), reason.sentence().into()),
        (String::from("code"), reason.public_code().into()),
    ];
    if missing != Value::List(Vec::new()) {
        body.push((String::from("missing"), missing));
    }
    map!([
        ("status", Value::Int(reason.status().into())),
        ("wwwAuthenticate", challenge(policy, reason, nearest).into()),
        ("body", Value::Map(body)),
    ])
}

/// The `WWW-Authenticate` field, unless other credentials would not help.
fn challenge(policy: &Policy, reason: Reason, nearest: &dyn Fn() -> Vec<String>) -> Option<String> {
    if reason.challenge_error().is_none() && reason != Reason::Missing {
        return None;
    }
    // `Basic` comes first: hosts add parameters at the end, and `Bearer` has some.
    let basic = policy.transports.basic && reason.status() == 401;
    let mut challenges = Vec::new();
    if basic {
        challenges.push(join(&["Basic realm=\"", &policy.realm, "\""]));
    }
    if let Some(scheme) = policy.transports.scheme() {
        let mut challenge = join(&[scheme, " realm=\"", &policy.realm, "\""]);
        if let Some(error) = reason.challenge_error() {
            challenge.push_str(&join(&[", error=\"", error, "\""]));
        }
        if reason.names_scopes() {
            challenge.push_str(&join(&[", scope=\"", &join_with(&nearest(), " "), "\""]));
        }
        challenges.push(challenge);
    }
    (!challenges.is_empty()).then(|| join_with(&challenges, ", "))
}

/// The phrase of RFC 9110 for a status: the title that goes with `about:blank`.
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        414 => "URI Too Long",
        _ => "Service Unavailable",
    }
}
