//! Whether an answer is right. Each fault is a sentence.

use serde_json::{Value, json};

use super::cases::{CASES, Case, Expected};
use super::http::Answer;

/// The answer as the client sees it.
pub(crate) fn answer(case: &Case, answer: &Answer) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut hold = |what: &str, expected: Value, found: Value| {
        if expected != found {
            wrong.push(format!("{what} should be {expected} and is {found}"));
        }
    };
    let status = case.reason().map_or(200, |reason| reason.status());
    hold("the status", status.into(), answer.status.into());
    if case.method == "HEAD" {
        hold("the length of the body", 0.into(), answer.body.len().into());
        return wrong;
    }
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    match case.expected {
        // The origin repeats the identity that the worker forwarded, not the one that the client claims.
        Expected::Allowed(scopes) => {
            hold("the owner", json!(case.token()), body["owner"].clone());
            hold("the scopes", json!(scopes), body["scopes"].clone());
        }
        Expected::Denied(reason, missing) => {
            let missing = if missing.is_empty() { Value::Null } else { json!(missing) };
            hold("the code on the wire", reason.public_code().into(), body["code"].clone());
            hold("what is missing", missing, body["missing"].clone());
        }
    }
    wrong
}

/// The reason, which the client may not always be told.
pub(crate) fn reason(case: &Case, found: &str) -> Vec<String> {
    let expected = case.reason().map_or("-", |reason| reason.code());
    if expected == found {
        Vec::new()
    } else {
        vec![format!("the reason should be {expected} and is {found}")]
    }
}

/// An unknown token and one with a wrong secret must look the same, so that no client learns which ids exist.
pub(crate) fn alike_outside(answers: &[Answer]) -> Vec<String> {
    let by = |token| CASES.iter().zip(answers).find(|(case, _)| case.tokens == [token]);
    match (by("unknown"), by("forged")) {
        (Some((_, unknown)), Some((_, forged))) => unknown.differences(forged),
        _ => vec!["no request with an unknown or a forged token".to_owned()],
    }
}
