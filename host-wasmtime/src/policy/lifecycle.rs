//! Lifecycle queries: JSON text in, JSON text out.
//!
//! They read no store and no clock, draw no randomness and keep nothing.

use portcullis_core::{Bounds, Entropy, Instant, Problem, TokenId, Value};

use crate::base::fields::parse;
use crate::base::{Error, LifecycleQuery, Query};
use crate::policy::policy::Policy;

impl Policy {
    /// The outcome of one command on a record: `{"change", "refusal", "repeated"}`.
    ///
    /// The request is `{"record": … or null, "command": …, "actor": …}`. `entropy` is 128 bytes from the
    /// operating system's generator. Without it no secret is made: the change is a preview and must not be
    /// committed. With an `audit_key` of at least 16 bytes the event is sealed. The answer may hold a plaintext:
    /// give it to its bearer once, and do not log or store it.
    ///
    /// # Errors
    /// [`Error::Refused`] if the request is malformed; a refused command is an answer, not an error. Otherwise
    /// the module failed, or no instance became free in time.
    pub fn apply(
        &self,
        request: &str,
        now: Instant,
        entropy: Option<&[u8; Entropy::BYTES]>,
        audit_key: Option<&[u8]>,
    ) -> Result<String, Error> {
        some_key(audit_key)?;
        self.lifecycle(LifecycleQuery::Apply { request, now, entropy, audit_key }, request, Bounds::REQUEST)
    }

    /// The commands that are due, as a list, in the order in which to execute them.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn due(&self, record: &str, now: Instant) -> Result<String, Error> {
        self.lifecycle(LifecycleQuery::Due { record, now }, record, Bounds::RECORD)
    }

    /// The id of the token that a command names itself: a command that makes a token, or that carries a
    /// plaintext. The request is `{"command": …, "actor": …}`.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn target(&self, request: &str) -> Result<Option<TokenId>, Error> {
        let text = self.lifecycle(LifecycleQuery::Target { request }, request, Bounds::REQUEST)?;
        match parse(&text)? {
            Value::Null => Ok(None),
            Value::Text(id) => TokenId::parse(&id).map(Some).ok_or(Error::BadAnswer("an invalid id")),
            Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_) => {
                Err(Error::BadAnswer("an invalid id"))
            }
        }
    }

    /// The rows of a token list for these records, filtered and sorted.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn overview(&self, request: &str, now: Instant) -> Result<String, Error> {
        self.lifecycle(LifecycleQuery::Overview { request, now }, request, Bounds::LISTING)
    }

    /// Which instances a token may access with a permission: all, a list, or none.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn reach(&self, request: &str) -> Result<String, Error> {
        self.lifecycle(LifecycleQuery::Reach { request }, request, Bounds::REQUEST)
    }

    /// Verifies an audit trail: `{"verified", "events", "head", "faults"}`. The request is `{"events": […],
    /// "head"?, "token"?}`.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn verify_trail(&self, request: &str, audit_key: Option<&[u8]>) -> Result<String, Error> {
        some_key(audit_key)?;
        self.lifecycle(LifecycleQuery::VerifyTrail { request, audit_key }, request, Bounds::LISTING)
    }

    /// Rebuilds the record from a trail, `{"events": […]}`, without digests and observations.
    ///
    /// # Errors
    /// As [`Policy::apply`]; [`Error::Refused`] also if the events do not fit together.
    pub fn replay(&self, request: &str) -> Result<String, Error> {
        self.lifecycle(LifecycleQuery::Replay { request }, request, Bounds::LISTING)
    }

    /// Letters for notices, `{"notices": […]}`: one per group, in English and German.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn letters(&self, request: &str) -> Result<String, Error> {
        self.lifecycle(LifecycleQuery::Letters { request }, request, Bounds::LISTING)
    }

    fn lifecycle(&self, query: LifecycleQuery<'_>, text: &str, bounds: Bounds) -> Result<String, Error> {
        if text.len() > bounds.bytes {
            // Too large for the module's input; core refuses it by its length.
            Value::parse(text, bounds).map_err(|problem| Error::Refused(problem.into()))?;
        }
        self.answer(Query::Lifecycle(query))
    }
}

/// No key at all is a choice; an empty key is a setting that was forgotten.
fn some_key(key: Option<&[u8]>) -> Result<(), Error> {
    match key {
        Some([]) => Err(Error::Refused(Problem::new("weak_key", "the audit key is empty").into())),
        Some(_) | None => Ok(()),
    }
}
