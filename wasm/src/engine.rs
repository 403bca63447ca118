//! The part that both doors share: opened documents, the window, and the questions.

use alloc::vec::Vec;

use atomic_refcell::AtomicRefCell;
use portcullis_core::abi::frame::WINDOW;
use portcullis_core::abi::verdict::{MISUSE, OPEN};
use portcullis_core::abi::{NONE, STORE_UNAVAILABLE};
use portcullis_core::{
    Attempt, Bounds, Entropy, Instant, Level, Lookup, Policy, Problem, Problems, Subject, Token, Value,
    WeakEntropy,
};
use portcullis_verdict::{presented_id, verdict};

use crate::frame;
use crate::handles::Handles;

#[derive(Debug)]
enum Opened {
    Policy(Policy),
    Token(Token),
    Subject(Subject),
}

/// The opened documents of one instance.
#[derive(Debug)]
pub(crate) struct Engine {
    window: Vec<u8>,
    opened: Handles<Opened>,
}

/// A module has one thread, so this is never contended; borrowing it twice
/// would trap, and nothing calls back into the host while it is borrowed.
static ENGINE: AtomicRefCell<Engine> =
    AtomicRefCell::new(Engine { window: Vec::new(), opened: Handles::new() });

/// Runs `f` on this instance's engine.
#[inline]
pub(crate) fn with<T>(f: impl FnOnce(&mut Engine) -> T) -> T {
    f(&mut ENGINE.borrow_mut())
}

impl Engine {
    /// The address of the window, fixed for the life of the instance.
    pub(crate) fn window(&mut self) -> *const u8 {
        self.window.resize(WINDOW, 0);
        self.window.as_ptr()
    }

    pub(crate) fn open_policy(&mut self, document: &Value) -> Result<u32, Problems> {
        let policy = Policy::from_value(document)?;
        self.keep(Opened::Policy(policy))
    }

    /// Opens a record. An unreadable one opens too and is always denied.
    pub(crate) fn open_token(
        &mut self,
        policy: u32,
        record: Result<Value, Problem>,
    ) -> Result<u32, Problems> {
        let policy = self.policy(policy).ok_or_else(no_such_policy)?;
        let token = match record {
            Ok(record) => policy.open_token(&record),
            Err(problem) => policy.unreadable_token(problem),
        };
        self.keep(Opened::Token(token))
    }

    pub(crate) fn open_subject(&mut self, policy: u32, document: &Value) -> Result<u32, Problems> {
        let subject = self.policy(policy).ok_or_else(no_such_policy)?.open_subject(document)?;
        self.keep(Opened::Subject(subject))
    }

    fn keep(&mut self, object: Opened) -> Result<u32, Problems> {
        self.opened
            .open(object)
            .ok_or_else(|| misuse("more than a million documents are open; close some").into())
    }

    pub(crate) fn close(&mut self, handle: u32) -> bool {
        self.opened.close(handle)
    }

    /// The first two steps: the id to look up, borrowed from the window or from `decoded`, or the verdict, in
    /// which [`OPEN`] means that the route needs no token.
    pub(crate) fn identify<'a>(&'a self, policy: u32, decoded: &'a mut Vec<u8>) -> Result<&'a [u8], u32> {
        let (Some(policy), Some(attempt)) = (self.policy(policy), frame::attempt(&self.window)) else {
            return Err(MISUSE);
        };
        match presented_id(policy, &attempt, decoded) {
            Some(id) => Ok(id),
            None => {
                let decision = policy.decide(&attempt, Lookup::Unknown, None, Instant::MIN);
                Err(decision.verdict() | if decision.allow() { OPEN } else { 0 })
            }
        }
    }

    /// The offset of a part of the window, counted from the end of the lengths; 0 for what is elsewhere.
    #[cfg(feature = "js")]
    pub(crate) fn place(&self, part: &[u8]) -> usize {
        let offset = part.as_ptr().addr().wrapping_sub(self.window.as_ptr().addr());
        if offset < self.window.len() { offset.wrapping_sub(frame::LENGTHS) } else { 0 }
    }

    /// The answer as a number.
    #[inline]
    pub(crate) fn decide(&self, policy: u32, token: u32, subject: u32, now: Option<Instant>) -> u32 {
        self.ask(policy, token, subject, now, verdict).unwrap_or(MISUSE)
    }

