//! Stopping a token, for the time being, for good, or altogether.

use crate::document::{Value, map, put};
use crate::lifecycle::command::CommandName;
use crate::lifecycle::outcome::{Refusal, RefusalCode};
use crate::lifecycle::steps::context::Context;
use crate::lifecycle::steps::draft::RecordDraft;
use crate::token::Status;

/// The reason that `due` gives for what it does about an unused token.
pub(crate) const IDLE: &str = "idle";

impl Context<'_> {
    pub(crate) fn lock(&self, draft: &mut RecordDraft) {
        draft.set("lock", self.mark());
    }

    /// Stops the token. The digest stays, so that the bearer is told why; a
    /// previous secret, an offer and a lock have no meaning any more.
    pub(crate) fn revoke(&self, draft: &mut RecordDraft) {
        draft.set("revoked", self.mark());
        draft.remove("previous");
        draft.remove("lock");
        if let Some(mut renewal) = draft.within("renewal") {
            renewal.remove("offer");
            draft.set("renewal", renewal.into_value());
        }
    }

    /// Whether the system stops or removes the token because it was not used.
    ///
    /// # Errors
    /// It was used in the meantime.
    pub(crate) fn is_idle_removal(&self, command: CommandName, statuses: &[Status]) -> Result<bool, Refusal> {
        let removal = command == CommandName::Revoke || command == CommandName::Delete;
        if !(removal && self.actor.is_system() && self.reason.as_deref() == Some(IDLE)) {
            return Ok(false);
        }
        if statuses.contains(&Status::Idle) {
            return Ok(true);
        }
        let message = "The token is not idle; it was used in the meantime.";
        Err(Refusal::new(RefusalCode::IllegalTransition).saying(message))
    }

    /// By whom, when, why.
    fn mark(&self) -> Value {
        let mut mark = map!([("by", self.actor.name()), ("at", self.now.to_text().into())]);
        if let (Value::Map(fields), Some(reason)) = (&mut mark, &self.reason) {
            put(fields, "reason", reason.as_str().into());
        }
        mark
    }
}
