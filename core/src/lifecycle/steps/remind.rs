//! What the sweep does besides: reminders, and the end of a replaced secret.

use crate::document::Value;
use crate::lifecycle::outcome::{Change, Notice, Refusal, RefusalCode, Subject};
use crate::lifecycle::steps::context::{Context, StepError};
use crate::lifecycle::steps::draft::RecordDraft;
use crate::token::{Clock, Reminder, TokenState};

impl Context<'_> {
    /// Sends the reminder of one stage, when it is the one that is due.
    pub(crate) fn remind(
        &self,
        token: &TokenState<'_>,
        clock: Clock,
        stage: &str,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let schedule = token.schedule();
        let due = schedule.reminders_due(self.now);
        let Some(reminder) = { due }.find(|due| due.clock == clock && due.stage_text() == stage) else {
            let message = "This reminder is not due; it was sent, or the clock has moved.";
            return Err(Refusal::new(RefusalCode::NothingToChange).saying(message).into());
        };
        let of_other_clocks = token
            .lifecycle
            .reminded
            .iter()
            .filter(|note| !note.strip_prefix(clock.word()).is_some_and(|rest| rest.starts_with(':')));
        let noted = of_other_clocks.map(|note| Value::from(note.as_str()));
        draft.set("reminded", noted.chain([reminder.note().into()]).collect());
        self.tell_of(token, reminder, stage, change);
        Ok(())
    }

    fn tell_of(&self, token: &TokenState<'_>, reminder: &Reminder, stage: &str, change: &mut Change) {
        let idle = token.kind.idle.as_ref().map_or(&[][..], |idle| &idle.remind);
        let (subject, stages) = match (reminder.clock, reminder.stage) {
            (Clock::Expiry, Some(_)) => (Subject::ExpiresSoon, &token.kind.lifetime.remind[..]),
            (Clock::Expiry, None) => (Subject::Expired, &token.kind.lifetime.remind[..]),
            (Clock::Idle, Some(_)) => (Subject::IdleSoon, idle),
            (Clock::Idle, None) => (Subject::Idle, idle),
        };
        let notice =
            |subject| Notice { stage: Some(stage), ends: Some(reminder.end), ..self.notice(subject) };
        // A kind without reminders is reminded of a lost renewal alone.
        if !stages.is_empty() {
            change.notices.push(notice(subject).to_value(token));
        }
        if reminder.loses_renewal {
            change.notices.push(notice(Subject::RenewalLost).to_value(token));
        }
    }

    /// Takes note that the previous secret's grace is over. Its digest stays,
    /// so that a later use is noticed.
    pub(crate) fn retire(
        &self,
        token: &TokenState<'_>,
        draft: &mut RecordDraft,
        change: &mut Change,
    ) -> Result<(), StepError> {
        let due = token.schedule().retire.is_some_and(|until| until <= self.now);
        match draft.within("previous") {
            Some(mut previous) if due => {
                previous.set("retired", self.now.to_text().into());
                draft.set("previous", previous.into_value());
                change.notices.push(self.notice(Subject::SecretRetired).to_value(token));
                Ok(())
            }
            Some(_) | None => {
                let message = "No replaced secret is at its end; there is nothing to retire.";
                Err(Refusal::new(RefusalCode::NothingToChange).saying(message).into())
            }
        }
    }
}
