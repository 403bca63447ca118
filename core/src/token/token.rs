//! A token under a policy: its record, compiled, then only asked.

#[cfg(feature = "life")]
use alloc::boxed::Box;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::credential::TokenId;
use crate::document::{Bounds, Problem, Value, map};
#[cfg(feature = "life")]
use crate::policy::Kind;
use crate::policy::Policy;
#[cfg(feature = "life")]
use crate::token::lifecycle_fields::Upkeep;
use crate::token::record::{Held, Unreadable};
#[cfg(feature = "life")]
use crate::token::schedule::Schedule;
use crate::token::status::Status;
use crate::token::subject::Subject;

/// A token record, opened under a policy.
///
/// Opening never fails: a record that cannot be read is a token that is always
/// denied, with `corrupt_record` or `unsupported_record`. A token is good for
/// the policy it was opened under (and for another opened from the same document).
// What a decision reads stands in two cache lines.
#[derive(Debug)]
#[repr(C, align(64))]
pub struct Token {
    policy: u64,
    record: Record,
    /// What is still to come; `None` where the record does not say it as it should.
    #[cfg(feature = "life")]
    upkeep: Option<Box<Upkeep>>,
}

/// What became of a record. The tag stands in front, beside what is read first.
#[derive(Debug)]
#[repr(C, u8)]
#[expect(clippy::large_enum_variant, reason = "nearly every token can be read, and is read in place")]
enum Record {
    Held(Held),
    Unreadable(Unreadable),
}

impl Policy {
    /// Opens a record that stands as JSON text.
    pub fn open_token_json(&self, text: &str) -> Token {
        match Value::parse(text, Bounds::RECORD) {
            Ok(record) => self.open_token(&record),
            Err(problem) => self.unreadable_token(problem),
        }
    }

    /// The token of a record that could not even be read as a document: always denied.
    pub fn unreadable_token(&self, problem: Problem) -> Token {
        Token {
            policy: self.identity(),
            record: Record::Unreadable(Unreadable::corrupt(problem.into())),
            #[cfg(feature = "life")]
            upkeep: None,
        }
    }

    /// Opens a record.
    pub fn open_token(&self, record: &Value) -> Token {
        Token {
            policy: self.identity(),
            record: Held::read(self, record).map_or_else(Record::Unreadable, Record::Held),
            #[cfg(feature = "life")]
            upkeep: Upkeep::read_leniently(record).map(Box::new),
        }
    }
}

impl Token {
    /// What the record says, or why it cannot be read.
    #[inline]
    pub(crate) fn held(&self) -> Result<&Held, &Unreadable> {
        match &self.record {
            Record::Held(held) => Ok(held),
            Record::Unreadable(unreadable) => Err(unreadable),
        }
    }

    /// When time next asks for something, once a use at `now` is recorded;
    /// `first`: of its present secret.
    #[cfg(feature = "life")]
    pub(crate) fn due_after_use(&self, kind: &Kind, first: bool, now: Instant) -> Option<Instant> {
        let (held, upkeep) = (self.held().ok()?, self.upkeep.as_ref()?);
        Schedule::after_use(kind, held, upkeep, first, now).due_at(now)
    }

    /// The id; `None` when the record cannot be read.
    pub fn id(&self) -> Option<TokenId> {
        self.held().ok().map(|held| held.id)
    }

    /// Why the record cannot be read, if it cannot.
    pub fn unreadable(&self) -> Option<&Unreadable> {
        self.held().err()
    }

    /// What the record says that this policy does not know: grants that grant nothing.
    pub fn warnings(&self) -> &[Problem] {
        self.held().map_or(&[], |held| &held.warnings)
    }

    /// The status at an instant. Without the subject, an inactive owner goes
    /// unnoticed. `None` when the record cannot be read.
    pub fn status(&self, subject: Option<&Subject>, now: Instant) -> Option<Status> {
        self.held().ok().map(|held| held.status(subject.is_some_and(|subject| !subject.active), now))
    }

    /// Whether this token was opened under that policy.
    #[inline]
    pub fn is_of(&self, policy: &Policy) -> bool {
        self.policy == policy.identity()
    }

    /// Id, whether and why it is unreadable, warnings.
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
