//! A decision as one number: all that most callers read of it.

use crate::base::Instant;
use crate::base::abi::verdict::{HINTS, ROUTE_SHIFT, TOUCH};
use crate::decision::evaluate::{Course, Found, Input, Target, evaluate};
use crate::decision::hints::Hints;
use crate::policy::Policy;
use crate::request::Attempt;
use crate::token::Subject;

impl Policy {
    /// [`Policy::decide`] as a number, for those who want no more: see [`Decision::verdict`](crate::Decision::verdict).
    #[inline]
    pub fn verdict(
        &self,
        attempt: &Attempt<'_>,
        found: Found<'_>,
        subject: Option<&Subject>,
        now: Instant,
    ) -> u32 {
        Input { policy: self, attempt, found, subject, now }.verdict()
    }
}

impl Input<'_> {
    #[inline]
    pub(crate) fn verdict(&self) -> u32 {
        let mut course = Course::default();
        let result = evaluate(self, &mut course);
        let mut verdict = result.map_or_else(|reason| reason as u32, |()| 0);
        if let Target::Route(number, _) = course.target {
            verdict |= (number + 1) << ROUTE_SHIFT;
        }
        if let Some(held) = course.held
            && (course.with_previous || !held.window.holds(self.now))
        {
            let now = self.now.millis();
            if result.is_ok() && held.wants_touch(course.with_previous, self.now) {
                verdict |= TOUCH;
            }
            let may_hint = held.deadlines.hints_from <= now || now < held.deadlines.hints_before;
            if course.with_previous || may_hint && Hints::of(self, held, false).is_some() {
                verdict |= HINTS;
            }
        }
        verdict
    }
}
