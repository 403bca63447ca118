//! What a command leads to: all of it in one write, or nothing.

use alloc::vec::Vec;
use core::fmt;

use crate::credential::{Plaintext, TokenId};
use crate::document::{Problem, Value, map};
use crate::lifecycle::outcome::refusal::Refusal;
use crate::token::{Record, Status};

/// What became of a command.
///
/// Both can be there: then the change is to be committed and the command is
/// refused all the same (an old secret was tried, and the policy revokes the
/// token for it).
#[derive(Debug, Default)]
pub struct CommandOutcome {
    /// What is to be written.
    pub change: Option<Change>,
    /// Why not.
    pub refusal: Option<Refusal>,
    /// The command took effect before; nothing changes, and there is no plaintext.
    pub repeated: bool,
}

/// What is to be written, in one go: every record only where its revision is
/// still the one that was read, with the guards holding in the same moment.
#[derive(Default)]
pub struct Change {
    /// Records to write or to remove.
    pub writes: Vec<RecordWrite>,
    /// Other records that it rests on: each must still be at its revision.
    pub reads: Vec<RecordRead>,
    /// What stays of a deleted token.
    pub tombstone: Option<Value>,
    /// Limits that must hold.
    pub guards: Vec<Value>,
    /// What these tokens hold from now on, and no other may.
    pub claims: Vec<Value>,
    /// What they held.
    pub releases: Vec<Value>,
    /// For the bearer, once, when the write went through.
    pub plaintext: Option<Plaintext>,
    /// The trail goes on with these.
    pub events: Vec<Value>,
    /// The notices that this change raises, in the same write.
    pub notices: Vec<Value>,
    /// What the actor should check.
    pub warnings: Vec<Problem>,
    /// The status of the token that was handed in.
    pub before: Option<Status>,
    /// Its status afterwards, or that of the new token; `None`: it is gone.
    pub after: Option<Status>,
    /// Nothing was minted; it shows what would happen and is not for any store.
    pub preview: bool,
    /// Tokens written so far that a limit counts.
    pub(crate) counting: u32,
}

/// A record to write.
pub struct RecordWrite {
    /// Whose it is.
    pub id: TokenId,
    /// The revision that it replaces; 0 if there must be no record.
    pub was: u64,
    /// `None`: the record is removed.
    pub record: Option<Value>,
}

/// A record that a change rests on without writing it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordRead {
    /// Whose it is.
    pub id: TokenId,
    /// The revision that it must still have.
    pub was: u64,
}

impl CommandOutcome {
    pub(crate) fn changed(change: Change) -> CommandOutcome {
        CommandOutcome { change: Some(change), ..CommandOutcome::default() }
    }

    pub(crate) fn refused(refusal: Refusal) -> CommandOutcome {
        CommandOutcome { refusal: Some(refusal), ..CommandOutcome::default() }
    }

    pub(crate) fn repeated() -> CommandOutcome {
        CommandOutcome { repeated: true, ..CommandOutcome::default() }
    }

    /// `change`, `refusal` and `repeated` as a document, secret and all.
    pub fn to_value(&self) -> Value {
        map!([
            ("change", self.change.as_ref().map(Change::to_value).into()),
            ("refusal", self.refusal.as_ref().map(Refusal::to_value).into()),
            ("repeated", self.repeated.into()),
        ])
    }
}

impl Change {
    /// The change as a document, secret and all: for the one moment in which a
    /// host commits it and hands the token to its bearer.
    pub fn to_value(&self) -> Value {
        let plaintext = self.plaintext.as_ref().map(Plaintext::reveal);
        let word = |status: Option<Status>| Value::from(status.map(Status::word));
        map!([
            ("writes", self.writes.iter().map(RecordWrite::to_value).collect()),
            ("reads", self.reads.iter().map(RecordRead::to_value).collect()),
            ("tombstone", self.tombstone.clone().into()),
            ("guards", Value::List(self.guards.clone())),
            ("claims", Value::List(self.claims.clone())),
            ("releases", Value::List(self.releases.clone())),
            ("plaintext", plaintext.into()),
            ("events", Value::List(self.events.clone())),
            ("notices", Value::List(self.notices.clone())),
            ("warnings", self.warnings.iter().map(Problem::to_value).collect()),
            ("status", map!([("before", word(self.before)), ("after", word(self.after))])),
            ("preview", self.preview.into()),
        ])
    }
}

impl Record {
    /// This record as it was read.
    pub(crate) fn as_read(&self) -> RecordRead {
        RecordRead { id: self.id, was: self.revision }
    }
}

impl RecordRead {
    /// `id` and `was` as a document.
    pub fn to_value(&self) -> Value {
        map!([("id", self.id.as_str().into()), ("was", revision(self.was))])
    }
}

/// A revision as a number of a document; it counts up from 1 and never comes near the end.
pub(crate) fn revision(number: u64) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(Value::LARGEST))
}

impl RecordWrite {
    /// `id`, `was` and `record` as a document.
    pub fn to_value(&self) -> Value {
        map!([
            ("id", self.id.as_str().into()),
            ("was", revision(self.was)),
            ("record", self.record.clone().into()),
        ])
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Change")
            .field("writes", &self.writes)
            .field("before", &self.before)
            .field("after", &self.after)
            .field("preview", &self.preview)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for RecordWrite {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RecordWrite { id, was, record } = self;
        out.debug_struct("RecordWrite")
            .field("id", id)
            .field("was", was)
            .field("removes", &record.is_none())
            .finish()
    }
}
