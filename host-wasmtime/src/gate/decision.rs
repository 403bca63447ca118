//! A gate's decision, with everything needed to work out its details later.

use std::fmt;
use std::sync::Arc;

use portcullis_core::abi::verdict::REASON;
use portcullis_core::{Instant, Level, Reason, Value};

use crate::base::Error;
use crate::gate::error::GateError;
use crate::gate::identity::Identity;
use crate::gate::request::OwnedAttempt;
use crate::policy::{Decision, DenialResponse, Policy, denial};
use crate::query::{DecideInput, Lookup};
use crate::token::{Subject, Token};

/// What a gate says of a request.
#[derive(Clone)]
#[must_use = "a decision that is not looked at protects nothing"]
pub enum GateDecision {
    /// It may pass.
    Allowed(Allowed),
    /// It may not.
    Denied(Denied),
}

/// A request that may pass. Cloning costs nothing; a guard leaves it in the request's extensions.
#[derive(Clone)]
pub struct Allowed {
    pub(crate) case: Arc<OwnedDecision>,
    pub(crate) would_deny: bool,
}

/// A request that may not pass.
#[derive(Clone)]
pub struct Denied(pub(crate) Arc<OwnedDecision>);

/// One decision with its inputs, so that its details can be worked out when they are asked for.
pub(crate) struct OwnedDecision {
    pub(crate) policy: Policy,
    pub(crate) asked: Arc<OwnedAttempt>,
    pub(crate) record: OwnedLookup,
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
pub(crate) enum OwnedLookup {
    Token(Token),
    Unknown,
    Unavailable,
}

impl GateDecision {
    /// Whether the request may pass.
    pub fn allow(&self) -> bool {
        match self {
            GateDecision::Allowed(_) => true,
            GateDecision::Denied(_) => false,
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

    fn case(&self) -> &OwnedDecision {
        match self {
            GateDecision::Allowed(Allowed { case, .. }) | GateDecision::Denied(Denied(case)) => case,
        }
    }
}

impl Allowed {
    /// Who asks, and what with.
    ///
    /// Of a denial that was let through, nothing is known.
    ///
    /// # Errors
    /// The module failed: answer with 503, since the bearer is not known.
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
    pub fn would_deny(&self) -> Option<Denied> {
        self.would_deny.then(|| Denied(self.case.clone()))
    }
}

impl Denied {
    /// Why.
    pub fn reason(&self) -> Reason {
        self.0.reason().unwrap_or(Reason::ModuleFailed)
    }

    /// What the client is told: status, challenge and problem document.
    pub fn response(&self) -> DenialResponse {
        match self.0.error {
            Some(_) => denial::denied(),
            None => DenialResponse::from_public(self.0.to_json(Level::Public).ok()),
        }
    }

    /// The answer as JSON text, as [`GateDecision::to_json`].
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

impl OwnedDecision {
    pub(crate) fn decide(
        policy: Policy,
        asked: Arc<OwnedAttempt>,
        record: OwnedLookup,
        subject: Option<Subject>,
        now: Instant,
    ) -> OwnedDecision {
        let attempt = asked.attempt();
        let decision = policy.decide(&attempt, record.found(), subject.as_ref(), now);
        let (verdict, error) = decision.into_parts();
        OwnedDecision {
            policy,
            asked,
            record,
            subject,
            now,
            verdict,
            error,
            cause: None,
            route: None,
            at: None,
        }
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        Decision::reason_of(self.verdict)
    }

    pub(crate) fn allow(&self) -> bool {
        self.verdict & REASON == 0
    }

    pub(crate) fn to_json(&self, level: Level) -> Result<String, Error> {
        if self.error.is_some() {
            return Ok(denial::to_value(level).to_json());
        }
        let (attempt, found) = (self.asked.attempt(), self.record.found());
        let question =
            DecideInput { attempt: &attempt, found, subject: self.subject.as_ref(), now: self.now };
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

impl OwnedLookup {
    fn found(&self) -> Lookup<'_> {
        match self {
            OwnedLookup::Token(token) => Lookup::Token(token),
            OwnedLookup::Unknown => Lookup::Unknown,
            OwnedLookup::Unavailable => Lookup::Unavailable,
        }
    }
}

impl fmt::Debug for GateDecision {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            GateDecision::Allowed(allowed) => allowed.fmt(out),
            GateDecision::Denied(denial) => denial.fmt(out),
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

impl fmt::Debug for Denied {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Denial({})", self.reason().code())
    }
}
