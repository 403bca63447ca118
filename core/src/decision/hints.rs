//! Hints: useful facts that do not change the decision.

use crate::base::{Instant, Span};
use crate::decision::evaluate::Input;
use crate::token::{Deadlines, Record, Status};

/// Facts for the bearer or the host that do not change the decision.
#[derive(Default)]
pub(crate) struct Hints {
    pub(crate) expires_soon: Option<Instant>,
    pub(crate) grace_ends: Option<Instant>,
    pub(crate) clock_skew: bool,
}

impl Hints {
    pub(crate) fn of(input: &Input<'_>, record: &Record, with_previous: bool) -> Option<Hints> {
        let kind = input.policy.kind(record.kind)?;
        let active = record.status(false, input.now) == Status::Active;
        let soon = |end: Option<Instant>, stages: &[Span]| {
            let end = end.filter(|_| active)?;
            stages.iter().any(|stage| end.since(input.now) <= *stage).then_some(end)
        };
        let ends = [
            soon(record.times.expires_at, &kind.lifetime.remind),
            soon(record.times.idle_deadline(), kind.idle.as_ref().map_or(&[], |idle| &idle.remind)),
        ];
        let ahead = |then: Option<Instant>| {
            then.is_some_and(|then| Deadlines::SKEW < then.millis() - input.now.millis())
        };
        let hints = Hints {
            expires_soon: ends.into_iter().flatten().min(),
            grace_ends: record.previous.as_ref().filter(|_| with_previous).map(|(_, until)| *until),
            clock_skew: ahead(Some(record.times.created_at)) || ahead(record.times.last_used_at),
        };
        let any = hints.expires_soon.is_some() || hints.grace_ends.is_some() || hints.clock_skew;
        any.then_some(hints)
    }
}
