//! The answer to one attempt.

use std::fmt;

use portcullis_core::{Level, Reason, TokenId, Value};

use crate::document::Token;
use crate::error::Error;
use crate::failure;
use crate::hash::ModuleHash;
use crate::module::Module;
use crate::policy::Policy;
use crate::worker::Question;

/// What the host found under the id.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// A record.
    Token(&'a Token),
    /// Nothing.
    Unknown,
    /// The store did not answer.
    Unavailable,
}

/// What the first two steps say.
#[derive(Debug)]
pub enum Identified<'a> {
    /// Look this id up, then decide.
    Lookup(TokenId),
    /// The answer is clear without a look-up.
    Answer(Decision<'a>),
}

/// An answer. Allowed or denied, and why; the rest is worked out when asked
/// for, from the same inputs, so that a plain answer costs nothing more.
#[must_use = "a decision that nobody looks at protects nothing"]
pub struct Decision<'a> {
    verdict: u32,
    /// Boxed, so that an answer without one stays small.
    error: Option<Box<Error>>,
    policy: &'a Policy,
    question: Question<'a>,
}

/// What a client is told who may not pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denied {
    /// The HTTP status.
    pub status: u16,
    /// The value of the `WWW-Authenticate` field (RFC 6750), where there is one.
    pub www_authenticate: Option<String>,
    /// The problem document (RFC 9457), of the type [`Denied::CONTENT_TYPE`].
    pub body: String,
}

const REASON: u32 = 0xff;
const TOUCH: u32 = 1 << 8;
const HINTS: u32 = 1 << 9;
/// Where the number of the route starts, plus one.
#[cfg(feature = "gate")]
const ROUTE: u32 = 11;

/// What a gate keeps of a decision.
#[cfg(feature = "gate")]
impl Decision<'_> {
    pub(crate) const REASON: u32 = REASON;
    pub(crate) const TOUCH: u32 = TOUCH;
    pub(crate) const HINTS: u32 = HINTS;
    pub(crate) const ROUTE: u32 = ROUTE;

    pub(crate) fn into_parts(self) -> (u32, Option<Error>) {
        (self.verdict, self.error.map(|error| *error))
    }

    pub(crate) fn reason_of(verdict: u32) -> Option<Reason> {
        Reason::from_number((verdict & REASON) as u8)
    }
}

impl<'a> Decision<'a> {
    #[inline]
    pub(crate) fn new(
        verdict: Result<u32, Error>,
        policy: &'a Policy,
        question: Question<'a>,
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
    pub fn denied(&self) -> Option<Denied> {
        if self.allow() {
            return None;
        }
        Some(Denied::from_public(self.to_json(Level::Public).ok()))
    }

    /// The answer as JSON text. Equal bytes on every host.
    ///
    /// # Errors
    /// What went wrong when the module was asked for it. The decision itself stands.
    pub fn to_json(&self, level: Level) -> Result<String, Error> {
        if self.error.is_some() {
            return Ok(failure::to_value(level).to_json());
        }
        self.policy.details(&self.question, level)
    }
}

impl Denied {
    /// The media type of the body (RFC 9457).
    pub const CONTENT_TYPE: &'static str = "application/problem+json";

    /// Out of an answer at the public level, which has been lost when the module failed over it.
    pub(crate) fn from_public(answer: Option<String>) -> Denied {
        let document = answer.and_then(|text| read(&text));
        document.as_ref().and_then(Denied::read).unwrap_or_else(failure::denied)
    }

    fn read(decision: &Value) -> Option<Denied> {
        let answer = decision.get("answer")?;
        let Value::Int(status) = answer.get("status")? else { return None };
        let www_authenticate = answer.get("wwwAuthenticate")?.as_text().map(String::from);
        let body = answer.get("body")?.to_json();
        Some(Denied { status: u16::try_from(*status).ok()?, www_authenticate, body })
    }
}

fn read(text: &str) -> Option<Value> {
    Value::parse(text, portcullis_core::Bounds::POLICY).ok()
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.reason().map_or("allow", Reason::code))
    }
}
