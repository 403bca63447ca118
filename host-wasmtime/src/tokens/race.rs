//! What a command must not undo when it is worked out anew.

use portcullis_core::{Bounds, CommandName, RefusalCode, Value};

use crate::base::fields::{present, text};
use crate::tokens::error::Refusal;
use crate::tokens::outcome::{CommandOutcome, RefusedCommand};

/// How a token was stopped when its command was first worked out.
///
/// To regenerate a revoked token brings it back. That is right for who saw the revocation and means it;
/// whoever gave the command before it, and lost the race, does not: a revocation wins every race.
pub(super) struct Since {
    revoked: Option<Value>,
}

impl Since {
    pub(super) fn of(record: Option<&str>) -> Since {
        let record = record.and_then(|record| Value::parse(record, Bounds::RECORD).ok());
        Since { revoked: record.as_ref().and_then(|record| present(record, "revoked")).cloned() }
    }

    /// The outcome, unless it is a token brought back that somebody else stopped in between.
    pub(super) fn allow(
        &self,
        outcome: CommandOutcome,
        command: &Value,
        record: Option<&str>,
    ) -> CommandOutcome {
        let regenerates = text(command, "command") == Some(CommandName::Regenerate.word());
        let accepted = outcome.refused.is_none() && outcome.worked_out.is_some();
        if !(regenerates && accepted) || Since::of(record).revoked == self.revoked {
            return outcome;
        }
        let message = "Somebody else revoked the token at the same moment; look at it, and give the command \
                       again if you still mean it.";
        let refusal = Refusal { code: RefusalCode::Conflict, field: None, message: message.into() };
        let refused = Some(RefusedCommand { refusal, notices: Vec::new() });
        CommandOutcome { worked_out: None, refused, repeated: false }
    }
}
