//! Recording a use of a token (touch).

use portcullis_core::{Bounds, Level, TokenId, Value};

use crate::base::Error;
use crate::base::fields::{number, optional, text};
use crate::policy::Decision;
use crate::store::Touch;
use crate::tokens::{Tokens, TokensError};

impl Tokens {
    /// Records the use of the token, if the decision advises it: for one request in many. Otherwise it does
    /// nothing. The request need not wait for it.
    ///
    /// Returns whether a use was recorded. If a command changed the token meanwhile, it records nothing; the next
    /// decision on the fresh record advises it again.
    ///
    /// # Errors
    /// The store or the rules failed. The decision still stands.
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

/// The touch that the details advise: the token, its revision and the times.
pub(crate) fn advised(details: &Value) -> Option<Option<(TokenId, u64, Touch)>> {
    optional(details, "touch", |details, name| {
        let touch = Touch::read(details.get(name)?)?;
        Some((TokenId::parse(text(details, "token")?)?, number(details, "revision")?, touch))
    })
}
