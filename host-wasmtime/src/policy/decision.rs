//! The decision on one attempt.

use std::fmt;

use portcullis_core::abi::verdict::{HINTS, REASON, TOUCH};
use portcullis_core::{Attempt, Instant, Level, Reason, TokenId};

use crate::base::{DecideInput, Error, Identification, Lookup, ModuleHash, Query, Subject};
use crate::module::Module;
use crate::policy::denial::{self, DenialResponse};
use crate::policy::policy::Policy;

/// The result of steps 1 and 2.
#[derive(Debug)]
pub enum Identified<'a> {
    /// Look up this id, then decide.
    Token(TokenId),
    /// The decision needs no look-up.
    Decided(Decision<'a>),
}

/// A decision: allowed or denied, and why. Its details are worked out from the same inputs when you ask for them,
/// so a plain decision costs no more.
#[must_use = "a decision that is not looked at protects nothing"]
pub struct Decision<'a> {
    verdict: u32,
    /// Boxed to keep a decision without an error small.
    error: Option<Box<Error>>,
    policy: &'a Policy,
    input: DecideInput<'a>,
}

/// The parts that a gate needs.
#[cfg(feature = "gate")]
impl Decision<'_> {
    pub(crate) fn into_parts(self) -> (u32, Option<Error>) {
        (self.verdict, self.error.map(|error| *error))
    }

    pub(crate) fn reason_of(verdict: u32) -> Option<Reason> {
        Reason::from_number((verdict & REASON) as u8)
    }
}

impl Policy {
    /// Steps 1 and 2: a decision if path or credentials are enough for one, otherwise the id to look up. It reads
    /// no store.
    pub fn identify<'a>(&'a self, attempt: &'a Attempt<'a>) -> Identified<'a> {
        let verdict = match self.0.rules.identify(attempt) {
            Ok(Identification::Id(id)) => return Identified::Token(id),
            Ok(Identification::Verdict(verdict)) => Ok(verdict),
            Err(error) => Err(error),
        };
        let input = DecideInput { attempt, found: Lookup::Unknown, subject: None, now: Instant::MIN };
        Identified::Decided(Decision::new(verdict, self, input))
    }

    /// Decides whether this request may pass now. It has no side effects: the same inputs give the same decision
    /// on every host.
    ///
    /// If the module fails, or no instance becomes free in time, the decision is a denial with
    /// [`ModuleFailed`](crate::Reason::ModuleFailed), and [`Decision::error`] has the cause.
    #[inline]
    pub fn decide<'a>(
        &'a self,
        attempt: &'a Attempt<'a>,
        found: Lookup<'a>,
        subject: Option<&'a Subject>,
        now: Instant,
    ) -> Decision<'a> {
        let input = DecideInput { attempt, found, subject, now };
        Decision::new(self.0.rules.decide(&input), self, input)
    }
}

impl<'a> Decision<'a> {
    #[inline]
    pub(crate) fn new(
        verdict: Result<u32, Error>,
        policy: &'a Policy,
        input: DecideInput<'a>,
    ) -> Decision<'a> {
        match verdict {
            Ok(verdict) => Decision { verdict, error: None, policy, input },
            Err(error) => {
                let verdict = Reason::ModuleFailed as u32;
                Decision { verdict, error: Some(Box::new(error)), policy, input }
            }
        }
    }

    /// Whether the request may pass.
    #[inline]
    pub fn allow(&self) -> bool {
        self.verdict & REASON == 0
    }

    /// Why the request is denied.
    #[inline]
    pub fn reason(&self) -> Option<Reason> {
        Reason::from_number((self.verdict & REASON) as u8)
    }

    /// The HTTP status of the response; 200 if the request may pass.
    pub fn status(&self) -> u16 {
        self.reason().map_or(200, Reason::status)
    }

    /// Whether the host should record this use of the token.
    pub fn wants_touch(&self) -> bool {
        self.verdict & TOUCH != 0
    }

    /// Whether the details hold hints, such as an expiry that is near.
    pub fn has_hints(&self) -> bool {
        self.verdict & HINTS != 0
    }

    /// The verdict as a number; see `wasm/ABI.md`.
    pub fn verdict(&self) -> u32 {
        self.verdict
    }

    /// The cause of [`Reason::ModuleFailed`].
    pub fn error(&self) -> Option<&Error> {
        self.error.as_deref()
    }

    /// The policy that decided.
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// The policy's [fingerprint](Policy::fingerprint), to log beside the decision.
    pub fn policy_fingerprint(&self) -> &'a str {
        self.policy.fingerprint()
    }

    /// The hash of the module that decided; `None` for linked rules. [`ModuleHash::short`] is enough for a log.
    pub fn module_hash(&self) -> Option<ModuleHash> {
        self.policy.module().map(Module::hash)
    }

    /// The response for the client if the request is denied.
    ///
    /// A denial always has one. If the module fails to produce it, it is that of [`Reason::ModuleFailed`].
    pub fn response(&self) -> Option<DenialResponse> {
        if self.allow() {
            return None;
        }
        Some(DenialResponse::from_public(self.to_json(Level::Public).ok()))
    }

    /// The details as JSON text. Every host gives the same bytes.
    ///
    /// # Errors
    /// The module failed. The decision itself stands.
    pub fn to_json(&self, level: Level) -> Result<String, Error> {
        if self.error.is_some() {
            return Ok(denial::to_json(level));
        }
        self.policy.answer(Query::Details(&self.input, level))
    }
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.reason().map_or("allow", Reason::code))
    }
}
