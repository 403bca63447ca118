//! Executes the commands that are due.

use std::collections::BTreeMap;

use portcullis_core::{Bounds, RefusalCode, TokenId, Value};

use crate::base::Error;
use crate::base::fields::text;
use crate::tokens::error::{Refusal, TokensError};
use crate::tokens::execute::{Step, StoreReport};
use crate::tokens::input::CommandInput;
use crate::tokens::{TokenView, Tokens};

/// Records read at a time.
const PAGE: usize = 100;
/// How many times one token is tried before the next sweep has to deal with it.
const ROUNDS: usize = 8;

/// The result of a sweep.
#[derive(Debug, Default)]
pub struct SweepResult {
    /// Tokens that were processed.
    pub tokens: usize,
    /// Commands that took effect, by name: `remind`, `offerRenewal`, `retire`, `revoke`, `delete`.
    pub commands: BTreeMap<String, usize>,
    /// Tokens for which a command failed; the next sweep tries them again.
    pub failed: Vec<CommandFailure>,
    /// Whether nothing that is due is left.
    pub done: bool,
}

/// A token for which a command failed.
#[derive(Debug)]
pub struct CommandFailure {
    /// The token; `None` if its record has no id.
    pub token: Option<TokenId>,
    /// The error.
    pub error: TokensError,
}

impl Tokens {
    /// Executes what is due, for at most `limit` tokens: reminders, offers of a renewal, ends of old secrets and
    /// of unused tokens.
    ///
    /// It reads only what is due, so frequent calls are cheap. Two sweeps at once, even on two machines, do
    /// everything once. After a long pause each token gets one reminder and one offer, not all that were missed.
    ///
    /// # Errors
    /// The store cannot list what is due. A failure for one token goes into [`SweepResult::failed`] and does not
    /// stop the sweep.
    pub fn sweep(&self, limit: usize) -> Result<SweepResult, TokensError> {
        let mut swept = SweepResult::default();
        let now = self.now();
        let mut after: Option<String> = None;
        while swept.tokens < limit {
            let page = self.store().due(now, PAGE.min(limit - swept.tokens), after.as_deref())?;
            for record in page.records {
                swept.tokens += 1;
                let token = TokenView::parse(&record).map(|view| *view.id());
                if let Err(error) = self.keep_time(token, record, &mut swept.commands) {
                    swept.failed.push(CommandFailure { token, error });
                }
            }
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        swept.done = after.is_none();
        Ok(swept)
    }

    /// Executes everything that is due for one token.
    ///
    /// One command at a time, each on exactly the record that it was due for. If another writer gets in first,
    /// the command may no longer be due: the store is asked again, and nothing is done twice.
    fn keep_time(
        &self,
        token: Option<TokenId>,
        record: String,
        commands: &mut BTreeMap<String, usize>,
    ) -> Result<(), TokensError> {
        let token = token.ok_or_else(|| Refusal::new(RefusalCode::CorruptRecord))?;
        let mut record = Some(record);
        for _ in 0..ROUNDS {
            let Some(present) = record else { return Ok(()) };
            let due = self.policy().due(&present, self.now())?;
            let Some(command) = first(&due)? else { return Ok(()) };
            let word = text(&command, "command").ok_or(NO_COMMAND)?;
            let id = text(&command, "id").ok_or(NO_COMMAND)?;
            let input = CommandInput::due(token, &command, id);
            match self.step(&input, Some(&present), &StoreReport::default())? {
                Step::Done(result) if !result.repeated => *commands.entry(word.into()).or_default() += 1,
                Step::Done(_) | Step::Conflict => {}
            }
            record = self.record(&token)?;
        }
        Ok(())
    }
}

const NO_COMMAND: Error = Error::BadAnswer("an invalid command");

fn first(due: &str) -> Result<Option<Value>, Error> {
    match Value::parse(due, Bounds::POLICY) {
        Ok(Value::List(commands)) => Ok(commands.into_iter().next()),
        Ok(Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Map(_)) | Err(_) => {
            Err(Error::BadAnswer("an invalid list of commands"))
        }
    }
}
