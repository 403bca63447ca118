//! What a policy is asked, and what it is asked about.

use portcullis_core::{Attempt, Entropy, Instant, TokenId};

use crate::token::{Subject, Token};

/// What the host found under the id.
#[derive(Clone, Copy, Debug)]
pub enum Lookup<'a> {
    /// A record.
    Token(&'a Token),
    /// Nothing.
    Unknown,
    /// The store did not answer.
    Unavailable,
}

/// Everything that a decision depends on besides the policy.
#[derive(Clone, Copy)]
pub(crate) struct DecideInput<'a> {
    pub(crate) attempt: &'a Attempt<'a>,
    pub(crate) found: Lookup<'a>,
    pub(crate) subject: Option<&'a Subject>,
    pub(crate) now: Instant,
}

/// What the first two steps say.
pub(crate) enum Identification {
    Id(TokenId),
    Verdict(u32),
}

/// One question; the texts are JSON.
#[derive(Clone, Copy)]
pub(crate) enum LifecycleQuery<'a> {
    /// What would a command do?
    Apply {
        request: &'a str,
        now: Instant,
        entropy: Option<&'a [u8; Entropy::BYTES]>,
        audit_key: Option<&'a [u8]>,
    },
    /// Which commands does time ask for?
    Due { record: &'a str, now: Instant },
    /// Which record does a command speak of?
    Target { request: &'a str },
    /// How do these records look in a list?
    Overview { request: &'a str, now: Instant },
    /// Which instances may a token touch?
    Reach { request: &'a str },
    /// Is a trail as it was written?
    VerifyTrail { request: &'a str, audit_key: Option<&'a [u8]> },
    /// Which record does a trail lead to?
    Replay { request: &'a str },
    /// Which letters do these notices make?
    Letters { request: &'a str },
}
