//! One instance with an opened policy and a cache of opened tokens.

use std::sync::Arc;

use portcullis_core::{Attempt, abi};
use wasmtime::InstancePre;

use crate::base::{
    Answer, DecideInput, Document, Error, Identification, Limits, Lookup, Problems, Query, Subject, Token,
};
use crate::sandbox::guest::{CallLimits, DecideParams, Guest};
use crate::sandbox::{HandleCache, InstanceLimits};

/// The settings of a worker.
pub(crate) struct WorkerPlan {
    pub(crate) blueprint: InstancePre<InstanceLimits>,
    pub(crate) policy: Arc<str>,
    pub(crate) limits: Limits,
}

/// Like its guest, a worker is dropped after a failure.
pub(crate) struct Worker {
    guest: Guest,
    policy: u32,
    tokens: HandleCache,
    subjects: HandleCache,
    /// Bytes of memory above which the worker is replaced.
    enough: usize,
}

impl Worker {
    /// Starts an instance and opens the policy in it.
    ///
    /// # Errors
    /// The policy is refused, or the instance fails.
    pub(crate) fn start(plan: &WorkerPlan) -> Result<Worker, Error> {
        let Limits { documents, memory, growth, time, opening, isolated, .. } = plan.limits;
        let mut guest = Guest::start(&plan.blueprint, CallLimits::new(memory, opening))?;
        let policy = guest.open_policy(&plan.policy)?.map_err(Error::Refused)?;
        guest.bound(CallLimits::new(memory, time));
        let enough = guest.memory().saturating_add(growth);
        // An isolated instance serves one query, so it needs no cache.
        let documents = if isolated { 1 } else { documents };
        let [tokens, subjects] = [(); 2].map(|()| HandleCache::new(documents));
        Ok(Worker { guest, policy, tokens, subjects, enough })
    }

    /// Bytes of memory that the instance has.
    #[inline]
    pub(crate) fn memory(&self) -> usize {
        self.guest.memory()
    }

    /// Whether it has grown so much that it should be replaced.
    #[inline]
    pub(crate) fn has_grown(&self) -> bool {
        self.memory() > self.enough
    }

    #[inline]
    pub(crate) fn decide(&mut self, input: &DecideInput<'_>) -> Result<u32, Error> {
        let asked = self.ask(input)?;
        self.guest.decide(asked)
    }

    pub(crate) fn identify(&mut self, attempt: &Attempt<'_>) -> Result<Identification, Error> {
        self.guest.write(attempt)?;
        self.guest.identify(self.policy)
    }

    pub(crate) fn answer(&mut self, query: Query<'_>) -> Result<Answer, Error> {
        match query {
            Query::Details(input, level) => {
                let asked = self.ask(input)?;
                self.guest.details(asked, level).map(Ok)
            }
            Query::Explain(input) => {
                let asked = self.ask(input)?;
                self.guest.explain(asked).map(Ok)
            }
            Query::Describe => self.guest.describe(self.policy).map(Ok),
            Query::DescribeToken(token) => {
                let handle = self.token(token)?;
                self.guest.describe(handle).map(Ok)
            }
            Query::Lifecycle(query) => self.guest.lifecycle(self.policy, query),
        }
    }

    /// Opens a subject. A refusal is a result, not a failure.
    pub(crate) fn open_subject(&mut self, subject: &Subject) -> Result<Result<(), Problems>, Error> {
        Ok(match self.guest.open_subject(self.policy, &subject.0.text)? {
            Ok(handle) => Ok(close_all(&mut self.guest, self.subjects.insert(&subject.0, handle))?),
            Err(problems) => Err(problems),
        })
    }

    /// Opens what the decision needs in the instance, and writes the attempt.
    #[inline]
    fn ask(&mut self, input: &DecideInput<'_>) -> Result<DecideParams, Error> {
        let token = match input.found {
            Lookup::Token(token) => self.token(token)?,
            Lookup::Unknown => abi::NONE,
            Lookup::Unavailable => abi::STORE_UNAVAILABLE,
        };
        let subject = match input.subject {
            Some(subject) => self.subject(subject)?,
            None => abi::NONE,
        };
        self.guest.write(input.attempt)?;
        Ok((self.policy, token, subject, input.now.millis()))
    }

    #[inline]
    fn token(&mut self, token: &Token) -> Result<u32, Error> {
        match self.tokens.find(&token.0) {
            Some(handle) => Ok(handle),
            None => self.open_token(&token.0),
        }
    }

    #[cold]
    fn open_token(&mut self, document: &Document) -> Result<u32, Error> {
        let handle = self.guest.open_token(self.policy, &document.text)?;
        close_all(&mut self.guest, self.tokens.insert(document, handle))?;
        Ok(handle)
    }

    #[inline]
    fn subject(&mut self, subject: &Subject) -> Result<u32, Error> {
        match self.subjects.find(&subject.0) {
            Some(handle) => Ok(handle),
            None => self.reopen_subject(subject),
        }
    }

    /// Opens a subject that another instance has accepted.
    #[cold]
    fn reopen_subject(&mut self, subject: &Subject) -> Result<u32, Error> {
        self.open_subject(subject)?
            .map_err(|_| Error::BadAnswer("a subject is refused that was good before"))?;
        self.subjects.find(&subject.0).ok_or(Error::BadAnswer("a subject was forgotten"))
    }
}

fn close_all(guest: &mut Guest, handles: Vec<u32>) -> Result<(), Error> {
    handles.into_iter().try_for_each(|handle| guest.close(handle))
}
