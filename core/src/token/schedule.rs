//! The commands that time asks for, and when they are due.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Instant, Span, join, sort, words};
use crate::policy::{AutomaticRenewal, IdleEnd, Kind, Privilege};
use crate::token::lifecycle_fields::{LifecycleFields, RenewalState};
use crate::token::record::Record;

words! {
    /// A clock that reminders are sent for.
    pub(crate) enum Clock {
        /// Towards `expiresAt`.
        Expiry = "expiry",
        /// Towards the end of the inactivity period.
        Idle = "idle",
    }
}

/// Everything that will become due for a token.
pub(crate) struct Schedule {
    /// The end of the previous secret's grace.
    pub(crate) retire: Option<Instant>,
    /// The end of the inactivity period.
    pub(crate) removal: Option<Removal>,
    /// Reminders, one list per clock, by time.
    pub(crate) reminders: [Vec<Reminder>; 2],
    /// Renewals to offer, by time.
    pub(crate) offers: Vec<Offering>,
}

/// The end of a token that is not used.
#[derive(Clone, Copy)]
pub(crate) struct Removal {
    pub(crate) command: Privilege,
    /// The last instant at which it is not idle.
    pub(crate) deadline: Instant,
    /// The first instant at which it is idle.
    pub(crate) at: Instant,
}

/// A reminder of one stage of a clock.
#[derive(Clone, Copy)]
pub(crate) struct Reminder {
    pub(crate) clock: Clock,
    /// How long before the end; `None`: the end itself.
    pub(crate) stage: Option<Span>,
    pub(crate) at: Instant,
    /// The end that it announces.
    pub(crate) end: Instant,
    /// Whether that end loses a renewal.
    pub(crate) loses_renewal: bool,
}

/// A renewal to offer.
#[derive(Clone, Copy)]
pub(crate) struct Offering {
    pub(crate) at: Instant,
    /// The offer is useless from here on.
    lapses: Option<Instant>,
    pub(crate) attempt: u32,
}

impl Reminder {
    pub(crate) fn stage_text(&self) -> String {
        self.stage.map_or("end".into(), Span::to_text)
    }

    /// How the record notes it: `<clock>:<stage>:<end>`.
    pub(crate) fn note(&self) -> String {
        join(&[self.clock.word(), ":", &self.stage_text(), ":", &self.end.to_text()])
    }
}

impl Offering {
    fn is_live(&self, now: Instant) -> bool {
        self.lapses.is_none_or(|lapses| now < lapses)
    }
}

impl Schedule {
    pub(crate) fn of(kind: &Kind, record: &Record, lifecycle: &LifecycleFields) -> Schedule {
        let (idle_deadline, secret_unused) = (record.times.idle_deadline(), record.times.is_first_use(false));
        Schedule::from(&Facts { kind, record, lifecycle, idle_deadline, secret_unused })
    }

    /// The schedule once a use at `now` is recorded; `first`: the first use of the present secret.
    pub(crate) fn after_use(
        kind: &Kind,
        record: &Record,
        lifecycle: &LifecycleFields,
        first: bool,
        now: Instant,
    ) -> Schedule {
        let secret_unused = record.times.is_first_use(false) && !first;
        let idle_deadline = record.times.idle_deadline_after_use(now);
        Schedule::from(&Facts { kind, record, lifecycle, idle_deadline, secret_unused })
    }

    fn from(facts: &Facts<'_>) -> Schedule {
        let Facts { kind, record, lifecycle, .. } = facts;
        let until = record.previous.as_ref().map(|(_, until)| *until);
        let idle = facts.idle_deadline.and_then(|deadline| Some((deadline, deadline.next()?)));
        let then = kind.idle.as_ref().map_or(IdleEnd::Deny, |idle| idle.then);
        let removal = match then {
            IdleEnd::Revoke => (!record.revoked).then_some(Privilege::Revoke),
            IdleEnd::Delete => Some(Privilege::Delete),
            IdleEnd::Deny => None,
        };
        let removal = removal.zip(idle).map(|(command, (deadline, at))| Removal { command, deadline, at });
        let mut reminders = [Vec::new(), Vec::new()];
        if !record.revoked {
            let lost_at = |end: Instant| Renewing::of(facts).is_some_and(|renewing| renewing.is_lost_at(end));
            let [expiry, idleness] = &mut reminders;
            if let Some(end) = record.times.expires_at {
                let lost = lost_at(end);
                let ends = !kind.lifetime.remind.is_empty() || lost;
                let at_end = ends.then_some((end, lost));
                stages(Clock::Expiry, &kind.lifetime.remind, end, at_end, lifecycle, expiry);
            }
            if let Some((deadline, instant)) = idle {
                let remind = kind.idle.as_ref().map_or(&[][..], |idle| &idle.remind);
                let lost = lost_at(instant);
                let ends = then == IdleEnd::Deny && (!remind.is_empty() || lost);
                let at_end = ends.then_some((instant, lost));
                stages(Clock::Idle, remind, deadline, at_end, lifecycle, idleness);
                idleness.retain(|reminder| record.times.expires_at.is_none_or(|end| reminder.at < end));
            }
        }
        Schedule {
            retire: until.filter(|_| !lifecycle.retired && !record.revoked),
            removal,
            reminders,
            offers: Renewing::of(facts).map_or_else(Vec::new, |renewing| renewing.offers()),
        }
    }

    /// The reminder to send: for each clock only the latest stage that is due.
    pub(crate) fn reminders_due(&self, now: Instant) -> impl Iterator<Item = &Reminder> {
        self.reminders.iter().filter_map(move |stages| stages.iter().rfind(|reminder| reminder.at <= now))
    }

