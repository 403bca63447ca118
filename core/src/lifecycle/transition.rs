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

use crate::lifecycle::command::CommandName;
use crate::lifecycle::outcome::{Refusal, RefusalCode};
use crate::policy::{Kind, Privilege};
use crate::token::Status;

impl Status {
    /// The table: whether this state admits the command.
    fn admits(self, command: CommandName, kind: &Kind) -> bool {
        match self {
            // Whether the owner is active counts for a proof of the secret, which asks that itself.
            Status::Active | Status::Suspended => match command {
                CommandName::Edit
                | CommandName::Extend
                | CommandName::Lock
                | CommandName::Revoke
                | CommandName::Rotate
                | CommandName::Renew
                | CommandName::OfferRenewal
                | CommandName::RedeemRenewal
                | CommandName::Delete
                | CommandName::Remind
                | CommandName::Retire => true,
                CommandName::Create | CommandName::Unlock | CommandName::Regenerate => false,
            },
            // What only a locked or a stopped token takes is left to those states.
            Status::Pending => match command {
                CommandName::Edit
                | CommandName::Extend
                | CommandName::Lock
                | CommandName::Unlock
                | CommandName::Revoke
                | CommandName::Regenerate
                | CommandName::Rotate
                | CommandName::Delete
                | CommandName::Remind
                | CommandName::Retire => true,
                CommandName::Create
                | CommandName::Renew
                | CommandName::OfferRenewal
                | CommandName::RedeemRenewal => false,
            },
            Status::Locked => match command {
                CommandName::Unlock
                | CommandName::Revoke
                | CommandName::Delete
                | CommandName::Extend
                | CommandName::Remind
                | CommandName::Retire => true,
                CommandName::Create
                | CommandName::Edit
                | CommandName::Lock
                | CommandName::Regenerate
                | CommandName::Rotate
                | CommandName::Renew
                | CommandName::OfferRenewal
                | CommandName::RedeemRenewal => false,
            },
            Status::Revoked => match command {
                CommandName::Regenerate => kind.regenerable,
                CommandName::Delete => true,
                CommandName::Create
                | CommandName::Edit
                | CommandName::Extend
                | CommandName::Lock
                | CommandName::Unlock
                | CommandName::Revoke
                | CommandName::Rotate
                | CommandName::Renew
                | CommandName::OfferRenewal
                | CommandName::RedeemRenewal
                | CommandName::Remind
                | CommandName::Retire => false,
            },
            Status::Idle => match command {
                CommandName::Regenerate => kind.regenerable,
                CommandName::Revoke
                | CommandName::Delete
                | CommandName::Extend
                | CommandName::Remind
                | CommandName::Retire => true,
                CommandName::Create
                | CommandName::Edit
                | CommandName::Lock
                | CommandName::Unlock
                | CommandName::Rotate
                | CommandName::Renew
                | CommandName::OfferRenewal
                | CommandName::RedeemRenewal => false,
            },
            Status::Expired => match command {
                CommandName::Extend => kind.lifetime.extend_expired,
                CommandName::Revoke | CommandName::Delete | CommandName::Remind | CommandName::Retire => true,
                CommandName::Create
                | CommandName::Edit
                | CommandName::Lock
                | CommandName::Unlock
                | CommandName::Regenerate
                | CommandName::Rotate
                | CommandName::Renew
                | CommandName::OfferRenewal
                | CommandName::RedeemRenewal => false,
            },
        }
    }

    /// What to do instead.
    fn instead(self, kind: &Kind) -> &'static str {
        match self {
            Status::Revoked if kind.regenerable => "The token is revoked; regenerate or delete it.",
            Status::Revoked => "The token is revoked for good; create a new one.",
            Status::Locked => "The token is locked; unlock it first.",
            Status::Pending => "The token's time has not come; wait until it has.",
            Status::Expired if kind.lifetime.extend_expired => "The token has expired; extend it first.",
            Status::Expired => "The token has expired; create a new one.",
            Status::Idle if kind.may.iter().any(|(command, _)| *command == Privilege::Extend) => {
                "The token was not used for too long; extend it first."
            }
            Status::Idle if kind.regenerable => "The token was not used for too long; regenerate it.",
            Status::Idle => "The token was not used for too long; create a new one.",
            Status::Active | Status::Suspended => "The token is active; this is for tokens that are stopped.",
        }
    }
}

impl Kind {
    /// Whether a token of this kind in this state admits the command; else what to do instead.
    ///
    /// Where several states hold, all must admit it. It says nothing about who may.
    ///
    /// # Errors
    /// A sentence for the actor.
    pub fn admits(&self, status: Status, command: CommandName) -> Result<(), String> {
        admit(&[status], command, self, false).map_err(|refusal| refusal.message)
    }
}

/// Whether the states admit the command; else the refusal that names the first that does not.
pub(crate) fn admit(
    statuses: &[Status],
    command: CommandName,
    kind: &Kind,
    idle_removal: bool,
) -> Result<(), Refusal> {
    if command == CommandName::Lock && !kind.lockable {
        return Err(Refusal::new(RefusalCode::NotLockable));
    }
    let illegal = |message| Err(Refusal::new(RefusalCode::IllegalTransition).saying(message));
    if let Some(status) = statuses.iter().find(|status| !status.admits(command, kind)) {
        return illegal(status.instead(kind));
    }
    let holds = |status| statuses.contains(&status);
    // Idle counts as deactivated, unless a lock holds the token.
    let deactivated = holds(Status::Revoked) || holds(Status::Idle) && !holds(Status::Locked);
    if command == CommandName::Unlock && !holds(Status::Locked) {
        return illegal("The token is not locked; there is nothing to undo.");
    }
    if command == CommandName::Regenerate && !holds(Status::Revoked) && !holds(Status::Idle) {
        return illegal("The token is not stopped; rotate it instead.");
    }
    if command == CommandName::Delete && kind.delete_needs_revoked && !deactivated && !idle_removal {
        return illegal("Tokens of this kind are revoked before they are deleted; revoke it first.");
    }
    Ok(())
}
