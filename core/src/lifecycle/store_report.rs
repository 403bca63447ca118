//! What the store has said about a command so far, and what follows from it:
//! whether another command won the race, whether the command took effect
//! before and who may learn that, and how a write that the store refused is
//! answered.

use alloc::string::String;

use crate::base::join;
use crate::credential::TokenId;
use crate::document::{Bounds, ObjectReader, Place, Problems, Value, text, word};
use crate::lifecycle::command::{CommandBody, Credential, ParsedCommand};
use crate::lifecycle::outcome::{CommandOutcome, Refusal, RefusalCode};
use crate::lifecycle::steps::Context;
use crate::policy::UniqueField;

/// `{ "firstRead"?, "event"?, "tombstone"?, "replaces"?, "refused"? }`, as a host sends it.
#[derive(Default)]
pub(crate) struct StoreReport<'v> {
    /// The record that the command was first worked out on: sent once a conflict
    /// made the host read again.
    first_read: Option<&'v Value>,
    /// The event that is stored under the id of this command, or `null`.
    event: Option<&'v Value>,
    /// What is left of the token where it was deleted.
    tombstone: Option<&'v Value>,
    /// The record of the token that a new one is to replace, or `null`.
    pub(crate) replaces: Option<&'v Value>,
    refused: Option<StoreRefusal<'v>>,
}

/// Why the store did not write the change.
struct StoreRefusal<'v> {
    code: RefusalCode,
    /// The claim that another token holds.
    claim: Option<&'v str>,
}

impl StoreRefusal<'_> {
    const CODES: &'static [(&'static str, RefusalCode)] = &[
        (RefusalCode::LimitReached.code(), RefusalCode::LimitReached),
        (RefusalCode::NotUnique.code(), RefusalCode::NotUnique),
        (RefusalCode::Conflict.code(), RefusalCode::Conflict),
    ];
}

/// Refusals that stand, whatever happened before: a repetition is no business of
/// an actor who may not give the command, or did not prove the secret.
const SILENT: [RefusalCode; 3] =
    [RefusalCode::NotAllowed, RefusalCode::WrongSecret, RefusalCode::ReuseDetected];

impl<'v> StoreReport<'v> {
    /// Reads a report; `null` reports nothing.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub(crate) fn read(document: &'v Value) -> Result<StoreReport<'v>, Problems> {
        let mut problems = Problems::default();
        let report = match document {
            Value::Null => None,
            document => StoreReport::read_fields(document, &mut problems),
        };
        problems.into_result(report.unwrap_or_default())
    }

    fn read_fields(document: &'v Value, problems: &mut Problems) -> Option<StoreReport<'v>> {
        let mut fields = ObjectReader::read(document, Place::Root.field("store"), problems)?;
        let [first_read, event, tombstone, replaces] =
            ["firstRead", "event", "tombstone", "replaces"].map(|name| fields.raw(name));
        let refused = fields.optional("refused", problems, |value, at, problems| {
            let mut fields = ObjectReader::read(value, *at, problems)?;
            let code = fields.required("code", problems, word(StoreRefusal::CODES));
            let claim = fields.optional("claim", problems, text);
            fields.finish(problems);
            Some(StoreRefusal { code: code?, claim })
        });
        fields.finish(problems);
        Some(StoreReport { first_read, event, tombstone, replaces, refused })
    }

    /// The refusal of a change that the store did not write.
    pub(crate) fn refusal(&self, body: &CommandBody<'_>) -> Option<Refusal> {
        let StoreRefusal { code, claim } = self.refused.as_ref()?;
        let within = if matches!(body, CommandBody::Edit(_)) { "/set/" } else { "/" };
        let field = claim.and_then(claimed_field).map(|field| join(&[within, &field]));
        Some(Refusal { field, ..Refusal::new(*code) })
    }

    /// The outcome, in the light of what the store has said.
    pub(crate) fn weigh(
        &self,
        outcome: CommandOutcome,
        command: &ParsedCommand<'_>,
        context: &Context<'_>,
        record: Option<&Value>,
    ) -> CommandOutcome {
        let accepted = outcome.change.is_some() && outcome.refusal.is_none();
        let lost = self.first_read.filter(|_| accepted);
        let outcome = match lost.and_then(|first| lost_race(&command.body, first, record)) {
            Some(message) => CommandOutcome::refused(Refusal::new(RefusalCode::Conflict).saying(message)),
            None => outcome,
        };
        let Some(event) = self.event else { return outcome };
        match event {
            Value::Null if !outcome.repeated => outcome,
            _ if !self.may_learn(&outcome, command, context, record) => outcome,
            event if is_of(event, command, context) => CommandOutcome::repeated(),
            _ => {
                let refusal = Refusal::of(RefusalCode::BadField, &Place::Root.field("id"));
                CommandOutcome::refused(refusal.saying(OTHER_COMMAND))
            }
        }
    }

    /// Whether the actor may learn that the command took effect before.
    fn may_learn(
        &self,
        outcome: &CommandOutcome,
        command: &ParsedCommand<'_>,
        context: &Context<'_>,
        record: Option<&Value>,
    ) -> bool {
        let Some(refusal) = &outcome.refusal else { return true };
        let proven = command.body.proof().is_none() || matches!(context.actor.means, Credential::Itself);
        if SILENT.contains(&refusal.code) || !proven {
            return false;
        }
        // A token of another tenant is unknown, and so is one that was deleted there.
        let tombstone = self.tombstone.filter(|tombstone| record.is_none() && **tombstone != Value::Null);
        refusal.code != RefusalCode::Unknown
            || tombstone.is_some_and(|tombstone| {
                context.actor.reaches(tombstone.get("tenant").and_then(Value::as_text)).is_ok()
            })
    }
}