    pub(crate) fn offer_due(&self, now: Instant) -> Option<&Offering> {
        self.offers.iter().rfind(|offer| offer.at <= now && offer.is_live(now))
    }

    /// The earliest instant at which something is due, as known at `now`.
    pub(crate) fn due_at(&self, now: Instant) -> Option<Instant> {
        let reminders = self.reminders.iter().filter_map(|stages| stages.first()).map(|reminder| reminder.at);
        let offers = self.offers.iter().filter(|offer| offer.is_live(now)).map(|offer| offer.at);
        let removal = self.removal.map(|removal| removal.at);
        [self.retire, removal].into_iter().flatten().chain(reminders).chain(offers).min()
    }
}

/// The stages of a clock without a reminder so far, by time.
fn stages(
    clock: Clock,
    remind: &[Span],
    end: Instant,
    at_end: Option<(Instant, bool)>,
    lifecycle: &LifecycleFields,
    into: &mut Vec<Reminder>,
) {
    let sent = sent(clock, end, lifecycle);
    let mut stages: Vec<Span> = remind.to_vec();
    sort(&mut stages, &|a, b| b.cmp(a));
    stages.dedup();
    for stage in stages {
        let to_come = match sent {
            Sent::Nothing => true,
            Sent::Stage(sent) => stage < sent,
            Sent::End => false,
        };
        if to_come {
            into.push(Reminder {
                clock,
                stage: Some(stage),
                at: end.minus(stage),
                end,
                loses_renewal: false,
            });
        }
    }
    if !matches!(sent, Sent::End)
        && let Some((at, loses_renewal)) = at_end
    {
        into.push(Reminder { clock, stage: None, at, end, loses_renewal });
    }
}

/// The last reminder sent for this end.
#[derive(Clone, Copy)]
enum Sent {
    Nothing,
    Stage(Span),
    End,
}

fn sent(clock: Clock, end: Instant, lifecycle: &LifecycleFields) -> Sent {
    let end = end.to_text();
    let of_this_end = |note: &String| {
        let (stage, noted) = note.strip_prefix(clock.word())?.strip_prefix(':')?.split_once(':')?;
        (noted == end).then(|| Span::parse(stage).map_or(Sent::End, Sent::Stage))
    };
    lifecycle.reminded.iter().find_map(of_this_end).unwrap_or(Sent::Nothing)
}

/// The inputs of a schedule.
struct Facts<'a> {
    kind: &'a Kind,
    record: &'a Record,
    lifecycle: &'a LifecycleFields,
    idle_deadline: Option<Instant>,
    /// Whether the present secret was never used.
    secret_unused: bool,
}

impl Facts<'_> {
    fn ends_at(&self) -> Option<Instant> {
        self.record.times.ends_with(self.idle_deadline)
    }
}

/// An automatic renewal under way.
struct Renewing<'a> {
    facts: &'a Facts<'a>,
    rule: &'a AutomaticRenewal,
    renewal: &'a RenewalState,
}

impl<'a> Renewing<'a> {
    fn of(facts: &'a Facts<'a>) -> Option<Renewing<'a>> {
        let rule = facts.kind.renewal.automatic.as_ref()?;
        let renewal = facts.lifecycle.renewal.as_ref()?;
        (!facts.record.revoked).then_some(Renewing { facts, rule, renewal })
    }

    /// The end of the present secret's renewal period.
    fn period_ends(&self) -> Instant {
        let record = self.facts.record;
        record.times.secret_issued_at.unwrap_or(record.times.created_at).plus(self.renewal.every)
    }

    /// An unredeemed offer of this period, which is repeated.
    fn unredeemed(&self) -> Option<(Instant, u32)> {
        let offer = self.renewal.offer.as_ref()?;
        (!offer.used && self.period_ends() <= offer.at).then_some((offer.at, offer.attempt))
    }

    /// The next regular offer, and its number.
    fn next(&self) -> (Instant, u32) {
        let (at, attempt) = match self.unredeemed() {
            Some((at, attempt)) => (at.plus(self.rule.offer_again_after), attempt.saturating_add(1)),
            None => (self.period_ends(), 1),
        };
        (self.facts.record.times.not_before.map_or(at, |begin| at.max(begin)), attempt)
    }

    /// One more offer before the old secret ends, if the new one was never used:
    /// a client that lost the reply still has the old secret.
    fn recovery(&self) -> Option<Offering> {
        let offer = self.renewal.offer.as_ref().filter(|offer| offer.used)?;
        let (_, until) = self.facts.record.previous.as_ref().filter(|_| self.facts.secret_unused)?;
        let at = until.minus(self.rule.redeem_within);
        let attempt = offer.attempt.saturating_add(1);
        (offer.at < at).then_some(Offering { at, lapses: Some(*until), attempt })
    }

    fn offers(&self) -> Vec<Offering> {
        let ends_at = self.facts.ends_at();
        if self.facts.record.locked {
            return Vec::new();
        }
        let (at, attempt) = self.next();
        let mut offers = Vec::new();
        if let Some(mut again) = self.recovery().filter(|again| again.at < at) {
            again.lapses = again.lapses.into_iter().chain(ends_at).min();
            offers.push(again);
        }
        offers.push(Offering { at, lapses: ends_at, attempt });
        offers.retain(|offer| offer.lapses.is_none_or(|lapses| offer.at < lapses));
        offers
    }

    /// Whether the token ends before a renewal that is due.
    fn is_lost_at(&self, end: Instant) -> bool {
        self.unredeemed().is_some() || self.offers().iter().any(|offer| offer.at < end)
    }
}
