//! The decision on one attempt.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::base::Instant;
use crate::base::abi::verdict::{REASON, TOUCH};
use crate::credential::{Bearer, TokenId};
use crate::decision::credentials;
use crate::decision::details::Details;
use crate::decision::evaluate::{Input, Lookup};
use crate::decision::reason::{Level, Reason};
use crate::document::{Value, map};
use crate::policy::Policy;
use crate::request::{Attempt, Path};
use crate::token::Subject;

/// The result of the first two steps.
#[derive(Debug)]
pub enum Identified<'a> {
    /// Look this id up, then decide.
    Token(TokenId),
    /// The decision needs no look-up.
    Decided(Decision<'a>),
}

/// A decision: allowed or denied, and why. The rest is computed on demand from the
/// same inputs, so that a plain answer costs nothing more.
#[must_use = "an unused decision protects nothing"]
#[derive(Clone, Copy)]
pub struct Decision<'a> {
    input: Input<'a>,
    verdict: u32,
}

impl Policy {
    /// Steps 1 and 2: the decision, if path or credentials settle it, or the id to look
    /// up. Looks nothing up.
    pub fn identify<'a>(&'a self, attempt: &'a Attempt<'a>) -> Identified<'a> {
        match self.presented(attempt, &mut Vec::new()) {
            Some(bearer) => Identified::Token(bearer.id()),
            None => Identified::Decided(self.decide(attempt, Lookup::Unknown, None, Instant::MIN)),
        }
    }

    /// The id that [`Policy::identify`] says to look up, borrowed from the attempt, or from
    /// `decoded` if the token is sent encoded. `None` when there is a decision instead.
    #[inline]
    pub fn presented_id<'a>(&self, attempt: &Attempt<'a>, decoded: &'a mut Vec<u8>) -> Option<&'a [u8]> {
        self.presented(attempt, decoded).map(|bearer| bearer.id_bytes())
    }

    /// The token that the attempt presents, if the path is valid and the route needs a token.
    #[inline]
    fn presented<'a>(&self, attempt: &Attempt<'a>, decoded: &'a mut Vec<u8>) -> Option<Bearer<'a>> {
        if attempt.needs.is_none() {
            let path = Path::parse(attempt.target, &self.paths)?;
            // Most policies have no open routes, and a route is found when the request is decided.
            let number = if self.routes.some_open { self.routes.find(&path, attempt.method) } else { None };
            let open = number.and_then(|number| self.route(number)).is_some_and(|route| {
                let others = || self.routes.others(route, &path, attempt, &self.paths);
                route.is_open()
                    && (route.stands_alone(&path) || others().iter().all(|other| other.route.is_open()))
            });
            if open {
                return None;
            }
        }
        credentials::presented(self, attempt, decoded).ok()
    }

    /// Decides whether this request may pass at `now`. A pure function: the same five
    /// inputs always give the same answer.
    #[inline]
    pub fn decide<'a>(
        &'a self,
        attempt: &'a Attempt<'a>,
        found: Lookup<'a>,
        subject: Option<&'a Subject>,
        now: Instant,
    ) -> Decision<'a> {
        Decision::of(Input { policy: self, attempt, found, subject, now })
    }
}

impl<'a> Decision<'a> {
    #[inline(never)]
    fn of(input: Input<'a>) -> Decision<'a> {
        Decision { input, verdict: input.verdict() }
    }

    /// Whether the request may pass.
    #[inline]
    pub fn allow(&self) -> bool {
        self.verdict & REASON == 0
    }

    /// Why it may not.
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

    /// The answer as one number: bits 0 to 7 the reason (0: allowed), bit 8
    /// whether to record the use, bit 9 whether there are hints, bits 11 to 31
    /// the route's number plus one.
    #[inline]
    pub fn verdict(&self) -> u32 {
        self.verdict
    }

    /// The answer as JSON text. Equal bytes on every host.
    pub fn to_json(&self, level: Level) -> String {
        self.to_value(level).to_json()
    }

    /// The answer as a document, with the fields that the level may see.
    pub fn to_value(&self, level: Level) -> Value {
        let details = Details::of(&self.input);
        match level {
            Level::Public => map!([
                ("allow", self.allow().into()),
                ("status", Value::Int(self.status().into())),
                ("answer", details.answer().into()),
            ]),
            Level::Holder => map!([
                ("allow", self.allow().into()),
                ("reason", self.reason().map(Reason::public_code).into()),
                ("status", Value::Int(self.status().into())),
                ("missing", details.missing()),
                ("validUntil", details.valid_until().map(Instant::to_text).into()),
                ("answer", details.answer().into()),
            ]),
            Level::Operator => details.to_value(),
        }
    }
}

impl fmt::Debug for Decision<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.reason().map_or("allow", Reason::code))
    }
}
