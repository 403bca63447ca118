//! What every step of a command works with: the command's context, and why it
//! goes no further.

use alloc::boxed::Box;
use alloc::string::String;

use crate::base::Instant;
use crate::credential::Entropy;
use crate::document::{Problems, Value};
use crate::lifecycle::command::{Actor, Presented};
use crate::lifecycle::outcome::{Change, Notice, Refusal, Subject};
use crate::policy::Policy;
use crate::token::TokenState;

/// A command on its way.
pub(crate) struct Context<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) now: Instant,
    /// The id of the command.
    pub(crate) id: &'a str,
    pub(crate) reason: Option<String>,
    pub(crate) actor: Actor<'a>,
    pub(crate) presented: Presented<'a>,
    pub(crate) entropy: Option<Entropy>,
    pub(crate) preview: bool,
    pub(crate) audit_key: Option<&'a [u8]>,
}

/// Why a command goes no further.
pub(crate) enum StepError {
    /// It is refused.
    Refused(Box<Refusal>),
    /// It is refused, and something changes all the same.
    RefusedWith(Box<Change>, Box<Refusal>),
    /// It took effect before.
    Repeated,
    /// What was handed in is broken.
    Broken(Problems),
}

impl From<Refusal> for StepError {
    fn from(refusal: Refusal) -> StepError {
        StepError::Refused(Box::new(refusal))
    }
}

impl From<Problems> for StepError {
    fn from(problems: Problems) -> StepError {
        StepError::Broken(problems)
    }
}

/// Which secret was proven.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProvenSecret {
    /// No secret: another actor gives the command.
    Nothing,
    /// The present one, which is in use with that.
    Present,
    /// The previous one, in its grace.
    Previous,
}

impl Context<'_> {
    /// Stops a command that was the last one to take effect.
    pub(crate) fn refuse_repeated(&self, token: &TokenState<'_>) -> Result<(), StepError> {
        match &token.lifecycle.last_command {
            Some(last) if last == self.id => Err(StepError::Repeated),
            Some(_) | None => Ok(()),
        }
    }

    /// A change with nothing in it yet.
    pub(crate) fn change(&self) -> Change {
        Change { preview: self.preview, ..Change::default() }
    }

    /// A notice of a refusal. The day stands in its key in the place of the command,
    /// so that the store keeps one however often it is tried.
    pub(crate) fn refusal_notice(&self, subject: Subject, token: &TokenState<'_>) -> Value {
        let now = self.now.to_text();
        let day = now.split('T').next().unwrap_or_default();
        Notice { command: day, ..self.notice(subject) }.to_value(token)
    }

    /// A notice that comes from this command.
    pub(crate) fn notice(&self, subject: Subject) -> Notice<'_> {
        Notice { subject, command: self.id, stage: None, at: self.now, ends: None, secret: None }
    }
}
