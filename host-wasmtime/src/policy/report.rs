//! The module's reports on policies and records.

use portcullis_core::Value;

use crate::base::fields::parse;
use crate::base::{Error, Lint, Problem};

/// A report on a token record under a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenReport {
    /// Why the record is invalid: every decision on it is a denial. Empty for a valid one.
    pub problems: Vec<Problem>,
    /// Whether it is invalid because a newer version wrote it.
    pub unsupported: bool,
    /// Warnings, such as a grant that the policy does not define. It grants nothing.
    pub warnings: Vec<Problem>,
}

/// The module's description of an opened policy.
pub(super) struct Description {
    pub(super) name: String,
    pub(super) fingerprint: String,
    pub(super) header: Option<String>,
    pub(super) lints: Vec<Lint>,
}

impl Description {
    pub(super) fn read(text: &str) -> Result<Description, Error> {
        let document = parse(text)?;
        let text = |name| document.get(name).and_then(Value::as_text).map(String::from);
        let lints = document.get("lints").and_then(Problem::list);
        match (text("name"), text("fingerprint"), lints) {
            (Some(name), Some(fingerprint), Some(lints)) => {
                Ok(Description { name, fingerprint, header: text("header"), lints })
            }
            _ => Err(Error::BadAnswer("an invalid description of the policy")),
        }
    }
}

impl TokenReport {
    pub(crate) fn read(text: &str) -> Result<TokenReport, Error> {
        let document = parse(text)?;
        let list = |name| document.get(name).and_then(Problem::list);
        match (list("problems"), document.get("unsupported"), list("warnings")) {
            (Some(problems), Some(Value::Bool(unsupported)), Some(warnings)) => {
                Ok(TokenReport { problems, unsupported: *unsupported, warnings })
            }
            _ => Err(Error::BadAnswer("an invalid description of the record")),
        }
    }
}
