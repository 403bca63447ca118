//! A command on its way: read, worked out, written; and again when somebody else was faster.

use portcullis_core::{Bounds, CommandName, Entropy, RefusalCode, TokenId, Value};

use crate::base::Error;
use crate::base::fields::text;
use crate::store::{Change, CommitOutcome, Record};
use crate::tokens::actor::CommandOptions;
use crate::tokens::command::Command;
use crate::tokens::error::{Refusal, TokensError};
use crate::tokens::outcome::{CommandOutcome, CommandPreview, CommandResult, RefusedCommand};
use crate::tokens::race::Since;
use crate::tokens::tokens::{Tokens, view_of};
use crate::tokens::view::TokenView;

/// How often a command is worked out before the caller is told to come again.
const TRIES: usize = 3;

/// A command with everything that it takes, except the record.
pub(super) struct CommandInput {
    pub(super) token: Option<TokenId>,
    /// The document, with id and reason.
    pub(super) command: Value,
    pub(super) id: String,
    /// Whether the caller named the id, and may be giving the command again.
    pub(super) named: bool,
    pub(super) actor: Value,
    /// Whose tombstones the actor may know of; `None`: everybody's.
    pub(super) tenant: Option<Option<String>>,
}

/// How one try ended.
pub(super) enum Try {
    Done(CommandResult),
    Again,
}