const REVOKED_MEANWHILE: &str = "The token was revoked at the same moment; check it, and give the command again \
                                 if you still mean it.";

const OTHER_COMMAND: &str = "This id was given to another command; choose another.";

const REPLACED_MEANWHILE: &str = "The secret was replaced at the same moment; use the new one.";

/// Why a command that was worked out again must not go on, if it must not.
///
/// To regenerate a revoked token is right for an actor who saw the revocation; a
/// revocation wins every race with one who did not. And of those who replace one
/// secret at the same moment one gets a secret that works: another replacement
/// would make it useless before it was used.
fn lost_race(body: &CommandBody<'_>, first: &Value, record: Option<&Value>) -> Option<&'static str> {
    let differs = |name| {
        let now = record.and_then(|record| record.get(name)).unwrap_or(&Value::Null);
        first.get(name).unwrap_or(&Value::Null) != now
    };
    match body {
        CommandBody::Regenerate if differs("revoked") => Some(REVOKED_MEANWHILE),
        CommandBody::Rotate { .. } | CommandBody::RedeemRenewal { .. } if differs("digest") => {
            Some(REPLACED_MEANWHILE)
        }
        CommandBody::Create(_)
        | CommandBody::Edit(_)
        | CommandBody::Extend { .. }
        | CommandBody::Lock
        | CommandBody::Unlock
        | CommandBody::Revoke
        | CommandBody::Regenerate
        | CommandBody::Rotate { .. }
        | CommandBody::Renew(_)
        | CommandBody::OfferRenewal
        | CommandBody::RedeemRenewal { .. }
        | CommandBody::Delete
        | CommandBody::Remind { .. }
        | CommandBody::Retire => None,
    }
}

/// Whether an event is that of this command by this actor. Ids can be guessed:
/// an event under this id may be that of another command, taken beforehand.
fn is_of(event: &Value, command: &ParsedCommand<'_>, context: &Context<'_>) -> bool {
    let is = |value: Option<&Value>, expected: &str| value.and_then(Value::as_text) == Some(expected);
    let by = |name| event.get("actor").and_then(|actor| actor.get(name));
    let same_actor = match command.body.proof() {
        Some(plaintext) => {
            let bearer = context.policy.bearer(plaintext.as_bytes()).map(|bearer| bearer.id());
            bearer.is_some_and(|id: TokenId| is(by("token"), id.as_str()))
        }
        None => match &context.actor.id {
            Some(id) => is(by("id"), id),
            None => by("system") == Some(&Value::Bool(true)),
        },
    };
    same_actor
        && is(event.get("command"), command.id)
        && is(event.get("event"), command.body.command().past())
}

/// The field of a command that asks for what a claim is about: the first of those
/// that have to be unique. Instances are asked for in the grants.
fn claimed_field(claim: &str) -> Option<String> {
    let Ok(Value::List(parts)) = Value::parse(claim, Bounds::RECORD) else { return None };
    let Some(Value::List(fields)) = parts.get(2) else { return None };
    let field = fields.first()?.as_text()?;
    let is = |unique: UniqueField| field == unique.word();
    let asked = if is(UniqueField::Instance) {
        "grants"
    } else if is(UniqueField::NameInAnyCase) {
        UniqueField::Name.word()
    } else {
        field
    };
    Some(asked.into())
}
