//! What happens to a token next without another command.

use crate::base::Instant;
use crate::document::{Value, map};
use crate::policy::{IdleEnd, Privilege};
use crate::token::TokenState;

/// The next thing that time alone does to a token.
pub(super) struct Next {
    what: &'static str,
    at: Instant,
}

impl Next {
    /// The earliest of what is still to come. What was due before `now` and waits for
    /// a sweep is still to come; an end that has passed is not.
    pub(super) fn of(token: &TokenState<'_>, now: Instant) -> Option<Next> {
        let TokenState { record, kind, .. } = token;
        let schedule = token.schedule();
        let ahead = |at: Option<Instant>| at.filter(|at| !record.revoked && now < *at);
        let then = kind.idle.as_ref().map_or(IdleEnd::Deny, |idle| idle.then);
        let idle = record.times.idle_deadline().and_then(Instant::next);
        let removal = schedule.removal.map(|removal| {
            (if matches!(removal.command, Privilege::Delete) { "deleted" } else { "revoked" }, removal.at)
        });
        let turns = [
            ahead(record.times.not_before).map(|at| ("begins", at)),
            ahead(record.times.expires_at).map(|at| ("expires", at)),
            ahead(idle.filter(|_| then == IdleEnd::Deny)).map(|at| ("idle", at)),
            schedule.retire.map(|at| ("secretRetired", at)),
            schedule.offers.first().map(|offer| ("renewalOffered", offer.at)),
            removal,
        ];
        let earliest = turns.into_iter().flatten().min_by_key(|(_, at)| *at)?;
        Some(Next { what: earliest.0, at: earliest.1 })
    }

    pub(super) fn to_value(&self) -> Value {
        map!([("what", self.what.into()), ("at", self.at.to_text().into())])
    }
}