impl Tokens {
    /// Gives a command.
    ///
    /// When somebody else changes the token at the same moment, the command is worked out anew on the
    /// fresh record, three times at most. A token that was revoked meanwhile is not regenerated: that is a
    /// `conflict`.
    ///
    /// # Errors
    /// [`TokensError::Refused`] with the rules' refusal, or the store's: `limit_reached`, `not_unique`,
    /// `conflict`. Otherwise store, rules or randomness failed.
    pub fn execute<'a>(
        &self,
        command: Command<'_>,
        by: impl Into<CommandOptions<'a>>,
    ) -> Result<CommandResult, TokensError> {
        let order = self.order(&command, by.into())?;
        let mut since = None;
        for _ in 0..TRIES {
            let record = self.read(&order)?;
            let since = since.get_or_insert_with(|| Since::of(record.as_deref()));
            if let Try::Done(mut done) = self.attempt(&order, record.as_deref(), since)? {
                if done.repeated {
                    self.is_the_same(&order)?;
                    done.successor = self.successor(&order, done.token.as_ref())?;
                }
                return Ok(done);
            }
        }
        Err(Refusal::new(RefusalCode::Conflict).into())
    }

    /// What a command would do; nothing is minted or written.
    ///
    /// # Errors
    /// As [`Tokens::execute`], but for what only the store can say.
    pub fn preview<'a>(
        &self,
        command: Command<'_>,
        by: impl Into<CommandOptions<'a>>,
    ) -> Result<CommandPreview, TokensError> {
        let order = self.order(&command, by.into())?;
        let record = self.read(&order)?;
        let CommandOutcome { worked_out, refused, repeated } =
            self.work_out(&order, record.as_deref(), None)?;
        match (worked_out, refused) {
            (_, Some(RefusedCommand { refusal, .. })) => Err(refusal.into()),
            (Some(worked_out), None) => Ok(worked_out.preview()),
            (None, None) => {
                self.is_the_same(&order)?;
                let token = view_of(record.as_deref());
                Ok(CommandPreview {
                    token,
                    successor: None,
                    warnings: Vec::new(),
                    before: None,
                    after: None,
                    repeated,
                })
            }
        }
    }

    /// The document of a command, and the token that it speaks of.
    fn order(&self, command: &Command<'_>, by: CommandOptions<'_>) -> Result<CommandInput, TokensError> {
        let mut fields = command.to_fields()?;
        let id = match by.command {
            Some(id) => id.into(),
            None => new_command_id()?,
        };
        fields.push(("id".into(), id.as_str().into()));
        fields.extend(by.reason.map(|reason| ("reason".into(), reason.into())));
        let command_document = Value::Map(fields);
        let actor = by.actor.map_or(Value::Null, |actor| actor.to_value());
        let token = match command.token() {
            Some(token) => Some(token),
            None => {
                let question = object([("command", &command_document), ("actor", &actor)]);
                self.policy().target(&question)?
            }
        };
        let tenant = match by.actor {
            Some(actor) if actor.is_system() => None,
            Some(actor) => Some(actor.tenant.clone()),
            None => Some(None),
        };
        Ok(CommandInput { token, command: command_document, id, named: by.command.is_some(), actor, tenant })
    }

    fn read(&self, order: &CommandInput) -> Result<Option<String>, TokensError> {
        Ok(match &order.token {
            Some(token) => self.store().get(token)?,
            None => None,
        })
    }

    /// Works the command out on that record, and writes what it leads to.
    pub(super) fn attempt(
        &self,
        order: &CommandInput,
        record: Option<&str>,
        since: &Since,
    ) -> Result<Try, TokensError> {
        let entropy = draw()?;
        let outcome = self.work_out(order, record, Some(&entropy))?;
        let outcome = since.allow(outcome, &order.command, record);
        if let Some(refused) = outcome.refused {
            if self.took_effect_before(order, &refused.refusal, record)? {
                return Ok(Try::Done(CommandResult::before(view_of(record))));
            }
            let change = outcome.worked_out.and_then(|worked_out| worked_out.change).unwrap_or_default();
            return self.refuse(refused, change, record);
        }
        let Some(mut worked_out) = outcome.worked_out else {
            return Ok(Try::Done(CommandResult::before(view_of(record))));
        };
        let change =
            worked_out.change.take().ok_or(Error::BadAnswer("a preview in the place of a change"))?;
        let change = seen(change, record);
        match self.store().commit(&change)? {
            CommitOutcome::Committed => Ok(Try::Done(worked_out.done())),
            CommitOutcome::Conflict => Ok(Try::Again),
            CommitOutcome::Repeated => Ok(Try::Done(CommandResult::before(self.fresh(order)?))),
            CommitOutcome::LimitReached(_) => Err(Refusal::new(RefusalCode::LimitReached).into()),
            CommitOutcome::NotUnique(_) => Err(Refusal::new(RefusalCode::NotUnique).into()),
        }
    }

    /// A refusal that changes something all the same, or that somebody is to hear of, is written down before
    /// it is given.
    fn refuse(
        &self,
        refused: RefusedCommand,
        change: Change,
        record: Option<&str>,
    ) -> Result<Try, TokensError> {
        let RefusedCommand { refusal, notices } = refused;
        let mut change = seen(change, record);
        change.notices.extend(notices);
        if change.writes.is_empty() && change.notices.is_empty() {
            return Err(refusal.into());
        }
        match self.store().commit(&change)? {
            CommitOutcome::Conflict => Ok(Try::Again),
            CommitOutcome::Committed
            | CommitOutcome::Repeated
            | CommitOutcome::LimitReached(_)
            | CommitOutcome::NotUnique(_) => Err(refusal.into()),
        }
    }

    /// Whether a refused command is one that was given before, under the same id, by somebody who may know.
    fn took_effect_before(
        &self,
        order: &CommandInput,
        refusal: &Refusal,
        record: Option<&str>,
    ) -> Result<bool, TokensError> {
        let Some(token) = order.token.filter(|_| order.named) else { return Ok(false) };
        let code = refusal.code;
        let hidden = [RefusalCode::NotAllowed, RefusalCode::WrongSecret, RefusalCode::ReuseDetected];
        if hidden.contains(&code) {
            return Ok(false);
        }
        // A record of another tenant, or none; of a deleted one only its own tenant hears.
        let may_know =
            code != RefusalCode::Unknown || record.is_none() && self.is_of_tenant(&token, order)?;
        Ok(may_know && self.store().done(&token, &order.id)?)
    }

    /// What took effect under this id must be this command, by this actor: ids can be guessed, and whoever took
    /// one beforehand would make somebody else's revocation look done.
    fn is_the_same(&self, order: &CommandInput) -> Result<(), TokensError> {
        let trail = match &order.token {
            Some(token) => self.store().trail(token)?,
            None => Vec::new(),
        };
        let events = trail.iter().filter_map(|event| Value::parse(event, Bounds::RECORD).ok());
        let mut own = events.filter(|event| text(event, "command") == Some(&order.id));
        if own.next().is_some_and(|event| order.led_to(&event)) {
            return Ok(());
        }
        let message = "This id was given to another command; choose another.".into();
        Err(Refusal { code: RefusalCode::BadField, field: Some("/id".into()), message }.into())
    }

    /// What a renewal that took effect before has made.
    fn successor(
        &self,
        order: &CommandInput,
        token: Option<&TokenView>,
    ) -> Result<Option<TokenView>, TokensError> {
        let renewed = token.filter(|_| text(&order.command, "command") == Some(CommandName::Renew.word()));
        let id = renewed.and_then(|token| TokenId::parse(token.get("renewedTo")?.as_text()?));
        Ok(match id {
            Some(id) => view_of(self.store().get(&id)?.as_deref()),
            None => None,
        })
    }

    fn is_of_tenant(&self, token: &TokenId, order: &CommandInput) -> Result<bool, TokensError> {
        let Some(tenant) = &order.tenant else { return Ok(true) };
        let tombstone = self.store().tombstone(token)?;
        let tombstone = tombstone.and_then(|text| Value::parse(&text, Bounds::RECORD).ok());
        let own = |tombstone: &Value| tombstone.get("tenant").and_then(Value::as_text) == tenant.as_deref();
        Ok(tombstone.is_some_and(|tombstone| own(&tombstone)))
    }

    fn fresh(&self, order: &CommandInput) -> Result<Option<TokenView>, TokensError> {
        Ok(view_of(self.read(order)?.as_deref()))
    }

    pub(super) fn work_out(
        &self,
        order: &CommandInput,
        record: Option<&str>,
        entropy: Option<&[u8; Entropy::BYTES]>,
    ) -> Result<CommandOutcome, TokensError> {
        let (command, actor) = (order.command.to_json(), order.actor.to_json());
        let record = record.map_or("null", whole);
        let request = format!(r#"{{"record":{record},"command":{command},"actor":{actor}}}"#);
        let answer = self.policy().apply(&request, self.now(), entropy, self.audit_key())?;
        Ok(CommandOutcome::parse(&answer)?)
    }
}

