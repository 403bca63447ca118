//! Which command passes in which state: the one table of a token's life.
//!
//! ```text
//!             create                       create
//!               |                             |
//!               v                             v
//!          +---------+  notBefore comes  +--------+     lock (1)     +--------+
//!          | pending | ----------------> |        | ---------------> |        |
//!          +---------+                   |        |                  | locked |
//!               +------+    not used     | active | <--------------- |        |
//!               | idle | <-------------- |        |      unlock      +--------+
//!               |      | --------------> |        |
//!               +------+     extend      |        |
//!          +---------+  expiresAt comes  |        |
//!          | expired | <---------------- |        |
//!          |         | ----------------> |        |
//!          +---------+    extend (2)     +--------+
//!                                          |    ^
//!         revoke, from every state above   |    |   regenerate (3)
//!                                          v    |
//!                                        +---------+    delete (4)
//!                                        | revoked | ---------------> gone
//!                                        +---------+
//!
//!  (1) where the kind is lockable        (3) where it is "revoke": "regenerable"; an idle token as well
//!  (2) where it says "extendExpired"     (4) from every state; with "deleteNeeds" from revoked and idle
//! ```
//!
//! Several states can hold at once (a locked token expires, a revoked one goes
//! idle). Each of them is asked, and a command passes only when all admit it.
//! Nothing but this file says which command is out of place.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::lifecycle::command::Verb;
use crate::lifecycle::outcome::{Refusal, RefusalCode};
use crate::policy::{Command, Kind};
use crate::token::Held;

/// A state of a token. Several can hold at once; the first of these is the one that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Stopped, for good or until it gets a new secret.
    Revoked,
    /// Stopped for the time being.
    Locked,
    /// Before `notBefore`.
    Pending,
    /// At `expiresAt` or after it.
    Expired,
    /// Not used for longer than `idleAfter`.
    Idle,
    /// None of these.
    Active,
}

impl State {
    /// Every state.
    pub const ALL: &'static [State] =
        &[State::Revoked, State::Locked, State::Pending, State::Expired, State::Idle, State::Active];

