//! Questions about a token's life, each about the policy of this worker.

use portcullis_core::{Entropy, Instant};

use super::Worker;
use crate::error::Error;
use crate::guest::Answer;

/// One question; the texts are JSON.
#[derive(Clone, Copy)]
pub(crate) enum LifeQuestion<'a> {
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

impl Worker {
    pub(crate) fn answer(&mut self, question: LifeQuestion<'_>) -> Result<Answer, Error> {
        let (guest, policy) = (&mut self.guest, self.policy);
        match question {
            LifeQuestion::Apply { request, now, entropy, audit_key } => {
                guest.apply(policy, request, now, entropy, audit_key)
            }
            LifeQuestion::Due { record, now } => guest.due(policy, record, now),
            LifeQuestion::Target { request } => guest.target(policy, request),
            LifeQuestion::Overview { request, now } => guest.overview(policy, request, now),
            LifeQuestion::Reach { request } => guest.reach(policy, request),
            LifeQuestion::VerifyTrail { request, audit_key } => guest.verify_trail(request, audit_key),
            LifeQuestion::Replay { request } => guest.replay(request),
            LifeQuestion::Letters { request } => guest.letters(request),
        }
    }
}
