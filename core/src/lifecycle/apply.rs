//! One step in a token's life: the only thing that makes a record differ.

use alloc::vec::Vec;
use core::fmt;

use crate::audit::strong;
use crate::base::Instant;
use crate::credential::Entropy;
use crate::document::{Place, Problems, Value};
use crate::lifecycle::command::{Actor, CommandBody, ParsedCommand, Presented};
use crate::lifecycle::outcome::{Change, CommandOutcome, Refusal, RefusalCode, Subject};
use crate::lifecycle::steps::{Context, ProvenSecret, RecordDraft, StepError};
use crate::lifecycle::store_report::StoreReport;
use crate::lifecycle::transition::admit;
use crate::policy::Policy;
use crate::token::TokenState;

/// All that the outcome of a command depends on.
pub struct ApplyRequest<'a> {
    /// The record that the command is about, as the store has it; `None` if the store has no record.
    pub record: Option<&'a Value>,
    /// The command, as a document.
    pub command: &'a Value,
    /// Who gives it, as a document from the host's authenticated context.
    pub actor: &'a Value,
    /// Where the plaintext came from, as a document from the same context, for a command that proves one:
    /// the `tenant`, `application`, `ip` and `subject` that [`decide`](Policy::decide) is asked with. `None`: nothing
    /// is known, which refuses a token that is bound to any of them.
    pub presented: Option<&'a Value>,
    /// What the store has said about this command so far, as a document;
    /// `None`: nothing yet.
    pub store: Option<&'a Value>,
    /// When.
    pub now: Instant,
    /// Randomness, for commands that make a secret. `None`: a preview, which
    /// mints nothing and must not be committed.
    pub entropy: Option<Entropy>,
    /// With a key of at least 16 bytes the trail is sealed by HMAC; the host keeps it.
    pub audit_key: Option<&'a [u8]>,
}

impl fmt::Debug for ApplyRequest<'_> {
    /// Neither record nor command nor key: they hold digests and secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ApplyRequest { record, command: _, actor: _, presented, store, now, entropy, audit_key } = self;
        out.debug_struct("Request")
            .field("record", &record.is_some())
            .field("presented", &presented.is_some())
            .field("store", &store.is_some())
            .field("now", now)
            .field("preview", &entropy.is_none())
            .field("keyed", &audit_key.is_some())
            .finish_non_exhaustive()
    }
}

/// How the ids of the commands begin that time asks for.
const TAKEN: [&str; 4] = ["remind:", "offer:", "retire:", "idle:"];

impl Policy {
    /// Works out what a command leads to; the host commits it.
    ///
    /// Nothing is stored, sent or drawn here, and the same request has the same
    /// outcome. A refusal is an answer; so is `repeated`, when the record says
    /// that this very command was the last to take effect.
    ///
    /// # Errors
    /// Misuse: a malformed command or actor, or an audit key that is too short.
    pub fn apply(&self, request: ApplyRequest<'_>) -> Result<CommandOutcome, Problems> {
        let ApplyRequest { record, command, actor, presented, store, now, entropy, audit_key } = request;
        let audit_key = strong(audit_key)?;
        let command = ParsedCommand::read(command)?;
        let report = StoreReport::read(store.unwrap_or(&Value::Null))?;
        if let Some(refusal) = report.refusal(&command.body) {
            return Ok(CommandOutcome::refused(refusal));
        }
        let body = &command.body;
        let (actor, presented) = match body.proof() {
            // The token itself is the actor, once its secret is proven.
            Some(_) => (Actor::unproven(), Presented::read(self, presented)?),
            None => (Actor::read(self, actor, now)?, Presented::default()),
        };
        let preview = entropy.is_none();
        let (id, reason) = (command.id, command.reason.clone());
        let mut context =
            Context { policy: self, now, id, reason, actor, presented, entropy, preview, audit_key };
        let done = context.refuse_reserved_id().and_then(|()| match body {
            CommandBody::Create(new) => context.create(new, record, report.replaces),
            body => context.execute(body, record),
        });
        let outcome = match done {
            Ok(mut change) => {
                change.reads.extend(context.actor.token_read());
                CommandOutcome::changed(change)
            }
            Err(StepError::Refused(refusal)) => CommandOutcome::refused(*refusal),
            Err(StepError::RefusedWith(change, refusal)) => {
                CommandOutcome { change: Some(*change), refusal: Some(*refusal), repeated: false }
            }
            Err(StepError::Repeated) => CommandOutcome::repeated(),
            Err(StepError::Broken(problems)) => return Err(problems),
        };
        Ok(report.weigh(outcome, &command, &context, record))
    }
}

