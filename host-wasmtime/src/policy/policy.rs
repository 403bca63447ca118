//! A policy, opened in a pool of instances and queried from any thread.

use std::fmt;
use std::sync::Arc;

use portcullis_core::{Attempt, Bounds, Instant, Value};

use crate::base::{Counters, DecideInput, Error, Limits, Lint, Lookup, Query, Rules, Subject, Token};
#[cfg(feature = "direct")]
use crate::direct::DirectPolicy;
use crate::module::Module;
use crate::policy::report::{Description, TokenReport};
use crate::sandbox::{Pool, Worker, WorkerPlan};

/// A policy: open it once, and query it from any number of threads.
///
/// It reads no store, clock or socket, and remembers no request. A policy never changes. To change the rules,
/// open another one; [`LivePolicy`](crate::LivePolicy) puts it in force. Cloning is cheap, and clones share their
/// instances.
#[derive(Clone)]
pub struct Policy(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub(super) rules: Box<dyn Rules>,
    /// `None` for linked rules.
    module: Option<Module>,
    document: Arc<str>,
    limits: Limits,
    description: Description,
}

impl Policy {
    /// Opens a policy document, which is JSON text.
    ///
    /// # Errors
    /// [`Error::Refused`] with every problem in it, each with its place and the fix.
    pub fn open(module: &Module, document: &str) -> Result<Policy, Error> {
        Policy::open_within(module, document, Limits::default())
    }

    /// Opens a policy document with other limits.
    ///
    /// # Errors
    /// As [`Policy::open`].
    pub fn open_within(module: &Module, document: &str, limits: Limits) -> Result<Policy, Error> {
        if document.len() > Bounds::POLICY.bytes {
            // Too large for the module's input; core refuses it by its length.
            Value::parse(document, Bounds::POLICY).map_err(|problem| Error::Refused(problem.into()))?;
        }
        let document: Arc<str> = document.into();
        let blueprint = module.blueprint().clone();
        let plan = WorkerPlan { blueprint, policy: document.clone(), limits: limits.clone() };
        let mut first = Worker::start(&plan)?;
        let description = Description::read(&first.answer(Query::Describe)??)?;
        let rules = Box::new(Pool::new(plan, first));
        Ok(Policy(Arc::new(Inner { rules, module: Some(module.clone()), document, limits, description })))
    }

    /// Opens a policy document in the rules that are linked into this program, without a module. Every answer is
    /// the same, byte for byte.
    ///
    /// You give up the sandbox: nothing limits the memory and time of the rules, and another release of the rules
    /// is another build. A panic in the rules is a denial if panics unwind.
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
        let linked = DirectPolicy::open(document, limits.documents)?;
        let description = Description::read(&linked.answer(Query::Describe)??)?;
        let (rules, document) = (Box::new(linked), document.into());
        Ok(Policy(Arc::new(Inner { rules, module: None, document, limits, description })))
    }

    /// Another document, opened in the same way.
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

    /// A token record as stored, which is JSON text.
    ///
    /// It parses nothing yet and never fails. A token with an invalid record is always denied; [`Policy::report`]
    /// says why.
    pub fn open_token(&self, record: &str) -> Token {
        Token::new(record)
    }

    /// An owner's present rights, `{ "id", "active", "grants" }` as JSON text.
    ///
    /// # Errors
    /// [`Error::Refused`] with the problems in the document.
    pub fn open_subject(&self, document: &str) -> Result<Subject, Error> {
        let subject = Subject::new(document);
        self.0.rules.open_subject(&subject)?.map_err(Error::Refused)?;
        Ok(subject)
    }

    /// The result of every check as JSON text, even after the first failure. For your own staff, never for
    /// clients.
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
        self.answer(Query::Explain(&DecideInput { attempt, found, subject, now }))
    }

    /// Checks a record under this policy.
    ///
    /// # Errors
    /// As [`Policy::explain`].
    pub fn report(&self, token: &Token) -> Result<TokenReport, Error> {
        TokenReport::read(&self.answer(Query::DescribeToken(token))?)
    }

    /// Name, fingerprint, lints, every route with what it needs, permissions and kinds, as JSON text.
    ///
    /// # Errors
    /// As [`Policy::explain`].
    pub fn describe(&self) -> Result<String, Error> {
        self.answer(Query::Describe)
    }

    /// The policy's name.
    pub fn name(&self) -> &str {
        &self.0.description.name
    }

    /// 16 hexadecimal digits that depend on everything in the document and on nothing else.
    pub fn fingerprint(&self) -> &str {
        &self.0.description.fingerprint
    }

    /// The header that carries the token instead of `Authorization`, in lower case, if the policy sets one.
    pub fn header_name(&self) -> Option<&str> {
        self.0.description.header.as_deref()
    }

    /// Warnings: what the policy permits but probably does not intend.
    pub fn lints(&self) -> &[Lint] {
        &self.0.description.lints
    }

    /// The module that it was opened in; `None` for linked rules.
    pub fn module(&self) -> Option<&Module> {
        self.0.module.as_ref()
    }

    /// The limits that it was opened with.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// The counters of its instances.
    pub fn counters(&self) -> Counters {
        self.0.rules.counters()
    }

    /// The document that it was opened from.
    pub(crate) fn document(&self) -> &str {
        &self.0.document
    }

    /// Starts as many instances as another policy has, before the first query.
    pub(crate) fn warm_up(&self, like: &Policy) {
        self.0.rules.warm_up(&like.0.rules.running());
    }

    pub(crate) fn answer(&self, query: Query<'_>) -> Result<String, Error> {
        self.0.rules.answer(query)?
    }
}

impl fmt::Debug for Policy {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Policy({} {})", self.name(), self.fingerprint())
    }
}
