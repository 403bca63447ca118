//! A decision as one number, which is all that most callers read.

use crate::base::Instant;
use crate::base::abi::verdict::{HINTS, ROUTE_SHIFT, TOUCH};
use crate::decision::evaluate::{Evaluation, Input, Lookup, Target, evaluate};
use crate::decision::hints::Hints;
use crate::policy::Policy;
use crate::request::Attempt;
use crate::token::Subject;

impl Policy {
    /// [`Policy::decide`] as a number: see [`Decision::verdict`](crate::Decision::verdict).
    #[inline]
    pub fn verdict(
        &self,
        attempt: &Attempt<'_>,
        found: Lookup<'_>,
        subject: Option<&Subject>,
        now: Instant,
    ) -> u32 {
        Input { policy: self, attempt, found, subject, now }.verdict()
    }
}

impl Input<'_> {
    #[inline]
    pub(crate) fn verdict(&self) -> u32 {
        let mut evaluation = Evaluation::default();
        let result = evaluate(self, &mut evaluation);
        let mut verdict = result.map_or_else(|reason| reason as u32, |()| 0);
        if let Target::Route(number, _) = evaluation.target {
            verdict |= (number + 1) << ROUTE_SHIFT;
        }
        if let Some(record) = evaluation.record
            && (evaluation.with_previous || !record.window.holds(self.now))
        {
            let now = self.now.millis();
            if result.is_ok() && record.wants_touch(evaluation.with_previous, self.now) {
                verdict |= TOUCH;
            }
            let may_hint = record.deadlines.hints_from <= now || now < record.deadlines.hints_before;
            if evaluation.with_previous || may_hint && Hints::of(self, record, false).is_some() {
                verdict |= HINTS;
            }
        }
        verdict
    }
}
