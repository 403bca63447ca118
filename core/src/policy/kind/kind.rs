//! Kinds of token: what they look like, how long they live, who may do what with them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Span, words};
use crate::policy::scope::Scope;

/// A kind of token, as the policy declares it.
#[derive(Debug)]
pub struct Kind {
    /// Its name in the policy.
    pub name: String,
    /// New tokens get the first prefix; tokens with any of them are accepted.
    pub prefixes: Vec<String>,
    /// The grants of a new token when its creator names no grants.
    pub default_grants: Vec<Scope>,
    /// Grants that the creator is warned about.
    pub warn_grants: Vec<Scope>,
    /// How long a token lives.
    pub lifetime: Lifetime,
    /// How long it may stay unused; `None`: for ever.
    pub idle: Option<IdleRule>,
    /// How many active tokens there may be.
    pub limit: Limit,
    /// Fields that must be unique within a tenant.
    pub unique: Vec<UniqueField>,
    /// Whether the owner's present rights limit the token's.
    pub has_subject: bool,
    /// What a token must name.
    pub requires: Requires,
    /// What may be changed after creation.
    pub editable: Vec<EditableField>,
    /// Whether a token can be locked.
    pub lockable: bool,
    /// Whether a revoked token can be regenerated.
    pub regenerable: bool,
    /// Whether only a revoked token can be deleted.
    pub delete_needs_revoked: bool,
    /// How long a replaced secret stays valid.
    pub grace: Span,
    /// How a token is renewed.
    pub renewal: Renewal,
    /// Who may give which command.
    pub may: Vec<(Privilege, Vec<String>)>,
    /// Passed through to the overview.
    pub labels: Vec<(String, String)>,
    /// How coarse the last use is recorded.
    pub touch_every: Span,
}

/// The absolute clock of a kind.
#[derive(Debug, Default)]
pub struct Lifetime {
    /// The lifetime when the creator names no end; `None`: never expires.
    pub default: Option<Span>,
    /// The longest lifetime; `None`: no limit.
    pub max: Option<Span>,
    /// How long before the end to remind the owner.
    pub remind: Vec<Span>,
    /// Whether an expired token can still be extended.
    pub extend_expired: bool,
}

/// The inactivity clock of a kind.
#[derive(Debug)]
pub struct IdleRule {
    /// The period when the creator names no period.
    pub default: Span,
    /// The periods to choose from; empty: the default only.
    pub choices: Vec<Span>,
    /// What happens to a token that was not used for that long.
    pub then: IdleEnd,
    /// How long before then to remind the owner.
    pub remind: Vec<Span>,
}

/// What happens to a token that was not used for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdleEnd {
    /// It is denied, and stays.
    Deny,
    /// It is revoked.
    Revoke,
    /// It is deleted.
    Delete,
}

/// How many active tokens there may be.
#[derive(Debug, Default)]
pub struct Limit {
    /// Per owner.
    pub active_per_owner: Option<u32>,
    /// Per tenant.
    pub active_per_tenant: Option<u32>,
}

/// What a token of a kind must name.
#[derive(Debug, Default)]
pub struct Requires {
    /// At least one application.
    pub applications: bool,
    /// Resources of which exactly one instance must be granted.
    pub exactly_one_instance: Vec<String>,
}

/// How a token of a kind is renewed.
#[derive(Debug, Default)]
pub struct Renewal {
    /// By a successor beside the old one.
    pub manual: bool,
    /// By a new secret, offered on a schedule.
    pub automatic: Option<AutomaticRenewal>,
}

/// How an automatic renewal is offered.
#[derive(Debug)]
pub struct AutomaticRenewal {
    /// How long an offer can be redeemed.
    pub redeem_within: Span,
    /// How long after an unredeemed offer the next one follows.
    pub offer_again_after: Span,
    /// Whether reuse of a replaced secret on redeem or rotate revokes the token.
    pub revoke_on_reuse: bool,
    /// Whether a callback to an address or a private host name is a warning only.
    pub private_callbacks: bool,
    /// Whether the old secret keeps its whole grace after a renewal, even beyond the token's former end.
    pub full_grace: bool,
}

words! {
    /// A privilege in `may`: to give a command, or to list tokens.
    pub enum Privilege {
        /// Make a new token.
        Create = "create",
        /// Change editable fields.
        Edit = "edit",
        /// Move the end, restart the inactivity clock.
        Extend = "extend",
        /// Stop until it is unlocked.
        Lock = "lock",
        /// Undo a lock.
        Unlock = "unlock",
        /// Stop for good.
        Revoke = "revoke",
        /// New secret for a revoked or idle token.
        Regenerate = "regenerate",
        /// New secret, the old one in grace.
        Rotate = "rotate",
        /// A successor beside the old one.
        Renew = "renew",
        /// Redeem an offered renewal.
        RedeemRenewal = "redeemRenewal",
        /// Remove.
        Delete = "delete",
        /// See others' tokens.
        List = "list",
    }
}

words! {
    /// A field that can be changed after creation.
    pub enum EditableField {
        /// The name.
        Name = "name",
        /// The description.
        Description = "description",
        /// The end.
        ExpiresAt = "expiresAt",
        /// The inactivity period.
        IdleAfter = "idleAfter",
        /// The grants.
        Grants = "grants",
        /// The applications.
        Applications = "applications",
        /// The networks.
        Networks = "networks",
        /// Renewal period, mail recipient and callback.
        Renewal = "renewal",
    }
}

words! {
    /// A field that must be unique.
    pub enum UniqueField {
        /// The name.
        Name = "name",
        /// The name in lower case.
        NameInAnyCase = "nameInAnyCase",
        /// The owner.
        Owner = "owner",
        /// The granted instance.
        Instance = "instance",
    }
}
