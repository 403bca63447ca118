//! The instants at which a token changes by itself, computed when it is opened, so
//! that a decision only compares.

use crate::base::{Instant, Span};
use crate::policy::Kind;

/// The instants and periods of a record, as it states them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Times {
    pub(crate) created_at: Instant,
    pub(crate) secret_issued_at: Option<Instant>,
    pub(crate) secret_used_at: Option<Instant>,
    pub(crate) not_before: Option<Instant>,
    pub(crate) expires_at: Option<Instant>,
    pub(crate) idle_after: Option<Span>,
    pub(crate) last_used_at: Option<Instant>,
    pub(crate) extended_at: Option<Instant>,
}

/// The deadlines of a token in milliseconds since the Unix epoch. [`NEVER`] stands
/// for one that never comes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Deadlines {
    /// Valid from here on.
    pub(crate) not_before: i64,
    /// Expired from here on.
    pub(crate) expires_at: i64,
    /// Idle after here.
    pub(crate) idle_deadline: i64,
    /// A use is worth recording from here on.
    pub(crate) touch_from: i64,
    /// There may be hints from here on,
    pub(crate) hints_from: i64,
    /// and before here.
    pub(crate) hints_before: i64,
}

/// The span in which a token is active (unless its owner is not), its use need not
/// be recorded, and there are no hints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ActiveWindow {
    from: i64,
    before: i64,
}

const NEVER: i64 = i64::MAX;

impl Times {
    /// The last instant at which the token is not idle, if it can become idle.
    pub(crate) fn idle_deadline(&self) -> Option<Instant> {
        self.idle_deadline_after_use(self.created_at)
    }

    /// The same once a use at `now` is recorded.
    pub(crate) fn idle_deadline_after_use(&self, now: Instant) -> Option<Instant> {
        let seen = [self.last_used_at, self.extended_at, Some(now)].into_iter().flatten();
        Some(seen.fold(self.created_at, Instant::max).plus(self.idle_after?))
    }

    /// The instant at which the token stops being active by itself, if it ever does.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn ends_at(&self) -> Option<Instant> {
        self.ends_with(self.idle_deadline())
    }

    /// The same with this idle deadline.
    pub(crate) fn ends_with(&self, idle_deadline: Option<Instant>) -> Option<Instant> {
        let idle = idle_deadline.and_then(Instant::next);
        [self.expires_at, idle].into_iter().flatten().min()
    }

    /// Whether this is the first use of the present secret.
    pub(crate) fn is_first_use(&self, with_previous: bool) -> bool {
        let never = match (self.secret_used_at, self.secret_issued_at) {
            (None, _) => true,
            (Some(used), Some(issued)) => used < issued,
            (Some(_), None) => false,
        };
        never && !with_previous
    }
}

impl Deadlines {
    /// How far the host's clock may lag before a decision says so: one minute.
    pub(crate) const SKEW: i64 = 60_000;

    pub(crate) fn of(times: &Times, kind: &Kind) -> Deadlines {
        let millis = |instant: Option<Instant>| instant.map_or(NEVER, Instant::millis);
        let idle = times.idle_deadline();
        let latest = |stages: &[Span]| stages.iter().max().map_or(0, |stage| stage.millis());
        let idle_stages = kind.idle.as_ref().map_or(&[][..], |idle| &idle.remind);
        let every = times.idle_after.map_or(kind.touch_every, |idle| kind.touch_every.min(idle.hundredth()));
        Deadlines {
            not_before: times.not_before.map_or(i64::MIN, Instant::millis),
            expires_at: millis(times.expires_at),
            idle_deadline: millis(idle),
            touch_from: times.last_used_at.map_or(i64::MIN, |last| last.millis() + every.millis()),
            hints_from: (millis(times.expires_at).saturating_sub(latest(&kind.lifetime.remind)))
                .min(millis(idle).saturating_sub(latest(idle_stages))),
            hints_before: times.created_at.max(times.last_used_at.unwrap_or(times.created_at)).millis()
                - Deadlines::SKEW,
        }
    }
}

impl ActiveWindow {
    /// The empty window.
    pub(crate) const NONE: ActiveWindow = ActiveWindow { from: NEVER, before: i64::MIN };

    /// The window of a token that is neither locked nor revoked.
    pub(crate) fn of(times: &Times, deadlines: &Deadlines) -> ActiveWindow {
        if times.is_first_use(false) {
            return ActiveWindow::NONE;
        }
        let Deadlines { not_before, expires_at, idle_deadline, touch_from, hints_from, hints_before } =
            *deadlines;
        ActiveWindow {
            from: not_before.max(hints_before),
            before: expires_at.min(idle_deadline).min(touch_from).min(hints_from),
        }
    }

    #[inline]
    pub(crate) fn holds(&self, now: Instant) -> bool {
        self.from <= now.millis() && now.millis() < self.before
    }
}
