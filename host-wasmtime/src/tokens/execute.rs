//! Executes a command: read the record, let the rules work out the change, commit it. On a conflict, start over.
//!
//! The host decides nothing. What the store says about a command goes back to the rules, which say what it means.

use portcullis_core::{Bounds, Entropy, TokenId, Value};

use crate::base::Error;
use crate::store::{Change, CommitOutcome, Record, StoreError};
use crate::tokens::actor::{ActingToken, Actor, CommandOptions};
use crate::tokens::command::Command;
use crate::tokens::error::TokensError;
use crate::tokens::input::CommandInput;
use crate::tokens::outcome::{CommandOutcome, CommandPreview, CommandResult};
use crate::tokens::tokens::{Tokens, view_of};
use crate::tokens::view::TokenView;

/// How often a command is tried if other writers get in first.
const TRIES: usize = 3;

/// The result of one try.
pub(super) enum Step {
    Done(CommandResult),
    Conflict,
}

/// What the store has said about a command so far, as the fields of a JSON object.
#[derive(Clone, Default)]
pub(super) struct StoreReport(String);

impl StoreReport {
    fn with(mut self, name: &str, json: Option<&str>) -> StoreReport {
        let separator = if self.0.is_empty() { "" } else { "," };
        self.0 += &format!(r#"{separator}"{name}":{}"#, json_or_null(json));
        self
    }
}

impl Tokens {
    /// Executes a command.
    ///
    /// If another writer changes the token at the same moment, the command is tried again on the fresh record, three
    /// times in all. A token that was revoked in between is not regenerated: that is a `conflict`.
    ///
    /// # Errors
    /// [`TokensError::Refused`] if the rules refuse the command, or the store does: `limit_reached`, `not_unique`,
    /// `conflict`. Otherwise the store, the rules or the source of randomness failed.
    pub fn execute<'a>(
        &self,
        command: Command<'_>,
        options: impl Into<CommandOptions<'a>>,
    ) -> Result<CommandResult, TokensError> {
        let options = options.into();
        let mut input = self.input(&command, options)?;
        let mut report = StoreReport::default();
        let mut record = None;
        for tried in 0..TRIES {
            if let (1.., Some(actor)) = (tried, options.actor) {
                input.actor = self.with_fresh_token(actor)?.to_value().to_json();
            }
            record = self.read(&input)?;
            let now = self.report_replaced(&input, &report)?;
            if let Step::Done(mut result) = self.step(&input, record.as_deref(), &now)? {
                if result.repeated && input.renews {
                    result.successor = self.successor(result.token.as_ref())?;
                }
                return Ok(result);
            }
            if tried == 0 {
                report = report.with("firstRead", record.as_deref());
            }
        }
        Err(self.refusal(&input, record.as_deref(), r#"{"code":"conflict"}"#)?)
    }

    /// The actor with the record of its token as the store has it now.
    fn with_fresh_token(&self, actor: &Actor) -> Result<Actor, TokensError> {
        let token = actor.token.as_ref().map(|token| {
            let record = token.id().map(|id| self.record(&id)).transpose()?.flatten();
            Ok::<_, TokensError>(ActingToken::new(record.unwrap_or_default()))
        });
        Ok(Actor { token: token.transpose()?, ..actor.clone() })
    }

    /// What a command would do. It makes no secret and writes nothing.
    ///
    /// # Errors
    /// As for [`Tokens::execute`], except the refusals that only a commit can cause.
    pub fn preview<'a>(
        &self,
        command: Command<'_>,
        options: impl Into<CommandOptions<'a>>,
    ) -> Result<CommandPreview, TokensError> {
        let input = self.input(&command, options.into())?;
        let record = self.read(&input)?;
        let report = self.report_replaced(&input, &StoreReport::default())?;
        let mut outcome = self.apply(&input, record.as_deref(), &report, None)?;
        if outcome.repeated {
            let report = self.report_event(&input, record.as_deref(), &report)?;
            outcome = self.apply(&input, record.as_deref(), &report, None)?;
        }
        match (outcome.refused, outcome.planned) {
            (Some(refused), _) => Err(refused.refusal.into()),
            (None, Some(planned)) => Ok(planned.preview()),
            (None, None) => Ok(CommandPreview::repeated(view_of(record.as_deref()))),
        }
    }

    /// One try on this record.
    pub(super) fn step(
        &self,
        input: &CommandInput,
        record: Option<&str>,
        report: &StoreReport,
    ) -> Result<Step, TokensError> {
        let mut outcome = self.apply(input, record, report, Some(&draw()?))?;
        if outcome.repeated || outcome.refused.is_some() && input.named {
            let report = self.report_event(input, record, report)?;
            outcome = self.apply(input, record, &report, Some(&draw()?))?;
        }
        let CommandOutcome { mut planned, refused, repeated } = outcome;
        if repeated {
            return Ok(Step::Done(CommandResult::repeated(view_of(record))));
        }
        let change = planned.as_mut().map(|planned| planned.change.take().ok_or(PREVIEW)).transpose()?;
        let mut change = with_use_seen(change.unwrap_or_default(), record);
        if let Some(refused) = &refused {
            // Even a refusal may change the token or raise a notice. Write that first.
            change.notices.extend_from_slice(&refused.notices);
            if change.writes.is_empty() && change.notices.is_empty() {
                return Err(refused.refusal.clone().into());
            }
        }
        match (self.store().commit(&change)?, refused, planned) {
            (CommitOutcome::Conflict, _, _) => Ok(Step::Conflict),
            (_, Some(refused), _) => Err(refused.refusal.into()),
            (CommitOutcome::Committed, None, Some(planned)) => Ok(Step::Done(planned.result())),
            (CommitOutcome::Committed, None, None) => Err(PREVIEW.into()),
            (CommitOutcome::Repeated, None, _) => self.repeated(input, report),
            (CommitOutcome::LimitReached(_), None, _) => {
                Err(self.refusal(input, record, r#"{"code":"limit_reached"}"#)?)
            }
            (CommitOutcome::NotUnique(number), None, _) => {
                let claim = change.claims.get(number).map(|claim| claim.claim.as_str());
                let claim = Value::from(claim).to_json();
                let refused = format!(r#"{{"code":"not_unique","claim":{claim}}}"#);
                Err(self.refusal(input, record, &refused)?)
            }
        }
    }

    /// The store has an event of this command id: the rules say whether it is the same command.
    fn repeated(&self, input: &CommandInput, report: &StoreReport) -> Result<Step, TokensError> {
        let record = self.read(input)?;
        let report = self.report_event(input, record.as_deref(), report)?;
        let outcome = self.apply(input, record.as_deref(), &report, None)?;
        match outcome.refused {
            _ if outcome.repeated => Ok(Step::Done(CommandResult::repeated(view_of(record.as_deref())))),
            Some(refused) => Err(refused.refusal.into()),
            None => Ok(Step::Conflict),
        }
    }

    fn read(&self, input: &CommandInput) -> Result<Option<String>, TokensError> {
        Ok(input.token.as_ref().map(|token| self.record(token)).transpose()?.flatten())
    }

    /// The record of a token. A store that compares ids loosely may return another one: no command may act on it.
    pub(super) fn record(&self, token: &TokenId) -> Result<Option<String>, TokensError> {
        let record = self.store().get(token)?;
        let found = record.as_deref().and_then(Record::parse);
        if found.is_some_and(|found| found.id() != token) {
            return Err(StoreError::new("the store returned the record of another token").into());
        }
        Ok(record)
    }

    /// Reports the record of the token that a new one is to replace.
    fn report_replaced(
        &self,
        input: &CommandInput,
        report: &StoreReport,
    ) -> Result<StoreReport, TokensError> {
        let Some(replaces) = &input.replaces else { return Ok(report.clone()) };
        Ok(report.clone().with("replaces", self.record(replaces)?.as_deref()))
    }

    /// Reports the stored event of this command id, and the tombstone if there is no record.
    fn report_event(
        &self,
        input: &CommandInput,
        record: Option<&str>,
        report: &StoreReport,
    ) -> Result<StoreReport, TokensError> {
        let Some(token) = &input.token else { return Ok(report.clone()) };
        let event = self.store().event(token, &input.id)?;
        let tombstone = if record.is_none() { self.store().tombstone(token)? } else { None };
        Ok(report.clone().with("event", event.as_deref()).with("tombstone", tombstone.as_deref()))
    }

    /// The refusal if the store did not write the change.
    fn refusal(
        &self,
        input: &CommandInput,
        record: Option<&str>,
        refused: &str,
    ) -> Result<TokensError, TokensError> {
        let report = StoreReport::default().with("refused", Some(refused));
        let outcome = self.apply(input, record, &report, None)?;
        Ok(outcome.refused.ok_or(Error::BadAnswer("no refusal"))?.refusal.into())
    }

    /// The outcome according to the rules. Without entropy it is a preview.
    fn apply(
        &self,
        CommandInput { command, actor, presented, .. }: &CommandInput,
        record: Option<&str>,
        StoreReport(report): &StoreReport,
        entropy: Option<&[u8; Entropy::BYTES]>,
    ) -> Result<CommandOutcome, TokensError> {
        let record = json_or_null(record);
        let request = format!(
            r#"{{"record":{record},"command":{command},"actor":{actor},"presented":{presented},"store":{{{report}}}}}"#
        );
        let answer = self.policy().apply(&request, self.now(), entropy, self.audit_key())?;
        Ok(CommandOutcome::parse(&answer)?)
    }

    /// The successor that a repeated renewal made.
    fn successor(&self, token: Option<&TokenView>) -> Result<Option<TokenView>, TokensError> {
        let id = token.and_then(|token| TokenId::parse(token.get("renewedTo")?.as_text()?));
        let record = id.map(|id| self.record(&id)).transpose()?.flatten();
        Ok(view_of(record.as_deref()))
    }
}

const PREVIEW: Error = Error::BadAnswer("a preview instead of a change");

/// A stored document as part of a request. Text that is not JSON becomes an invalid document, so that it cannot
/// inject other fields into the request.
pub(super) fn json_or_null(document: Option<&str>) -> &str {
    document.map_or("null", |document| Value::parse(document, Bounds::POLICY).map_or(r#""""#, |_| document))
}

/// The change, with the last use that it is based on, so that the store can detect a later one.
fn with_use_seen(mut change: Change, record: Option<&str>) -> Change {
    let record = record.and_then(Record::parse);
    for write in &mut change.writes {
        if let Some(record) = record.as_ref().filter(|record| *record.id() == write.id) {
            write.seen = record.last_used_at();
        }
    }
    change
}

/// Random bytes from the operating system.
fn draw() -> Result<[u8; Entropy::BYTES], TokensError> {
    let mut bytes = [0; Entropy::BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}