impl<'a> Context<'a> {
    /// The ids of the commands that `due` makes are reserved for the system: an actor
    /// who used one beforehand would keep the sweep from it.
    fn refuse_reserved_id(&self) -> Result<(), StepError> {
        let taken = TAKEN.iter().any(|prefix| self.id.starts_with(prefix));
        if taken && !self.actor.is_system() {
            let message = "An id that begins like this is the system's; choose another, such as a UUID.";
            return Err(Refusal::of(RefusalCode::BadField, &Place::Root.field("id")).saying(message).into());
        }
        Ok(())
    }

    /// A command about a token that there is.
    fn execute(&mut self, body: &CommandBody<'_>, record: Option<&'a Value>) -> Result<Change, StepError> {
        let (token, proven) = match body.proof() {
            Some(plaintext) => self.prove(plaintext, record)?,
            None => (self.reach(record)?, ProvenSecret::Nothing),
        };
        let command = body.command();
        self.actor.may(command, token.kind, &token.record.owner)?;
        self.refuse_repeated(&token)?;
        let statuses: Vec<_> = token.record.statuses(false, self.now).collect();
        let idle_removal = self.is_idle_removal(command, &statuses)?;
        admit(&statuses, command, token.kind, idle_removal)?;
        let mut change = self.change();
        let mut draft = RecordDraft::of(token.document);
        match body {
            CommandBody::Create(_) => {}
            CommandBody::Edit(terms) => change.warnings = self.edit(&token, terms, &mut draft)?,
            CommandBody::Extend { expires_at } => self.extend(&token, *expires_at, &mut draft)?,
            CommandBody::Lock => self.lock(&mut draft),
            CommandBody::Unlock => draft.remove("lock"),
            CommandBody::Revoke => {
                self.revoke(&mut draft);
                if idle_removal {
                    change.notices.push(self.notice(Subject::RevokedForIdleness).to_value(&token));
                }
            }
            CommandBody::Regenerate => self.regenerate(&token, &mut draft, &mut change)?,
            CommandBody::Rotate { grace, leak, .. } => {
                self.rotate(&token, (*grace, *leak), proven, &mut draft, &mut change)?;
            }
            CommandBody::Renew(asked) => {
                self.renew(&token, asked, &mut change)?;
                return Ok(change);
            }
            CommandBody::OfferRenewal => self.offer_renewal(&token, &mut draft, &mut change)?,
            CommandBody::RedeemRenewal { key, .. } => {
                self.redeem(&token, proven, key, &mut draft, &mut change)?
            }
            CommandBody::Delete => {
                if idle_removal {
                    change.notices.push(self.notice(Subject::DeletedForIdleness).to_value(&token));
                }
                self.leave_tombstone(&token, &mut change);
                return Ok(change);
            }
            CommandBody::Remind { clock, stage } => {
                self.remind(&token, *clock, stage, &mut draft, &mut change)?
            }
            CommandBody::Retire => self.retire(&token, &mut draft, &mut change)?,
        }
        self.seal_record(Some(&token), draft, command, &mut change)?;
        Ok(change)
    }

    /// The token, when it is on the actor's side of the wall.
    pub(crate) fn reach(&self, record: Option<&'a Value>) -> Result<TokenState<'a>, StepError> {
        let record = record.filter(|record| **record != Value::Null);
        let record = record.ok_or_else(|| Refusal::new(RefusalCode::Unknown))?;
        self.actor.reaches(record.get("tenant").and_then(Value::as_text))?;
        Ok(TokenState::read(self.policy, record).map_err(|unreadable| {
            Refusal::new(if unreadable.unsupported {
                RefusalCode::UnsupportedRecord
            } else {
                RefusalCode::CorruptRecord
            })
        })?)
    }
}
