//! One step in a token's life: the only thing that makes a record differ.

use alloc::vec::Vec;
use core::fmt;

use crate::audit::strong;
use crate::base::Instant;
use crate::credential::Entropy;
use crate::document::{At, Problems, Value};
use crate::lifecycle::command::{Actor, Deed, Order};
use crate::lifecycle::outcome::{Change, Outcome, Refusal, RefusalCode, Subject};
use crate::lifecycle::steps::{Context, Draft, Proven, StepError};
use crate::lifecycle::store_report::StoreReport;
use crate::lifecycle::transition::admit;
use crate::policy::Policy;
use crate::token::Standing;

/// All that the outcome of a command depends on.
pub struct Request<'a> {
    /// The record that the command is about, as the store has it; `None`: there is none.
    pub record: Option<&'a Value>,
    /// The command, as a document.
    pub command: &'a Value,
    /// Who gives it, as a document from the host's authenticated context.
    pub actor: &'a Value,
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

impl fmt::Debug for Request<'_> {
    /// Neither record nor command nor key: they hold digests and secrets.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Request { record, command: _, actor: _, store, now, entropy, audit_key } = self;
        out.debug_struct("Request")
            .field("record", &record.is_some())
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
    /// Misuse: a command or an actor that is none, an audit key that is too short.
    pub fn apply(&self, request: Request<'_>) -> Result<Outcome, Problems> {
        let Request { record, command, actor, store, now, entropy, audit_key } = request;
        let audit_key = strong(audit_key)?;
        let order = Order::read(command)?;
        let report = StoreReport::read(store.unwrap_or(&Value::Null))?;
        if let Some(refusal) = report.refusal(&order.deed) {
            return Ok(Outcome::refused(refusal));
        }
        let deed = &order.deed;
        let actor = match deed.proof() {
            // The token itself is the actor, once its secret is proven.
            Some(_) => Actor::nobody(),
            None => Actor::read(self, actor, now)?,
        };
        let preview = entropy.is_none();
        let (id, reason) = (order.id, order.reason.clone());
        let mut context = Context { policy: self, now, id, reason, actor, entropy, preview, audit_key };
        let done = context.own_id().and_then(|()| match deed {
            Deed::Create(new) => context.create(new, record),
            deed => context.give(deed, record),
        });
        let outcome = match done {
            Ok(change) => Outcome::changed(change),
            Err(StepError::Refused(refusal)) => Outcome::refused(*refusal),
            Err(StepError::RefusedWith(change, refusal)) => {
                Outcome { change: Some(*change), refusal: Some(*refusal), repeated: false }
            }
            Err(StepError::Repeated) => Outcome::repeated(),
            Err(StepError::Broken(problems)) => return Err(problems),
        };
        Ok(report.weigh(outcome, &order, &context, record))
    }
}

impl<'a> Context<'a> {
    /// The ids of the commands that `due` makes are the system's: whoever took
    /// one of them beforehand would keep the sweep from it.
    fn own_id(&self) -> Result<(), StepError> {
        let taken = TAKEN.iter().any(|prefix| self.id.starts_with(prefix));
        if taken && !self.actor.is_system() {
            let message = "An id that begins like this is the system's; choose another, such as a UUID.";
            return Err(Refusal::of(RefusalCode::BadField, &At::Root.field("id")).saying(message).into());
        }
        Ok(())
    }

    /// A command about a token that there is.
    fn give(&mut self, deed: &Deed<'_>, record: Option<&'a Value>) -> Result<Change, StepError> {
        let (token, proven) = match deed.proof() {
            Some(plaintext) => self.prove(plaintext, record)?,
            None => (self.reach(record)?, Proven::Nothing),
        };
        let verb = deed.verb();
        self.actor.may(verb, token.kind, &token.held.owner)?;
        self.first_time(&token)?;
        let statuses: Vec<_> = token.held.statuses(false, self.now).collect();
        let idle_removal = self.is_idle_removal(verb, &statuses)?;
        admit(&statuses, verb, token.kind, idle_removal)?;
        let mut change = self.change();
        let mut draft = Draft::of(token.record);
        match deed {
            Deed::Create(_) => {}
            Deed::Edit(terms) => change.warnings = self.edit(&token, terms, &mut draft)?,
            Deed::Extend { expires_at } => self.extend(&token, *expires_at, &mut draft)?,
            Deed::Lock => self.lock(&mut draft),
            Deed::Unlock => draft.remove("lock"),
            Deed::Revoke => {
                self.revoke(&mut draft);
                if idle_removal {
                    change.notices.push(self.notice(Subject::RevokedForIdleness).to_value(&token));
                }
            }
            Deed::Regenerate => self.regenerate(&token, &mut draft, &mut change)?,
            Deed::Rotate { grace, leak, .. } => {
                self.rotate(&token, (*grace, *leak), proven, &mut draft, &mut change)?;
            }
            Deed::Renew(asked) => {
                self.renew(&token, asked, &mut change)?;
                return Ok(change);
            }
            Deed::OfferRenewal => self.offer_renewal(&token, &mut draft, &mut change)?,
            Deed::RedeemRenewal { key, .. } => self.redeem(&token, proven, key, &mut draft, &mut change)?,
            Deed::Delete => {
                if idle_removal {
                    change.notices.push(self.notice(Subject::DeletedForIdleness).to_value(&token));
                }
                self.bury(&token, &mut change);
                return Ok(change);
            }
            Deed::Remind { clock, stage } => self.remind(&token, *clock, stage, &mut draft, &mut change)?,
            Deed::Retire => self.retire(&token, &mut draft, &mut change)?,
        }
        self.settle(Some(&token), draft, verb, &mut change)?;
        Ok(change)
    }

    /// The token, when it is on the actor's side of the wall.
    fn reach(&self, record: Option<&'a Value>) -> Result<Standing<'a>, StepError> {
        let record = record.ok_or_else(|| Refusal::new(RefusalCode::Unknown))?;
        self.actor.reaches(record.get("tenant").and_then(Value::as_text))?;
        Ok(Standing::read(self.policy, record).map_err(|unreadable| {
            Refusal::new(if unreadable.unsupported {
                RefusalCode::UnsupportedRecord
            } else {
                RefusalCode::CorruptRecord
            })
        })?)
    }
}
