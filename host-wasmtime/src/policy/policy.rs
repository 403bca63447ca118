//! A policy, opened in a pool of instances and asked from any thread.

use std::fmt;
use std::sync::Arc;

use portcullis_core::{Attempt, Bounds, Instant, Level, Value};

use crate::base::{Error, Lint};
#[cfg(feature = "direct")]
use crate::direct::DirectPolicy;
use crate::module::Module;
use crate::policy::backend::Backend;
use crate::policy::report::{Description, TokenReport};
use crate::query::{DecideInput, Lookup};
use crate::sandbox::{Counters, Limits, Pool, Worker, WorkerPlan};
use crate::token::{Subject, Token};

/// A policy, opened once and asked many times, from as many threads as you like.
///
/// Nothing here reads a store, a clock or a socket, or remembers a request. A policy never changes:
/// to change the rules, open another; [`LivePolicy`](crate::LivePolicy) puts it in force. Cloning costs nothing, and clones share their instances.
#[derive(Clone)]
pub struct Policy(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) rules: Backend,
    description: Description,
}

impl Policy {
    /// Opens a policy document, which is JSON text.
    ///
    /// # Errors
    /// [`Error::Refused`] with everything that is wrong with it, each with its place and the fix.
    pub fn open(module: &Module, document: &str) -> Result<Policy, Error> {
        Policy::open_within(module, document, Limits::default())
    }

    /// The same, with other bounds on what it may cost.
    ///
    /// # Errors
    /// As [`Policy::open`].
    pub fn open_within(module: &Module, document: &str, limits: Limits) -> Result<Policy, Error> {
        if document.len() > Bounds::POLICY.bytes {
            // Too large for the module to take; the core says so by its length alone.
            Value::parse(document, Bounds::POLICY).map_err(|problem| Error::Refused(problem.into()))?;
        }
        let plan = WorkerPlan { blueprint: module.blueprint().clone(), policy: document.into(), limits };
        let mut first = Worker::start(&plan)?;
        let description = Description::read(&first.describe()?)?;
        let (pool, module) = (Pool::new(plan, first), module.clone());
        Ok(Policy(Arc::new(Inner { rules: Backend::Module { pool, module }, description })))
    }

    /// Opens a policy document in the rules that are linked into this program, without a module: every answer is
    /// the same, byte for byte.
    ///
    /// What is given up is the sandbox. A fault in the rules is then one of this program: nothing bounds their
    /// memory and their time, and another release of the rules is another build. A panic is a denial, where
    /// panics unwind.
    ///
    /// ```
    /// # use portcullis_wasmtime::{Error, Policy};
    /// let policy = Policy::direct(r#"{
    ///     "portcullis": 1, "name": "library", "realm": "Library API",
    ///     "resources": { "book": {} },
    ///     "routes": [{ "crud": "/books", "needs": "book" }],
    ///     "kinds": { "personal": { "prefix": "lib_pat", "may": { "revoke": ["owner"] } } }
    /// }"#)?;
    /// assert!(policy.module().is_none());
    /// # Ok::<(), Error>(())
    /// ```
    ///
    /// # Errors
    /// As [`Policy::open`].
    #[cfg(feature = "direct")]
    pub fn direct(document: &str) -> Result<Policy, Error> {
        Policy::direct_within(document, Limits::default())
    }

    #[cfg(feature = "direct")]
    fn direct_within(document: &str, limits: Limits) -> Result<Policy, Error> {
        let linked = DirectPolicy::open(document, limits)?;
        let description = Description::read(&linked.describe()?)?;
        Ok(Policy(Arc::new(Inner { rules: Backend::Linked(linked.into()), description })))
    }

    /// Another document, opened as this one was.
    pub(crate) fn reopen(&self, document: &str) -> Result<Policy, Error> {
        let limits = self.limits().clone();
        match self.module() {
            Some(module) => Policy::open_within(module, document, limits),
            #[cfg(feature = "direct")]
            None => Policy::direct_within(document, limits),
            #[cfg(not(feature = "direct"))]
            None => Err(Error::BadAnswer("a policy without a module")),
        }
    }

    /// A token record as it stands in the store, which is JSON text.
    ///
    /// This reads nothing yet and never fails: a record that cannot be read is a token that is always
    /// denied; [`Policy::report`] says why.
    pub fn open_token(&self, record: &str) -> Token {
        Token::new(record)
    }

    /// An owner's present rights, `{ "id", "active", "grants" }` as JSON text.
    ///
    /// # Errors
    /// [`Error::Refused`] with what is wrong with the document.
    pub fn open_subject(&self, document: &str) -> Result<Subject, Error> {
        let subject = Subject::new(document);
        self.0.rules.open_subject(&subject)?.map_err(Error::Refused)?;
        Ok(subject)
    }

    /// Every check, also those behind the first "no", as JSON text: for a person at home, never for
    /// the wire.
    ///
    /// # Errors
    /// The module failed, or no instance became free in time.
    pub fn explain(
        &self,
        attempt: &Attempt<'_>,
        found: Lookup<'_>,
        subject: Option<&Subject>,
        now: Instant,
    ) -> Result<String, Error> {
        let question = DecideInput { attempt, found, subject, now };
        self.0.rules.explain(&question)
    }

    /// What this policy has to say about a record.
    ///
    /// # Errors
    /// As [`Policy::explain`].
    pub fn report(&self, token: &Token) -> Result<TokenReport, Error> {
        self.0.rules.report(token)
    }

    /// Name, fingerprint, lints, every route with what it needs, permissions and kinds, as JSON text.
    ///
    /// # Errors
    /// As [`Policy::explain`].
    pub fn describe(&self) -> Result<String, Error> {
        self.0.rules.describe()
    }

    /// What the policy calls itself.
    pub fn name(&self) -> &str {
        &self.0.description.name
    }

    /// 16 hexadecimal digits that depend on everything the document says and on nothing else.
    pub fn fingerprint(&self) -> &str {
        &self.0.description.fingerprint
    }

    /// The header that carries the token in the place of Authorization, in lower case, where the
    /// policy names one.
    pub fn header_name(&self) -> Option<&str> {
        self.0.description.header.as_deref()
    }

    /// What is allowed but probably not meant.
    pub fn lints(&self) -> &[Lint] {
        &self.0.description.lints
    }

    /// The module that it was opened in; `None` where it was opened in linked rules.
    pub fn module(&self) -> Option<&Module> {
        self.0.rules.module()
    }

    /// What it may cost.
    pub fn limits(&self) -> &Limits {
        self.0.rules.limits()
    }

    /// What has happened so far.
    pub fn counters(&self) -> Counters {
        self.0.rules.counters()
    }

    /// What it was opened from.
    pub(crate) fn document(&self) -> &str {
        self.0.rules.document()
    }

    /// Makes the instances that another policy has, ahead of the first question.
    pub(crate) fn warm_up(&self, like: &Policy) {
        self.0.rules.warm_up(&like.0.rules);
    }

    pub(crate) fn details(&self, question: &DecideInput<'_>, level: Level) -> Result<String, Error> {
        self.0.rules.details(question, level)
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Policy({} {})", self.name(), self.fingerprint())
    }
}
