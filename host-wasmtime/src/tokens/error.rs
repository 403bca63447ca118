//! Why a command did not take effect.

use std::fmt;

use portcullis_core::{RefusalCode, Value};

use crate::base::Error;
use crate::base::fields::{optional, text};
use crate::store::StoreError;

/// Why a command did not take effect, or a question was not answered.
#[derive(Debug)]
#[non_exhaustive]
pub enum TokensError {
    /// The command is refused: an answer for the caller.
    Refused(Refusal),
    /// The store did not do its work. Whether the command took effect may not be known: give it again
    /// under the same id.
    Store(StoreError),
    /// The rules could not be asked, or were asked something that is no command.
    Rules(Error),
    /// The operating system gave no randomness.
    Entropy(getrandom::Error),
}

/// A command that is refused, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Why, as a stable code.
    pub code: RefusalCode,
    /// Which field of the command, as a JSON Pointer (RFC 6901).
    pub field: Option<String>,
    /// What to do instead, as a sentence.
    pub message: String,
}

impl Refusal {
    /// What a store or this crate says of itself.
    pub(super) fn new(code: RefusalCode) -> Refusal {
        Refusal { code, field: None, message: code.sentence().into() }
    }

    pub(super) fn read(refusal: &Value) -> Option<Refusal> {
        let word = text(refusal, "code")?;
        let code = *RefusalCode::ALL.iter().find(|code| code.code() == word)?;
        let field = optional(refusal, "field", text)?.map(String::from);
        Some(Refusal { code, field, message: text(refusal, "message")?.into() })
    }
}

impl TokensError {
    /// The refusal, when it is one.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            TokensError::Refused(refusal) => Some(refusal),
            TokensError::Store(_) | TokensError::Rules(_) | TokensError::Entropy(_) => None,
        }
    }
}

impl fmt::Display for TokensError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokensError::Refused(refusal) => write!(out, "{}: {}", refusal.code.code(), refusal.message),
            TokensError::Store(error) => error.fmt(out),
            TokensError::Rules(error) => error.fmt(out),
            TokensError::Entropy(error) => write!(out, "the operating system gave no randomness: {error}"),
        }
    }
}

impl std::error::Error for TokensError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            TokensError::Refused(_) => None,
            TokensError::Store(error) => Some(error),
            TokensError::Rules(error) => Some(error),
            TokensError::Entropy(error) => Some(error),
        }
    }
}

impl From<Refusal> for TokensError {
    fn from(refusal: Refusal) -> TokensError {
        TokensError::Refused(refusal)
    }
}

impl From<StoreError> for TokensError {
    fn from(error: StoreError) -> TokensError {
        TokensError::Store(error)
    }
}

impl From<Error> for TokensError {
    fn from(error: Error) -> TokensError {
        TokensError::Rules(error)
    }
}

impl From<getrandom::Error> for TokensError {
    fn from(error: getrandom::Error) -> TokensError {
        TokensError::Entropy(error)
    }
}