impl CommandInput {
    /// Whether an event is that of this command, by this actor.
    fn led_to(&self, event: &Value) -> bool {
        let word = text(&self.command, "command");
        let verb = CommandName::WORDS.iter().find(|(known, _)| Some(*known) == word);
        let by = event.get("actor");
        let by = |name| by.and_then(|by| text(by, name));
        let same_actor = match &self.actor {
            Value::Null => by("token") == self.token.as_ref().map(TokenId::as_str),
            actor => by("id") == text(actor, "id"),
        };
        same_actor && verb.is_some_and(|(_, verb)| text(event, "event") == Some(verb.past()))
    }
}

/// A document as part of a question: one that is no JSON takes part as one that is damaged, and cannot pass for
/// the rest of the question.
pub(super) fn whole(document: &str) -> &str {
    Value::parse(document, Bounds::POLICY).map_or(r#""""#, |_| document)
}

/// Tells the store which use of the token the change knows of.
pub(super) fn seen(mut change: Change, record: Option<&str>) -> Change {
    let record = record.and_then(Record::parse);
    for write in &mut change.writes {
        if let Some(record) = record.as_ref().filter(|record| *record.id() == write.id) {
            write.seen = record.last_used_at();
        }
    }
    change
}

/// Random bytes from the operating system, to be spent once.
pub(super) fn draw() -> Result<[u8; Entropy::BYTES], TokensError> {
    let mut bytes = [0; Entropy::BYTES];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// An id that nobody else gives a command: a random UUID.
fn new_command_id() -> Result<String, TokensError> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)?;
    let number = u128::from_be_bytes(bytes);
    // Version 4, variant 1 (RFC 9562).
    let number = number & !(0xf << 76) & !(0x3 << 62) | (0x4 << 76) | (0x2 << 62);
    let digits = format!("{number:032x}");
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(parts.join("-"))
}

fn object<const N: usize>(fields: [(&str, &Value); N]) -> String {
    Value::Map(fields.into_iter().map(|(name, value)| (name.into(), value.clone())).collect()).to_json()
}