    /// As documents write it.
    pub const fn word(self) -> &'static str {
        match self {
            State::Revoked => "revoked",
            State::Locked => "locked",
            State::Pending => "pending",
            State::Expired => "expired",
            State::Idle => "idle",
            State::Active => "active",
        }
    }

    /// All that hold at an instant.
    pub(crate) fn holding(held: &Held, now: Instant) -> Vec<State> {
        let conditions = [
            (State::Revoked, held.revoked),
            (State::Locked, held.locked),
            (State::Pending, held.times.not_before.is_some_and(|begin| now < begin)),
            (State::Expired, held.times.expires_at.is_some_and(|end| end <= now)),
            (State::Idle, held.times.idle_deadline().is_some_and(|deadline| deadline < now)),
        ];
        let mut states: Vec<State> =
            conditions.into_iter().filter(|(_, holds)| *holds).map(|(state, _)| state).collect();
        if states.is_empty() {
            states.push(State::Active);
        }
        states
    }

    /// The table: whether this state admits the command.
    fn admits(self, verb: Verb, kind: &Kind) -> bool {
        match self {
            State::Active => match verb {
                Verb::Edit
                | Verb::Extend
                | Verb::Lock
                | Verb::Revoke
                | Verb::Rotate
                | Verb::Renew
                | Verb::OfferRenewal
                | Verb::RedeemRenewal
                | Verb::Delete
                | Verb::Remind
                | Verb::Retire => true,
                Verb::Create | Verb::Unlock | Verb::Regenerate => false,
            },
            // What only a locked or a stopped token takes is left to those states.
            State::Pending => match verb {
                Verb::Edit
                | Verb::Extend
                | Verb::Lock
                | Verb::Unlock
                | Verb::Revoke
                | Verb::Regenerate
                | Verb::Rotate
                | Verb::Delete
                | Verb::Remind
                | Verb::Retire => true,
                Verb::Create | Verb::Renew | Verb::OfferRenewal | Verb::RedeemRenewal => false,
            },
            State::Locked => match verb {
                Verb::Unlock | Verb::Revoke | Verb::Delete | Verb::Extend | Verb::Remind | Verb::Retire => {
                    true
                }
                Verb::Create
                | Verb::Edit
                | Verb::Lock
                | Verb::Regenerate
                | Verb::Rotate
                | Verb::Renew
                | Verb::OfferRenewal
                | Verb::RedeemRenewal => false,
            },
            State::Revoked => match verb {
                Verb::Regenerate => kind.regenerable,
                Verb::Delete => true,
                Verb::Create
                | Verb::Edit
                | Verb::Extend
                | Verb::Lock
                | Verb::Unlock
                | Verb::Revoke
                | Verb::Rotate
                | Verb::Renew
                | Verb::OfferRenewal
                | Verb::RedeemRenewal
                | Verb::Remind
                | Verb::Retire => false,
            },
            State::Idle => match verb {
                Verb::Regenerate => kind.regenerable,
                Verb::Revoke | Verb::Delete | Verb::Extend | Verb::Remind | Verb::Retire => true,
                Verb::Create
                | Verb::Edit
                | Verb::Lock
                | Verb::Unlock
                | Verb::Rotate
                | Verb::Renew
                | Verb::OfferRenewal
                | Verb::RedeemRenewal => false,
            },
            State::Expired => match verb {
                Verb::Extend => kind.lifetime.extend_expired,
                Verb::Revoke | Verb::Delete | Verb::Remind | Verb::Retire => true,
                Verb::Create
                | Verb::Edit
                | Verb::Lock
                | Verb::Unlock
                | Verb::Regenerate
                | Verb::Rotate
                | Verb::Renew
                | Verb::OfferRenewal
                | Verb::RedeemRenewal => false,
            },
        }
    }

    /// What to do instead.
    fn instead(self, kind: &Kind) -> &'static str {
        match self {
            State::Revoked if kind.regenerable => "The token is revoked; regenerate or delete it.",
            State::Revoked => "The token is revoked for good; create a new one.",
            State::Locked => "The token is locked; unlock it first.",
            State::Pending => "The token's time has not come; wait until it has.",
            State::Expired if kind.lifetime.extend_expired => "The token has expired; extend it first.",
            State::Expired => "The token has expired; create a new one.",
            State::Idle if kind.may.iter().any(|(command, _)| *command == Command::Extend) => {
                "The token was not used for too long; extend it first."
            }
            State::Idle if kind.regenerable => "The token was not used for too long; regenerate it.",
            State::Idle => "The token was not used for too long; create a new one.",
            State::Active => "The token is active; this is for tokens that are stopped.",
        }
    }
}

impl Kind {
    /// Whether a token of this kind in this state admits the command; else what to do instead.
    ///
    /// Where several states hold, all must admit it. It says nothing about who may.
    ///
    /// # Errors
    /// A sentence for whoever gave the command.
    pub fn admits(&self, state: State, verb: Verb) -> Result<(), String> {
        admit(&[state], verb, self, false).map_err(|refusal| refusal.message)
    }
}

/// Whether the states admit the command; else the refusal that names the first that does not.
pub(crate) fn admit(states: &[State], verb: Verb, kind: &Kind, idle_removal: bool) -> Result<(), Refusal> {
    if verb == Verb::Lock && !kind.lockable {
        return Err(Refusal::new(RefusalCode::NotLockable));
    }
    let illegal = |message| Err(Refusal::new(RefusalCode::IllegalTransition).saying(message));
    if let Some(state) = states.iter().find(|state| !state.admits(verb, kind)) {
        return illegal(state.instead(kind));
    }
    let holds = |state| states.contains(&state);
    // Idle counts as deactivated, unless a lock holds the token.
    let deactivated = holds(State::Revoked) || holds(State::Idle) && !holds(State::Locked);
    if verb == Verb::Unlock && !holds(State::Locked) {
        return illegal("The token is not locked; there is nothing to undo.");
    }
    if verb == Verb::Regenerate && !holds(State::Revoked) && !holds(State::Idle) {
        return illegal("The token is not stopped; rotate it instead.");
    }
    if verb == Verb::Delete && kind.delete_needs_revoked && !deactivated && !idle_removal {
        return illegal("Tokens of this kind are revoked before they are deleted; revoke it first.");
    }
    Ok(())
}
