//! Puts a case, as documents, to the core.

use portcullis_core::{Attempt, Identified, Instant, Level, Lookup, Policy, Problems, Subject, Token};
use serde_json::Value;

use crate::naive::Case;

/// A record, opened.
#[derive(Debug)]
pub enum Opened {
    /// A token; it may be unreadable.
    Token(Box<Token>),
    /// No record under the id.
    Unknown,
    /// The store did not answer.
    Unavailable,
}

impl Opened {
    /// `null`, `"unavailable"` or a record document.
    pub fn new(policy: &Policy, record: &Value) -> Opened {
        match record {
            Value::Null => Opened::Unknown,
            Value::String(_) => Opened::Unavailable,
            document => Opened::from_json(policy, &document.to_string()),
        }
    }

    /// The text that a store holds.
    pub fn from_json(policy: &Policy, text: &str) -> Opened {
        Opened::Token(Box::new(policy.open_token_json(text)))
    }

    /// What `decide` takes.
    pub fn found(&self) -> Lookup<'_> {
        match self {
            Opened::Token(token) => Lookup::Token(token),
            Opened::Unknown => Lookup::Unknown,
            Opened::Unavailable => Lookup::Unavailable,
        }
    }
}

/// The attempt that a document describes; a field that is absent or `null` is not set.
pub fn attempt(document: &Value) -> Attempt<'_> {
    let text = |name: &str| document[name].as_str();
    let mut attempt = match text("needs") {
        Some(needs) => Attempt::needs(needs),
        None => Attempt::http(text("method").unwrap_or_default(), text("target").unwrap_or_default()),
    };
    if let Some(value) = text("authorization") {
        attempt = attempt.authorization(value);
    }
    if let Some(value) = text("header") {
        attempt = attempt.header(value);
    }
    if let Some(value) = text("tenant") {
        attempt = attempt.tenant(value);
    }
    if let Some(value) = text("application") {
        attempt = attempt.application(value);
    }
    if let Some(value) = text("ip") {
        attempt = attempt.ip(value);
    }
    attempt
}

/// The subject that a document describes, if any.
pub fn subject(policy: &Policy, document: &Value) -> Result<Option<Subject>, Problems> {
    if document.is_null() { Ok(None) } else { policy.open_subject_json(&document.to_string()).map(Some) }
}

/// The decision on a case under an opened policy, as it is written for logs.
pub fn decide(policy: &Policy, case: &Case) -> String {
    let opened = Opened::new(policy, &case.record);
    let subject = subject(policy, &case.subject).expect("the subject is a subject");
    let attempt = attempt(&case.attempt);
    let now = Instant::from_millis(case.now).expect("now is an instant");
    policy.decide(&attempt, opened.found(), subject.as_ref(), now).to_json(Level::Operator)
}

/// What the first two steps say: the id to look up, or the answer.
pub fn identify(policy: &Policy, attempt: &Attempt<'_>) -> Result<String, String> {
    match policy.identify(attempt) {
        Identified::Token(id) => Ok(id.as_str().into()),
        Identified::Decided(decision) => Err(decision.to_json(Level::Operator)),
    }
}