    /// The answer in full, at a level: 0 public, 1 holder, 2 operator.
    pub(crate) fn details(
        &self,
        policy: u32,
        token: u32,
        subject: u32,
        now: Option<Instant>,
        level: u32,
    ) -> Option<Value> {
        let level = match level {
            0 => Level::Public,
            1 => Level::Holder,
            2 => Level::Operator,
            _ => return None,
        };
        self.ask(policy, token, subject, now, |policy, attempt, found, subject, now| {
            policy.decide(attempt, found, subject, now).to_value(level)
        })
    }

    pub(crate) fn explain(
        &self,
        policy: u32,
        token: u32,
        subject: u32,
        now: Option<Instant>,
    ) -> Option<Value> {
        let (found, subject) = (self.found(token)?, self.subject(subject)?);
        let attempt = frame::attempt(&self.window)?;
        Some(self.policy(policy)?.explain(&attempt, found, subject, now?))
    }

    #[inline]
    fn ask<T>(
        &self,
        policy: u32,
        token: u32,
        subject: u32,
        now: Option<Instant>,
        answer: impl FnOnce(&Policy, &Attempt<'_>, Lookup<'_>, Option<&Subject>, Instant) -> T,
    ) -> Option<T> {
        let policy = self.policy(policy)?;
        let (found, subject) = (self.found(token)?, self.subject(subject)?);
        if matches!(found, Lookup::Token(token) if !token.belongs_to(policy))
            || subject.is_some_and(|subject| !subject.belongs_to(policy))
        {
            return None;
        }
        let attempt = frame::attempt(&self.window)?;
        Some(answer(policy, &attempt, found, subject, now?))
    }

    pub(crate) fn describe(&self, handle: u32) -> Option<Value> {
        match self.opened.get(handle)? {
            Opened::Policy(policy) => Some(policy.describe()),
            Opened::Token(token) => Some(token.describe()),
            Opened::Subject(_) => None,
        }
    }

    /// A new token as a document: `plaintext`, `id`, `digest`. It holds the
    /// secret; hand it on and keep no copy.
    pub(crate) fn mint(&self, policy: u32, kind: &str, entropy: &[u8]) -> Result<Value, Problem> {
        let policy = self.policy(policy).ok_or_else(no_such_policy)?;
        let weak = |weak: WeakEntropy| misuse(weak.message());
        let entropy = Entropy::from_bytes(entropy).map_err(weak)?;
        let minted =
            policy.mint(kind, entropy).ok_or_else(|| misuse("the policy has no kind with this name"))?;
        Ok(minted.map_err(weak)?.reveal())
    }

    #[inline]
    pub(crate) fn policy(&self, handle: u32) -> Option<&Policy> {
        match self.opened.get(handle)? {
            Opened::Policy(policy) => Some(policy),
            Opened::Token(_) | Opened::Subject(_) => None,
        }
    }

    #[inline]
    fn found(&self, handle: u32) -> Option<Lookup<'_>> {
        match handle {
            NONE => Some(Lookup::Unknown),
            STORE_UNAVAILABLE => Some(Lookup::Unavailable),
            handle => match self.opened.get(handle)? {
                Opened::Token(token) => Some(Lookup::Token(token)),
                Opened::Policy(_) | Opened::Subject(_) => None,
            },
        }
    }

    #[inline]
    fn subject(&self, handle: u32) -> Option<Option<&Subject>> {
        match handle {
            NONE => Some(None),
            handle => match self.opened.get(handle)? {
                Opened::Subject(subject) => Some(Some(subject)),
                Opened::Policy(_) | Opened::Token(_) => None,
            },
        }
    }
}

/// Parses text as a document.
pub(crate) fn parse(text: &[u8], bounds: Bounds) -> Result<Value, Problem> {
    match core::str::from_utf8(text) {
        Ok(text) => Value::parse(text, bounds),
        Err(_) => Err(Problem::new("not_json", "the document is not UTF-8")),
    }
}

pub(crate) fn misuse(message: &str) -> Problem {
    Problem::new("misuse", message)
}

pub(crate) fn no_such_policy() -> Problem {
    misuse("no policy is open under this handle")
}
