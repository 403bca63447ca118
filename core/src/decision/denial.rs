//! What a denial looks like on the wire: challenge (RFC 6750) and problem document (RFC 9457).

use alloc::string::String;

use crate::base::{join, join_with};
use crate::decision::decision::Details;
use crate::decision::reason::Reason;
use crate::document::{Value, map};

/// Status, challenge and body of a denial; nothing for an allowed request.
/// Up to the proof of the secret it says no more than anybody may know.
pub(crate) fn answer(details: &Details<'_>) -> Option<Value> {
    let reason = details.reason?;
    let missing = details.missing();
    let mut body = alloc::vec![
        (String::from("type"), "about:blank".into()),
        (String::from("title"), title(reason.status()).into()),
        (String::from("status"), Value::Int(reason.status().into())),
        (String::from("detail"), reason.sentence().into()),
        (String::from("code"), reason.public_code().into()),
    ];
    if missing != Value::List(alloc::vec::Vec::new()) {
        body.push((String::from("missing"), missing));
    }
    Some(map!([
        ("status", Value::Int(reason.status().into())),
        ("wwwAuthenticate", challenge(reason, details).into()),
        ("body", Value::Map(body)),
    ]))
}

/// The `WWW-Authenticate` field: none where other credentials would not help.
fn challenge(reason: Reason, details: &Details<'_>) -> Option<String> {
    if reason.challenge_error().is_none() && reason != Reason::Missing {
        return None;
    }
    let policy = details.input.policy;
    let mut challenge = join(&[policy.transports.scheme(), " realm=\"", &policy.realm, "\""]);
    if let Some(error) = reason.challenge_error() {
        challenge.push_str(&join(&[", error=\"", error, "\""]));
    }
    if reason.names_scopes() {
        challenge.push_str(&join(&[", scope=\"", &join_with(&details.nearest(), " "), "\""]));
    }
    Some(challenge)
}

/// The phrase of RFC 9110 for a status: the title that goes with `about:blank`.
fn title(status: u16) -> &'static str {
    match status {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        _ => "Service Unavailable",
    }
}
