//! What a gate says of a request, kept for as long as somebody wants to know more.

use std::fmt;
use std::sync::Arc;

use portcullis_core::abi::verdict::REASON;
use portcullis_core::{Instant, Level, Reason, Value};

use crate::base::Error;
use crate::gate::error::GateError;
use crate::gate::identity::Identity;
use crate::gate::request::Asked;
use crate::policy::{Decision, Denied, Policy, denied};
use crate::question::{Found, Question};
use crate::token::{Subject, Token};

/// What a gate says of a request.
#[derive(Clone)]
#[must_use = "a ruling that nobody looks at protects nothing"]
pub enum Ruling {
    /// It may pass.
    Allowed(Allowed),
    /// It may not.
    Denied(Denial),
}

/// A request that may pass. Cloning costs nothing; a guard leaves it in the request's extensions.
#[derive(Clone)]
pub struct Allowed {
    pub(crate) case: Arc<Case>,
    pub(crate) would_deny: bool,
}

/// A request that may not pass.
#[derive(Clone)]
pub struct Denial(pub(crate) Arc<Case>);

/// One decision, with everything that it was made from, so that the rest can be worked out when somebody asks.
pub(crate) struct Case {
    pub(crate) policy: Policy,
    pub(crate) asked: Arc<Asked>,
    pub(crate) record: Held,
    pub(crate) subject: Option<Subject>,
    pub(crate) now: Instant,
    pub(crate) verdict: u32,
    pub(crate) error: Option<Error>,
    pub(crate) cause: Option<GateError>,
    /// The route as the policy writes it.
    pub(crate) route: Option<Box<str>>,
    /// Since when the documents may be out of date; `None` when they were read just now, or none was.
    pub(crate) at: Option<i64>,
}

/// What was found under the id.
#[derive(Clone)]
pub(crate) enum Held {
    Token(Token),
    Unknown,
    Unavailable,
}

impl Ruling {
    /// Whether the request may pass.
    pub fn allow(&self) -> bool {
        match self {
            Ruling::Allowed(_) => true,
            Ruling::Denied(_) => false,
        }
    }

    /// Why it may not, or would not if the gate were enforced.
    pub fn reason(&self) -> Option<Reason> {
        self.case().reason()
    }

    /// The method that was decided on.
    pub fn method(&self) -> String {
        String::from_utf8_lossy(&self.case().asked.method).into()
    }

    /// The path that was decided on, without the query, which may hold a token.
    pub fn path(&self) -> String {
        let path = self.case().asked.target.split(|byte| *byte == b'?').next();
        String::from_utf8_lossy(path.unwrap_or_default()).into()
    }

    /// The route of the policy, such as `GET /books/{id}`, where it has one for this request.
    pub fn route(&self) -> Option<&str> {
        self.case().route.as_deref()
    }

    /// The answer as JSON text, as much of it as the level may see. Equal bytes on every host.
    ///
    /// # Errors
    /// What went wrong when the module was asked for it. The ruling itself stands.
    pub fn to_json(&self, level: Level) -> Result<String, Error> {
        self.case().to_json(level)
    }

    /// What went wrong on the way to a denial with 503: for the log at home.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.case().cause()
    }

    fn case(&self) -> &Case {
        match self {
            Ruling::Allowed(Allowed { case, .. }) | Ruling::Denied(Denial(case)) => case,
        }
    }
}

impl Allowed {
    /// Who asks, and what with.
    ///
    /// Of a denial that was let through, nothing is known.
    ///
    /// # Errors
    /// The module failed when it was asked: answer with 503, nobody knows who that is.
    pub fn identity(&self) -> Result<Identity, Error> {
        if self.would_deny {
            return Ok(Identity::default());
        }
        Identity::of(&self.case.details()?)
    }

    /// The route of the policy, such as `GET /books/{id}`.
    pub fn route(&self) -> Option<&str> {
        self.case.route.as_deref()
    }

    /// What the answer would have been, where a gate does not enforce it.
    pub fn would_deny(&self) -> Option<Denial> {
        self.would_deny.then(|| Denial(self.case.clone()))
    }
}

impl Denial {
    /// Why.
    pub fn reason(&self) -> Reason {
        self.0.reason().unwrap_or(Reason::ModuleFailed)
    }

    /// What the client is told: status, challenge and problem document.
    pub fn denied(&self) -> Denied {
        match self.0.error {
            Some(_) => denied::denied(),
            None => Denied::from_public(self.0.to_json(Level::Public).ok()),
        }
    }

    /// The answer as JSON text, as [`Ruling::to_json`].
    ///
    /// # Errors
    /// As there.
    pub fn to_json(&self, level: Level) -> Result<String, Error> {
        self.0.to_json(level)
    }

    /// What went wrong on the way to a denial with 503.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.0.cause()
    }
}

impl Case {
    pub(crate) fn decide(
        policy: Policy,
        asked: Arc<Asked>,
        record: Held,
        subject: Option<Subject>,
        now: Instant,
    ) -> Case {
        let attempt = asked.attempt();
        let decision = policy.decide(&attempt, record.found(), subject.as_ref(), now);
        let (verdict, error) = decision.into_parts();
        Case { policy, asked, record, subject, now, verdict, error, cause: None, route: None, at: None }
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        Decision::reason_of(self.verdict)
    }

    pub(crate) fn allow(&self) -> bool {
        self.verdict & REASON == 0
    }

    pub(crate) fn to_json(&self, level: Level) -> Result<String, Error> {
        if self.error.is_some() {
            return Ok(denied::to_value(level).to_json());
        }
        let (attempt, found) = (self.asked.attempt(), self.record.found());
        let question = Question { attempt: &attempt, found, subject: self.subject.as_ref(), now: self.now };
        self.policy.details(&question, level)
    }

    /// The answer for logs, read.
    pub(crate) fn details(&self) -> Result<Value, Error> {
        crate::policy::parse(&self.to_json(Level::Operator)?)
    }

    fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        match (&self.cause, &self.error) {
            (Some(cause), _) => Some(cause),
            (None, Some(error)) => Some(error),
            (None, None) => None,
        }
    }
}

impl Held {
    fn found(&self) -> Found<'_> {
        match self {
            Held::Token(token) => Found::Token(token),
            Held::Unknown => Found::Unknown,
            Held::Unavailable => Found::Unavailable,
        }
    }
}

impl fmt::Debug for Ruling {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Ruling::Allowed(allowed) => allowed.fmt(out),
            Ruling::Denied(denial) => denial.fmt(out),
        }
    }
}

impl fmt::Debug for Allowed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.case.reason() {
            Some(reason) => write!(out, "Allowed(would deny: {})", reason.code()),
            None => out.write_str("Allowed"),
        }
    }
}

impl fmt::Debug for Denial {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Denial({})", self.reason().code())
    }
}
