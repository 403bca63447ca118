//! The queries of a policy, and their input.

use portcullis_core::{Attempt, Entropy, Instant, TokenId};

use crate::token::{Subject, Token};

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
