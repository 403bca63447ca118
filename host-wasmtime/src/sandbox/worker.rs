//! One instance with an opened policy and a cache of opened tokens.

use portcullis_core::{Attempt, Level, abi};
use wasmtime::InstancePre;

use crate::base::{Error, Problems};
use crate::query::{DecideInput, Identification, LifecycleQuery, Lookup};
use crate::sandbox::guest::{Answer, CallLimits, DecideParams, Guest};
use crate::sandbox::{HandleCache, InstanceLimits, Limits};
use crate::token::{Document, Subject, Token};

/// The settings of a worker.
pub(crate) struct WorkerPlan {
    pub(crate) blueprint: InstancePre<InstanceLimits>,
    pub(crate) policy: Box<str>,
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

    pub(crate) fn details(&mut self, input: &DecideInput<'_>, level: Level) -> Result<String, Error> {
        let asked = self.ask(input)?;
        self.guest.details(asked, level)
    }

    pub(crate) fn explain(&mut self, input: &DecideInput<'_>) -> Result<String, Error> {
        let asked = self.ask(input)?;
        self.guest.explain(asked)
    }

    pub(crate) fn identify(&mut self, attempt: &Attempt<'_>) -> Result<Identification, Error> {
        self.guest.write(attempt)?;
        self.guest.identify(self.policy)
    }

    pub(crate) fn describe(&mut self) -> Result<String, Error> {
        self.guest.describe(self.policy)
    }

    pub(crate) fn describe_token(&mut self, token: &Token) -> Result<String, Error> {
        let handle = self.token(token)?;
        self.guest.describe(handle)
    }

    pub(crate) fn answer(&mut self, query: LifecycleQuery<'_>) -> Result<Answer, Error> {
        let (guest, policy) = (&mut self.guest, self.policy);
        match query {
            LifecycleQuery::Apply { request, now, entropy, audit_key } => {
                guest.apply(policy, request, now, entropy, audit_key)
            }
            LifecycleQuery::Due { record, now } => guest.due(policy, record, now),
            LifecycleQuery::Target { request } => guest.target(policy, request),
            LifecycleQuery::Overview { request, now } => guest.overview(policy, request, now),
            LifecycleQuery::Reach { request } => guest.reach(policy, request),
            LifecycleQuery::VerifyTrail { request, audit_key } => guest.verify_trail(request, audit_key),
            LifecycleQuery::Replay { request } => guest.replay(request),
            LifecycleQuery::Letters { request } => guest.letters(request),
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
