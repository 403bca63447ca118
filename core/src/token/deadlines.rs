//! The instants at which time alone changes something about a token, worked
//! out when it is opened, so that a decision only compares.

use crate::base::{Instant, Span};
use crate::policy::Kind;
use crate::token::record::Held;

/// Milliseconds since the Unix epoch; what never comes lies at the end of the scale.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Clocks {
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

/// The instants at which nothing is to be said about a token: it is active,
/// unless its owner is not, its use need not be recorded, there are no hints.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Calm {
    from: i64,
    before: i64,
}

impl Calm {
    /// Never.
    pub(crate) const NONE: Calm = Calm { from: NEVER, before: i64::MIN };

    pub(crate) fn of(held: &Held) -> Calm {
        if held.revoked || held.locked || held.is_first_use(false) {
            return Calm::NONE;
        }
        let Clocks { not_before, expires_at, idle_deadline, touch_from, hints_from, hints_before } =
            held.clocks;
        Calm {
            from: not_before.max(hints_before),
            before: expires_at.min(idle_deadline).min(touch_from).min(hints_from),
        }
    }

    #[inline]
    pub(crate) fn holds(&self, now: Instant) -> bool {
        self.from <= now.millis() && now.millis() < self.before
    }
}

const NEVER: i64 = i64::MAX;

impl Clocks {
    /// Before they are worked out.
    pub(crate) const NONE: Clocks = Clocks {
        not_before: NEVER,
        expires_at: NEVER,
        idle_deadline: NEVER,
        touch_from: NEVER,
        hints_from: NEVER,
        hints_before: i64::MIN,
    };
    /// How far the host's clock may lag before it is said: one minute.
    pub(crate) const SKEW: i64 = 60_000;

    pub(crate) fn of(held: &Held, kind: &Kind) -> Clocks {
        let millis = |instant: Option<Instant>| instant.map_or(NEVER, Instant::millis);
        let idle = held.idle_deadline();
        let latest = |stages: &[Span]| stages.iter().max().map_or(0, |stage| stage.millis());
        let idle_stages = kind.idle.as_ref().map_or(&[][..], |idle| &idle.remind);
        let every = held.idle_after.map_or(kind.touch_every, |idle| kind.touch_every.min(idle.hundredth()));
        Clocks {
            not_before: held.not_before.map_or(i64::MIN, Instant::millis),
            expires_at: millis(held.expires_at),
            idle_deadline: millis(idle),
            touch_from: held.last_used_at.map_or(i64::MIN, |last| last.millis() + every.millis()),
            hints_from: (millis(held.expires_at).saturating_sub(latest(&kind.lifetime.remind)))
                .min(millis(idle).saturating_sub(latest(idle_stages))),
            hints_before: held.created_at.max(held.last_used_at.unwrap_or(held.created_at)).millis()
                - Clocks::SKEW,
        }
    }
}
