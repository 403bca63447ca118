//! Recording a use of a token (touch).

use portcullis_core::{Bounds, Level, TokenId, Value};

use crate::base::Error;
use crate::base::fields::{number, optional, text};
use crate::policy::Decision;
use crate::store::Touch;
use crate::tokens::{Tokens, TokensError};

impl Tokens {
    /// Notes the use that a decision has allowed, where it advises to: one request in many. For the rest it
    /// costs nothing. The request need not wait for it.
    ///
    /// The answer is whether something was noted. When a command has changed the token meanwhile, nothing is:
    /// the next decision, on the fresh record, advises it again.
    ///
    /// # Errors
    /// Store or rules failed. The decision stands all the same.
    pub fn touch(&self, decision: &Decision<'_>) -> Result<bool, TokensError> {
        if !decision.wants_touch() {
            return Ok(false);
        }
        let details = decision.to_json(Level::Operator)?;
        let details = Value::parse(&details, Bounds::POLICY).ok();
        let advice =
            details.as_ref().and_then(advised).ok_or(Error::BadAnswer("invalid advice about a touch"))?;
        match advice {
            Some((token, revision, touch)) => Ok(self.store().touch(&token, revision, &touch)?),
            None => Ok(false),
        }
    }
}

/// The touch that an answer in full advises: of which token, at which revision.
pub(crate) fn advised(details: &Value) -> Option<Option<(TokenId, u64, Touch)>> {
    optional(details, "touch", |details, name| {
        let touch = Touch::read(details.get(name)?)?;
        Some((TokenId::parse(text(details, "token")?)?, number(details, "revision")?, touch))
    })
}
