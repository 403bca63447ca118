//! What time asks for, given as commands.

use std::collections::BTreeMap;

use portcullis_core::{Bounds, RefusalCode, TokenId, Value};

use crate::base::Error;
use crate::base::fields::text;
use crate::tokens::error::{Refusal, TokensError};
use crate::tokens::execute::{Step, StoreReport};
use crate::tokens::input::CommandInput;
use crate::tokens::{TokenView, Tokens};

/// Records that are asked for at a time.
const PAGE: usize = 100;
/// How often a token is looked at before it is left for the next sweep.
const ROUNDS: usize = 8;

/// What a sweep did.
#[derive(Debug, Default)]
pub struct SweepResult {
    /// Tokens that were looked at.
    pub tokens: usize,
    /// Commands that took effect, by their word: `remind`, `offerRenewal`, `retire`, `revoke`, `delete`.
    pub commands: BTreeMap<String, usize>,
    /// Tokens for which it did not work; the next sweep meets them again.
    pub failed: Vec<CommandFailure>,
    /// Whether nothing due is left.
    pub done: bool,
}

/// A token for which something did not work.
#[derive(Debug)]
pub struct CommandFailure {
    /// Which; `None` when its record names none.
    pub token: Option<TokenId>,
    /// What.
    pub error: TokensError,
}

impl Tokens {
    /// Does what time asks for, for at most `limit` tokens: reminders, offers of a renewal, ends of old
    /// secrets and of unused tokens.
    ///
    /// It reads what is due and nothing else, so that it costs nothing to call it often. Two at once, on
    /// two machines, do everything once. After a long pause, each token gets the one reminder and the one
    /// offer that count by now.
    ///
    /// # Errors
    /// The store cannot say what is due. What fails for one token is in [`SweepResult::failed`], and stops nothing.
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

    /// Everything that is due for one token.
    ///
    /// One command at a time, each worked out on the very record that it was due for. When another writer was
    /// faster, the command may not be due any more: what is due is asked anew, nothing is given twice.
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
            record = self.store().get(&token)?;
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
