//! A token's life, question by question: JSON text in, JSON text out.
//!
//! Nothing here reads a store or a clock, draws randomness or keeps anything.

use portcullis_core::{Bounds, Entropy, Instant, Problem, TokenId, Value};

use crate::base::Error;
use crate::policy::policy::Policy;
use crate::policy::report::parse;
use crate::query::LifecycleQuery;

impl Policy {
    /// What one command makes of a record: `{"change", "refusal", "repeated"}`.
    ///
    /// The request is `{"record": … or null, "command": …, "actor": …}`. Without `entropy`, which is
    /// 128 bytes from the operating system's generator, nothing is minted: the change is a preview and
    /// must not be committed. With an `audit_key` of at least 16 bytes the event is sealed with it.
    /// The answer may hold a plaintext: hand it to its bearer once, log and keep it nowhere.
    ///
    /// # Errors
    /// [`Error::Refused`] when the request itself is of another form; a refusal of the command is an
    /// answer. Otherwise the module failed, or no instance became free in time.
    pub fn apply(
        &self,
        request: &str,
        now: Instant,
        entropy: Option<&[u8; Entropy::BYTES]>,
        audit_key: Option<&[u8]>,
    ) -> Result<String, Error> {
        some_key(audit_key)?;
        self.answer(LifecycleQuery::Apply { request, now, entropy, audit_key }, request, Bounds::REQUEST)
    }

    /// The commands that time itself asks for, as a list, in the order in which to give them.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn due(&self, record: &str, now: Instant) -> Result<String, Error> {
        self.answer(LifecycleQuery::Due { record, now }, record, Bounds::RECORD)
    }

    /// The id of the record that a command speaks of, where the command itself says it: one that
    /// makes a token, or that carries a plaintext. The request is `{"command": …, "actor": …}`.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn target(&self, request: &str) -> Result<Option<TokenId>, Error> {
        let text = self.answer(LifecycleQuery::Target { request }, request, Bounds::REQUEST)?;
        match parse(&text)? {
            Value::Null => Ok(None),
            Value::Text(id) => TokenId::parse(&id).map(Some).ok_or(Error::BadAnswer("an invalid id")),
            Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_) => {
                Err(Error::BadAnswer("an invalid id"))
            }
        }
    }

    /// How these records look in a list for people: rows, filtered and sorted.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn overview(&self, request: &str, now: Instant) -> Result<String, Error> {
        self.answer(LifecycleQuery::Overview { request, now }, request, Bounds::LISTING)
    }

    /// Which instances a token may touch with a permission: all, a list, or none.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn reach(&self, request: &str) -> Result<String, Error> {
        self.answer(LifecycleQuery::Reach { request }, request, Bounds::REQUEST)
    }

    /// Whether a trail is as it was written: `{"verified", "events", "head", "faults"}`. The request is
    /// `{"events": […], "head"?, "token"?}`.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn verify_trail(&self, request: &str, audit_key: Option<&[u8]>) -> Result<String, Error> {
        some_key(audit_key)?;
        self.answer(LifecycleQuery::VerifyTrail { request, audit_key }, request, Bounds::LISTING)
    }

    /// The record that a trail, `{"events": […]}`, leads to, without digests and observations.
    ///
    /// # Errors
    /// As [`Policy::apply`]; [`Error::Refused`] also when the events do not fit together.
    pub fn replay(&self, request: &str) -> Result<String, Error> {
        self.answer(LifecycleQuery::Replay { request }, request, Bounds::LISTING)
    }

    /// The letters that notices, `{"notices": […]}`, make: one for each group, in English and German.
    ///
    /// # Errors
    /// As [`Policy::apply`].
    pub fn letters(&self, request: &str) -> Result<String, Error> {
        self.answer(LifecycleQuery::Letters { request }, request, Bounds::LISTING)
    }

    fn answer(&self, question: LifecycleQuery<'_>, text: &str, bounds: Bounds) -> Result<String, Error> {
        if text.len() > bounds.bytes {
            // Too large for the module to take; the core says so by its length alone.
            Value::parse(text, bounds).map_err(|problem| Error::Refused(problem.into()))?;
        }
        self.0.rules.answer(question)?
    }
}

/// No key is a choice; an empty one is a setting that was forgotten.
fn some_key(key: Option<&[u8]>) -> Result<(), Error> {
    match key {
        Some([]) => Err(Error::Refused(Problem::new("weak_key", "the audit key is empty").into())),
        Some(_) | None => Ok(()),
    }
}
