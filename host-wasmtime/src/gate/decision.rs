//! A gate's decision, with everything needed to work out its details later.

use std::fmt;
use std::sync::Arc;

use portcullis_core::abi::verdict::REASON;
use portcullis_core::{Instant, Level, Reason, Value};

use crate::base::fields::parse;
use crate::base::{DecideInput, Error, Lookup, Query, Subject, Token};
use crate::gate::error::GateError;
use crate::gate::identity::Identity;
use crate::gate::request::OwnedAttempt;
use crate::policy::{Decision, DenialResponse, Policy, denial};

/// What a gate decides on a request.
#[derive(Clone)]
#[must_use = "a decision that is not looked at protects nothing"]
pub enum GateDecision {
    /// The request may pass.
    Allowed(Allowed),
    /// The request is denied.
    Denied(Denied),
}

/// An allowed request. Cloning is cheap. A guard puts it into the request's extensions.
#[derive(Clone)]
pub struct Allowed {
    pub(crate) decision: Arc<OwnedDecision>,
    pub(crate) would_deny: bool,
}

/// A denied request.
#[derive(Clone)]
pub struct Denied(pub(crate) Arc<OwnedDecision>);

/// One decision with its inputs. Its details are worked out only when they are asked for.
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
    /// The time from which the documents may be out of date; `None` if they were just read, or if there are none.
    pub(crate) at: Option<i64>,
}

/// What the store has under the id.
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

    /// Why it is denied, or would be if the gate enforced its decisions.
    pub fn reason(&self) -> Option<Reason> {
        self.inner().reason()
    }

    /// The method of the request.
    pub fn method(&self) -> String {
        String::from_utf8_lossy(&self.inner().asked.method).into()
    }

    /// The path of the request, without the query, which may hold a token.
    pub fn path(&self) -> String {
        let path = self.inner().asked.target.split(|byte| *byte == b'?').next();
        String::from_utf8_lossy(path.unwrap_or_default()).into()
    }

    /// The policy's route for this request, such as `GET /books/{id}`, if there is one.
    pub fn route(&self) -> Option<&str> {
        self.inner().route.as_deref()
    }

    /// The decision as JSON text, with the fields that the level may see. Every host gives the same bytes.
    ///
    /// # Errors
    /// The module failed. The decision itself stands.
    pub fn to_json(&self, level: Level) -> Result<String, Error> {
        self.inner().to_json(level)
    }

    /// What failed before a denial with 503. For your logs, not for the client.
    pub fn cause(&self) -> Option<&(dyn std::error::Error + Send + Sync + 'static)> {
        self.inner().cause()
    }

    fn inner(&self) -> &OwnedDecision {
        match self {
            GateDecision::Allowed(Allowed { decision, .. }) | GateDecision::Denied(Denied(decision)) => {
                decision
            }
        }
    }
}

impl Allowed {
    /// The authenticated caller and its token.
    ///
    /// It is empty for a denial that the gate did not enforce.
    ///
    /// # Errors
    /// The module failed. Answer with 503, since the caller is not known.
    pub fn identity(&self) -> Result<Identity, Error> {
        if self.would_deny {
            return Ok(Identity::default());
        }
        Identity::of(&self.decision.details()?)
    }

    /// The policy's route, such as `GET /books/{id}`.
    pub fn route(&self) -> Option<&str> {
        self.decision.route.as_deref()
    }

    /// The denial, if the gate does not enforce its decisions and would have denied this request.
    pub fn would_deny(&self) -> Option<Denied> {
        self.would_deny.then(|| Denied(self.decision.clone()))
    }
}

impl Denied {
    /// Why the request is denied.
    pub fn reason(&self) -> Reason {
        self.0.reason().unwrap_or(Reason::ModuleFailed)
    }

    /// The response for the client: status, challenge and problem document.
    pub fn response(&self) -> DenialResponse {
        match self.0.error {
            Some(_) => denial::denied(),
            None => DenialResponse::from_public(self.0.to_json(Level::Public).ok()),
        }
    }

    /// The decision as JSON text; see [`GateDecision::to_json`].
    ///
    /// # Errors
    /// As for [`GateDecision::to_json`].
    pub fn to_json(&self, level: Level) -> Result<String, Error> {
        self.0.to_json(level)
    }

    /// What failed before a denial with 503.
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
            return Ok(denial::to_json(level));
        }
        let (attempt, found) = (self.asked.attempt(), self.record.found());
        let input = DecideInput { attempt: &attempt, found, subject: self.subject.as_ref(), now: self.now };
        self.policy.answer(Query::Details(&input, level))
    }

    /// The decision at the operator level, parsed.
    pub(crate) fn details(&self) -> Result<Value, Error> {
        parse(&self.to_json(Level::Operator)?)
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
        match self.decision.reason() {
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
