//! A token under a policy: its record, compiled once.

#[cfg(feature = "lifecycle")]
use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::credential::TokenId;
use crate::document::{Bounds, Problem, Value, map};
#[cfg(feature = "lifecycle")]
use crate::policy::Kind;
use crate::policy::Policy;
#[cfg(feature = "lifecycle")]
use crate::token::lifecycle_fields::LifecycleFields;
use crate::token::record::{Record, UnreadableRecord};
#[cfg(feature = "lifecycle")]
use crate::token::schedule::Schedule;
use crate::token::status::Status;
use crate::token::subject::Subject;

/// A token record, opened under a policy.
///
/// Opening never fails: a record that cannot be read is a token that is always
/// denied, with `corrupt_record` or `unsupported_record`. A token is valid only
/// with the policy it was opened under, or another opened from the same document.
// The fields that a decision reads lie in two cache lines.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Token {
    policy: u64,
    record: Contents,
    /// The schedule; `None` when the record's lifecycle fields are malformed.
    #[cfg(feature = "lifecycle")]
    lifecycle: Option<Box<LifecycleFields>>,
}

/// A record, or why it cannot be read. The tag comes first, beside the fields that are read first.
#[derive(Debug)]
#[repr(C, u8)]
#[expect(clippy::large_enum_variant, reason = "nearly every token can be read, and is read in place")]
enum Contents {
    Record(Record),
    Unreadable(UnreadableRecord),
}

impl Policy {
    /// Opens a record from JSON text.
    pub fn open_token_json(&self, text: &str) -> Token {
        match Value::parse(text, Bounds::RECORD) {
            Ok(record) => self.open_token(&record),
            Err(problem) => self.unreadable_token(problem),
        }
    }

    /// The token of a record that is not even a valid document: always denied.
    pub fn unreadable_token(&self, problem: Problem) -> Token {
        Token {
            policy: self.identity(),
            record: Contents::Unreadable(UnreadableRecord::corrupt(problem.into())),
            #[cfg(feature = "lifecycle")]
            lifecycle: None,
        }
    }

    /// Opens a record.
    pub fn open_token(&self, record: &Value) -> Token {
        Token {
            policy: self.identity(),
            record: Record::read(self, record).map_or_else(Contents::Unreadable, Contents::Record),
            #[cfg(feature = "lifecycle")]
            lifecycle: LifecycleFields::read_leniently(record).map(Box::new),
        }
    }
}

impl Token {
    /// The record, or why it cannot be read.
    #[inline]
    pub(crate) fn record(&self) -> Result<&Record, &UnreadableRecord> {
        match &self.record {
            Contents::Record(record) => Ok(record),
            Contents::Unreadable(unreadable) => Err(unreadable),
        }
    }

    /// When the token is next due, once a use at `now` is recorded; `first`: the
    /// first use of the present secret.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn due_after_use(&self, kind: &Kind, first: bool, now: Instant) -> Option<Instant> {
        let (record, lifecycle) = (self.record().ok()?, self.lifecycle.as_ref()?);
        Schedule::after_use(kind, record, lifecycle, first, now).due_at(now)
    }

    /// The id; `None` when the record cannot be read.
    pub fn id(&self) -> Option<TokenId> {
        self.record().ok().map(|record| record.id)
    }

    /// Why the record cannot be read, if it cannot.
    pub fn unreadable(&self) -> Option<&UnreadableRecord> {
        self.record().err()
    }

    /// Grants of the record that this policy does not know: they grant nothing.
    pub fn warnings(&self) -> &[Problem] {
        self.record().map_or(&[], |record| &record.warnings)
    }

    /// The status at an instant. Without the subject, an inactive owner goes
    /// unnoticed. `None` when the record cannot be read.
    pub fn status(&self, subject: Option<&Subject>, now: Instant) -> Option<Status> {
        self.record().ok().map(|record| record.status(subject.is_some_and(|subject| !subject.active), now))
    }

    /// Whether this token was opened under that policy.
    #[inline]
    pub fn belongs_to(&self, policy: &Policy) -> bool {
        self.policy == policy.identity()
    }

    /// Id, problems of an unreadable record, warnings.
    pub fn describe(&self) -> Value {
        let unreadable = self.unreadable();
        map!([
            ("id", self.id().as_ref().map(|id| id.as_str()).into()),
            ("unsupported", unreadable.is_some_and(|unreadable| unreadable.unsupported).into()),
            (
                "problems",
                unreadable.map_or(Value::List(Vec::new()), |unreadable| unreadable.problems.to_value()),
            ),
            ("warnings", self.warnings().iter().map(Problem::to_value).collect()),
        ])
    }
}
