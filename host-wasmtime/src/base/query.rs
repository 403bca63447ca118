//! The queries of a policy, and what answers them.

use portcullis_core::{Attempt, Entropy, Instant, Level, TokenId};

use crate::base::{Counters, Error, Problems, Subject, Token};

/// What the store has under the id.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// A record.
    Token(&'a Token),
    /// The store has no such record.
    Unknown,
    /// The store did not answer.
    Unavailable,
}

/// Everything that a decision depends on, except the policy.
#[derive(Clone, Copy)]
pub(crate) struct DecideInput<'a> {
    pub(crate) attempt: &'a Attempt<'a>,
    pub(crate) found: Lookup<'a>,
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) now: Instant,
}

/// The result of steps 1 and 2.
pub(crate) enum Identification {
    Id(TokenId),
    Verdict(u32),
}

/// A query whose answer is JSON text.
#[derive(Clone, Copy)]
pub(crate) enum Query<'a> {
    /// The details of a decision.
    Details(&'a DecideInput<'a>, Level),
    /// Every check of a decision.
    Explain(&'a DecideInput<'a>),
    /// The policy.
    Describe,
    /// What the policy makes of a record.
    DescribeToken(&'a Token),
    /// A query of the lifecycle.
    Lifecycle(LifecycleQuery<'a>),
}

/// A lifecycle query; the texts are JSON.
#[derive(Clone, Copy)]
pub(crate) enum LifecycleQuery<'a> {
    /// The outcome of a command.
    Apply {
        request: &'a str,
        now: Instant,
        entropy: Option<&'a [u8; Entropy::BYTES]>,
        audit_key: Option<&'a [u8]>,
    },
    /// The commands that are due.
    Due { record: &'a str, now: Instant },
    /// The token that a command names.
    Target { request: &'a str },
    /// The rows of a token list.
    Overview { request: &'a str, now: Instant },
    /// The instances that a token may access.
    Reach { request: &'a str },
    /// Whether a trail is complete and unchanged.
    VerifyTrail { request: &'a str, audit_key: Option<&'a [u8]> },
    /// The record that a trail leads to.
    Replay { request: &'a str },
    /// The letters for these notices.
    Letters { request: &'a str },
}

/// The answer, or a refusal that leaves what refused it usable.
pub(crate) type Answer = Result<String, Error>;

/// An opened policy: in instances of the module, or in rules linked into this program. Both return the same bytes.
pub(crate) trait Rules: Send + Sync {
    fn decide(&self, input: &DecideInput<'_>) -> Result<u32, Error>;

    fn identify(&self, attempt: &Attempt<'_>) -> Result<Identification, Error>;

    /// Opens a subject. A refusal is a result, not a failure.
    fn open_subject(&self, subject: &Subject) -> Result<Result<(), Problems>, Error>;

    fn answer(&self, query: Query<'_>) -> Result<Answer, Error>;

    /// All zero where there are no instances.
    fn counters(&self) -> Counters {
        Counters::default()
    }

    /// Which of its places have a running instance.
    fn running(&self) -> Vec<bool> {
        Vec::new()
    }

    /// Starts an instance in each of these places, before the first query.
    fn warm_up(&self, _places: &[bool]) {}
}
