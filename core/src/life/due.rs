//! Which commands time asks for, and which record a command is about.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bearer::TokenId;
use crate::life::actor::Actor;
use crate::life::command::{Deed, Order};
use crate::life::mint::created_id;
use crate::life::schedule::Schedule;
use crate::life::standing::Standing;
use crate::life::stop::IDLE;
use crate::policy::Policy;
use crate::problem::Problems;
use crate::text::{decimal, join};
use crate::time::Instant;
use crate::value::{Value, map};

impl Policy {
    /// The commands that time asks for at `now`, in the order in which to give
    /// them, each on the record as the one before left it. The same instant of
    /// the same record has the same ids, so that two sweeps do the work of one.
    ///
    /// # Errors
    /// The record cannot be read.
    pub fn due(&self, record: &Value, now: Instant) -> Result<Vec<Value>, Problems> {
        let token = Standing::read(self, record).map_err(|unreadable| unreadable.problems)?;
        let schedule = Schedule::of(&token);
        let mut commands = Vec::new();
        if let Some(until) = schedule.retire.filter(|until| *until <= now) {
            let id = join(&["retire:", &millis(until)]);
            commands.push(map!([("command", "retire".into()), ("id", id.into())]));
        }
        if let Some((_, verb)) = schedule.removal.filter(|(instant, _)| *instant <= now) {
            let deadline = token.held.idle_deadline().map(millis).unwrap_or_default();
            commands.push(map!([
                ("command", verb.word().into()),
                ("id", join(&["idle:", &deadline]).into()),
                ("reason", IDLE.into()),
            ]));
            return Ok(commands);
        }
        for reminder in schedule.reminders_due(now) {
            commands.push(map!([
                ("command", "remind".into()),
                ("id", reminder.command_id().into()),
                ("clock", reminder.clock.word().into()),
                ("stage", reminder.stage_text().into()),
            ]));
        }
        if let Some(offer) = schedule.offer_due(now) {
            let id = join(&["offer:", &decimal(offer.attempt.into()), ":", &millis(offer.at)]);
            commands.push(map!([("command", "offerRenewal".into()), ("id", id.into())]));
        }
        Ok(commands)
    }

    /// The id of the record that a command is about, where the command itself
    /// says so: that of the token that a create command makes, and that of the
    /// plaintext. `None` for the rest, and for a plaintext that is no token.
    ///
    /// # Errors
    /// The command or the actor is none.
    pub fn target(&self, command: &Value, actor: &Value) -> Result<Option<TokenId>, Problems> {
        let order = Order::read(command)?;
        if let Some(plaintext) = order.deed.proof() {
            return Ok(self.bearer(plaintext.as_bytes()).map(|bearer| bearer.id()));
        }
        match &order.deed {
            Deed::Create(new) => {
                // Whether a token as actor is usable at this moment says nothing about the id.
                let actor = Actor::read(self, actor, Instant::MIN)?;
                let tenant = new.tenant.or(actor.tenant.as_deref());
                Ok(Some(created_id(tenant, &actor.id, order.id)))
            }
            Deed::Edit(_)
            | Deed::Extend { .. }
            | Deed::Lock
            | Deed::Unlock
            | Deed::Revoke
            | Deed::Regenerate
            | Deed::Rotate { .. }
            | Deed::Renew(_)
            | Deed::OfferRenewal
            | Deed::RedeemRenewal { .. }
            | Deed::Delete
            | Deed::Remind { .. }
            | Deed::Retire => Ok(None),
        }
    }
}

fn millis(instant: Instant) -> String {
    decimal(instant.millis().unsigned_abs())
}
