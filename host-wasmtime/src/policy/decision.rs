//! The answer to one attempt.

use std::fmt;

use portcullis_core::abi::verdict::{HINTS, REASON, TOUCH};
use portcullis_core::{Attempt, Instant, Level, Reason, TokenId};

use crate::base::{Error, ModuleHash};
use crate::module::Module;
use crate::policy::denial::{self, DenialResponse};
use crate::policy::policy::Policy;
use crate::query::{DecideInput, Identification, Lookup};
use crate::token::Subject;

/// What the first two steps say.
#[derive(Debug)]
pub enum Identified<'a> {
    /// Look this id up, then decide.
    Token(TokenId),
    /// The answer is clear without a look-up.
    Decided(Decision<'a>),
}

/// An answer. Allowed or denied, and why; the rest is worked out when asked
/// for, from the same inputs, so that a plain answer costs nothing more.
#[must_use = "a decision that is not looked at protects nothing"]
pub struct Decision<'a> {
    verdict: u32,
    /// Boxed, so that an answer without one stays small.
    error: Option<Box<Error>>,
    policy: &'a Policy,
    question: DecideInput<'a>,
}

/// What a gate keeps of a decision.
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
    /// Steps 1 and 2: the answer, where path or credentials give one, or the id to look up.
    /// Nothing is looked up here.
    pub fn identify<'a>(&'a self, attempt: &'a Attempt<'a>) -> Identified<'a> {
        let verdict = match self.0.rules.identify(attempt) {
            Ok(Identification::Id(id)) => return Identified::Token(id),
            Ok(Identification::Verdict(verdict)) => Ok(verdict),
            Err(error) => Err(error),
        };
        let question = DecideInput { attempt, found: Lookup::Unknown, subject: None, now: Instant::MIN };
        Identified::Decided(Decision::new(verdict, self, question))
    }

    /// May this request pass, now? Changes nothing, remembers nothing: the
    /// same inputs give the same answer, always and everywhere.
    ///
    /// When the module fails, or no instance becomes free in time, the answer is the denial
    /// [`ModuleFailed`](crate::Reason::ModuleFailed), and [`Decision::error`] says what happened.
    #[inline]
    pub fn decide<'a>(
        &'a self,
        attempt: &'a Attempt<'a>,
        found: Lookup<'a>,
        subject: Option<&'a Subject>,
        now: Instant,
    ) -> Decision<'a> {
        let question = DecideInput { attempt, found, subject, now };
        Decision::new(self.0.rules.decide(&question), self, question)
    }
}

impl<'a> Decision<'a> {
    #[inline]
    pub(crate) fn new(
        verdict: Result<u32, Error>,
        policy: &'a Policy,
        question: DecideInput<'a>,
    ) -> Decision<'a> {
        match verdict {
            Ok(verdict) => Decision { verdict, error: None, policy, question },
            Err(error) => {
                let verdict = Reason::ModuleFailed as u32;
                Decision { verdict, error: Some(Box::new(error)), policy, question }
            }
        }
    }

    /// Whether the request may pass.
    #[inline]
    pub fn allow(&self) -> bool {
        self.verdict & REASON == 0
    }

    /// Why it may not.
    #[inline]
    pub fn reason(&self) -> Option<Reason> {
        Reason::from_number((self.verdict & REASON) as u8)
    }

    /// The HTTP status of the answer; 200 when the request may pass.
    pub fn status(&self) -> u16 {
        self.reason().map_or(200, Reason::status)
    }

    /// Whether the host should record this use of the token.
    pub fn wants_touch(&self) -> bool {
        self.verdict & TOUCH != 0
    }

    /// Whether the answer in full has hints: an end that comes near, a clock that is off.
    pub fn has_hints(&self) -> bool {
        self.verdict & HINTS != 0
    }

    /// The answer as one number, as `wasm/ABI.md` says.
    pub fn verdict(&self) -> u32 {
        self.verdict
    }

    /// What went wrong when the answer is [`Reason::ModuleFailed`].
    pub fn error(&self) -> Option<&Error> {
        self.error.as_deref()
    }

    /// The policy that this is an answer of.
    pub fn policy(&self) -> &'a Policy {
        self.policy
    }

    /// The [fingerprint](Policy::fingerprint) of that policy: what to write beside the answer in a log.
    pub fn policy_fingerprint(&self) -> &'a str {
        self.policy.fingerprint()
    }

    /// The module that it came out of; `None` where the rules are linked. [`ModuleHash::short`] is enough for a log.
    pub fn module_hash(&self) -> Option<ModuleHash> {
        self.policy.module().map(Module::hash)
    }

    /// The answer to the client, when the request may not pass.
    ///
    /// A denial always has one, even where the module fails to find the words: then it is that of
    /// [`Reason::ModuleFailed`].
    pub fn response(&self) -> Option<DenialResponse> {
        if self.allow() {
            return None;
        }
        Some(DenialResponse::from_public(self.to_json(Level::Public).ok()))
    }

    /// The answer as JSON text. Equal bytes on every host.
    ///
    /// # Errors
    /// What went wrong when the module was asked for it. The decision itself stands.
    pub fn to_json(&self, level: Level) -> Result<String, Error> {
        if self.error.is_some() {
            return Ok(denial::to_value(level).to_json());
        }
        self.policy.details(&self.question, level)
    }
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.reason().map_or("allow", Reason::code))
    }
}
