//! Which commands time asks for, and which record a command is about.

use alloc::vec::Vec;

use crate::base::{Instant, decimal, join};
use crate::credential::TokenId;
use crate::document::{Problems, Value, map};
use crate::lifecycle::command::{Actor, CommandBody, CommandName, ParsedCommand};
use crate::lifecycle::steps::{IDLE, created_id};
use crate::policy::Policy;
use crate::token::TokenState;

impl Policy {
    /// The commands that time asks for at `now`, in the order in which to give
    /// them, each on the record as the one before left it. The same instant of
    /// the same record has the same ids, so that two sweeps do the work of one.
    ///
    /// # Errors
    /// The record cannot be read.
    pub fn due(&self, record: &Value, now: Instant) -> Result<Vec<Value>, Problems> {
        let token = TokenState::read(self, record).map_err(|unreadable| unreadable.problems)?;
        let schedule = token.schedule();
        // With the revision, so that a clock that moved there and back asks again.
        let id = |parts: &[&str], instant: Instant| {
            let (millis, revision) = (instant.millis().unsigned_abs(), token.record.revision);
            Value::from(join(&[&parts.concat(), ":", &decimal(millis), ":", &decimal(revision)]))
        };
        let mut commands = Vec::new();
        if let Some(until) = schedule.retire.filter(|until| *until <= now) {
            commands
                .push(map!([("command", CommandName::Retire.word().into()), ("id", id(&["retire"], until))]));
        }
        if let Some(removal) = schedule.removal.filter(|removal| removal.at <= now) {
            commands.push(map!([
                ("command", removal.command.word().into()),
                ("id", id(&["idle"], removal.deadline)),
                ("reason", IDLE.into()),
            ]));
            return Ok(commands);
        }
        for reminder in schedule.reminders_due(now) {
            let (clock, stage) = (reminder.clock.word(), reminder.stage_text());
            commands.push(map!([
                ("command", CommandName::Remind.word().into()),
                ("id", id(&["remind:", clock, ":", &stage], reminder.end)),
                ("clock", clock.into()),
                ("stage", stage.into()),
            ]));
        }
        if let Some(offer) = schedule.offer_due(now) {
            let attempt = decimal(offer.attempt.into());
            let id = id(&["offer:", &attempt], offer.at);
            commands.push(map!([("command", CommandName::OfferRenewal.word().into()), ("id", id)]));
        }
        Ok(commands)
    }

    /// The id of the record that a command is about, where the command itself
    /// says so: that of the token that a create command makes, and that of the
    /// plaintext. `None` for the rest, and for a plaintext that is no token.
    ///
    /// # Errors
    /// The command or the actor is malformed.
    pub fn target(&self, command: &Value, actor: &Value) -> Result<Option<TokenId>, Problems> {
        let command = ParsedCommand::read(command)?;
        if let Some(plaintext) = command.body.proof() {
            return Ok(self.bearer(plaintext.as_bytes()).map(|bearer| bearer.id()));
        }
        match &command.body {
            CommandBody::Create(new) => {
                // Whether a token as actor is usable at this moment says nothing about the id.
                let actor = Actor::read(self, actor, Instant::MIN)?;
                let tenant = new.tenant.or(actor.tenant.as_deref());
                Ok(Some(created_id(tenant, actor.id.as_deref(), command.id)))
            }
            CommandBody::Edit(_)
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
            | CommandBody::Retire => Ok(None),
        }
    }
}
