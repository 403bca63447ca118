//! The rules linked into this program: the same queries and the same bytes, without a sandbox.

use std::panic::{AssertUnwindSafe, catch_unwind};

use portcullis_core as core;
use portcullis_core::Attempt;

use crate::base::{Answer, DecideInput, Error, Identification, Lookup, Problems, Query, Rules, Subject};
use crate::direct::document_cache::DocumentCache;

/// A policy that this program evaluates itself.
pub(crate) struct DirectPolicy {
    pub(super) policy: core::Policy,
    tokens: DocumentCache<core::Token>,
    subjects: DocumentCache<core::Subject>,
}

impl DirectPolicy {
    pub(crate) fn open(document: &str, documents: usize) -> Result<DirectPolicy, Error> {
        let policy = guarded(|| core::Policy::from_json(document))?;
        let policy = policy.map_err(|problems| Error::Refused(problems.into()))?;
        let (tokens, subjects) = (DocumentCache::new(documents), DocumentCache::new(documents));
        Ok(DirectPolicy { policy, tokens, subjects })
    }

    /// Runs a query on the policy with the parsed documents.
    pub(super) fn ask<T>(
        &self,
        input: &DecideInput<'_>,
        ask: impl FnOnce(
            &core::Policy,
            &Attempt<'_>,
            core::Lookup<'_>,
            Option<&core::Subject>,
            core::Instant,
        ) -> T,
    ) -> Result<T, Error> {
        guarded(|| {
            let DecideInput { attempt, found, subject, now } = *input;
            let token = match found {
                Lookup::Token(token) => {
                    Some(self.tokens.find(&token.0, |text| Ok(self.policy.open_token_json(text)))?)
                }
                Lookup::Unknown | Lookup::Unavailable => None,
            };
            let found = match (&token, found) {
                (Some(token), _) => core::Lookup::Token(token),
                (None, Lookup::Unavailable) => core::Lookup::Unavailable,
                (None, Lookup::Unknown | Lookup::Token(_)) => core::Lookup::Unknown,
            };
            let read = |text: &str| {
                let subject = self.policy.open_subject_json(text);
                subject.map_err(|_| Error::BadAnswer("a subject is refused that was good before"))
            };
            let subject = subject.map(|subject| self.subjects.find(&subject.0, read)).transpose()?;
            Ok(ask(&self.policy, attempt, found, subject.as_deref(), now))
        })?
    }
}

impl Rules for DirectPolicy {
    fn decide(&self, input: &DecideInput<'_>) -> Result<u32, Error> {
        self.ask(input, core::Policy::verdict)
    }

    fn identify(&self, attempt: &Attempt<'_>) -> Result<Identification, Error> {
        guarded(|| match self.policy.identify(attempt) {
            core::Identified::Token(id) => Identification::Id(id),
            core::Identified::Decided(decision) => Identification::Verdict(decision.verdict()),
        })
    }

    fn open_subject(&self, subject: &Subject) -> Result<Result<(), Problems>, Error> {
        let open = || self.policy.open_subject_json(&subject.0.text);
        Ok(guarded(open)?.map(drop).map_err(Problems::from))
    }

    fn answer(&self, query: Query<'_>) -> Result<Answer, Error> {
        self.answered(query)
    }
}

/// Treats a panic in the rules like a trap in the module: the request is denied, and the next one is decided.
pub(super) fn guarded<T>(work: impl FnOnce() -> T) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|_| Error::Trapped("the linked rules panicked".into()))
}
