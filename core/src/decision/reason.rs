//! The reasons for a denial: one table, from which everything else is derived.

use core::fmt;

/// Who sees a decision, and so how much of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Everyone, even before the secret is proven.
    Public,
    /// The bearer, once the secret is proven: what is missing, and why.
    Holder,
    /// Your own logs: everything. Even this level holds no secret and no digest.
    Operator,
}

/// A step in the order of checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// Path and route.
    Route,
    /// Credentials.
    Credentials,
    /// Whose token it is.
    Who,
    /// From where, for what.
    Where,
    /// The token's status.
    Status,
    /// The permission.
    Permission,
}

macro_rules! reasons {
    ($($(#[doc = $when:literal])* $name:ident = $number:literal, $code:literal, $step:ident, $status:literal, $error:expr, $scope:literal, $sentence:literal;)*) => {
        /// Why a request was denied. Codes and numbers are stable: they are never
        /// reused, and a new one gets a new number.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Reason {
            $($(#[doc = $when])* $name = $number,)*
        }

        impl Reason {
            /// Every reason, in the order of their numbers.
            pub const ALL: &'static [Reason] = &[$(Reason::$name),*];

            /// The stable code, such as `insufficient_scope`.
            pub const fn code(self) -> &'static str {
                match self { $(Reason::$name => $code,)* }
            }

            /// The step that gave this answer.
            pub const fn step(self) -> Step {
                match self { $(Reason::$name => Step::$step,)* }
            }

            /// The HTTP status.
            pub const fn status(self) -> u16 {
                match self { $(Reason::$name => $status,)* }
            }

            /// The error code of RFC 6750 section 3.1 in the challenge, if any.
            pub const fn challenge_error(self) -> Option<&'static str> {
                match self { $(Reason::$name => $error,)* }
            }

            /// Whether the challenge names the scopes that are needed.
            pub const fn names_scopes(self) -> bool {
                match self { $(Reason::$name => $scope,)* }
            }

            /// The sentence that a bearer is shown.
            pub const fn sentence(self) -> &'static str {
                match self { $(Reason::$name => $sentence,)* }
            }
        }
    };
}

reasons! {
    /// The path is malformed, or can be read in more than one way.
    BadPath = 1, "bad_path", Route, 400, None, false, "The path of the request is malformed or ambiguous.";
    /// The request carries no token in a place that the policy names.
    Missing = 2, "missing", Credentials, 401, None, false, "The request carries no token.";
    /// The field that carries the token has the wrong syntax, or two places carry one.
    Malformed = 3, "malformed", Credentials, 400, Some("invalid_request"), false, "The request carries a malformed token.";
    /// Prefix, length, alphabet or checksum say that it was never a token of this policy.
    NotAToken = 4, "not_a_token", Credentials, 401, Some("invalid_token"), false, "The token is not valid.";
    /// No record has this id.
    Unknown = 5, "unknown", Who, 401, Some("invalid_token"), false, "The token is not valid.";
    /// The secret is not that of the record.
    WrongSecret = 6, "wrong_secret", Who, 401, Some("invalid_token"), false, "The token is not valid.";
    /// The secret was replaced and its grace is over.
    Rotated = 7, "rotated", Who, 401, Some("invalid_token"), false, "The token is not valid.";
    /// The token belongs to another tenant than the one asked for.
    WrongTenant = 8, "wrong_tenant", Who, 401, Some("invalid_token"), false, "The token is not valid.";
    /// The record is malformed.
    CorruptRecord = 9, "corrupt_record", Who, 401, Some("invalid_token"), false, "The token is not valid.";
    /// The store did not answer.
    StoreUnavailable = 10, "store_unavailable", Who, 503, None, false, "The token cannot be checked at the moment.";
    /// The record was written by a newer version than this one.
    UnsupportedRecord = 11, "unsupported_record", Who, 503, None, false, "The token cannot be checked at the moment.";
    /// The token is restricted to networks, and the client's address is outside them or unknown.
    NetworkNotAllowed = 12, "network_not_allowed", Where, 403, Some("insufficient_scope"), false, "The token may not be used from this network.";
    /// The token is restricted to other applications.
    WrongApplication = 13, "wrong_application", Where, 403, Some("insufficient_scope"), false, "The token may not be used by this application.";
    /// The token was revoked.
    Revoked = 14, "revoked", Status, 401, Some("invalid_token"), false, "The token has been revoked.";
    /// The token is locked.
    Locked = 15, "locked", Status, 401, Some("invalid_token"), false, "The token is locked.";
    /// The owner is inactive or gone.
    Suspended = 16, "suspended", Status, 401, Some("invalid_token"), false, "The owner of the token is not active.";
    /// The token is not valid yet.
    NotYetValid = 17, "not_yet_valid", Status, 401, Some("invalid_token"), false, "The token is not valid yet.";
    /// The token has expired.
    Expired = 18, "expired", Status, 401, Some("invalid_token"), false, "The token has expired.";
    /// The token was not used for too long.
    Idle = 19, "idle", Status, 401, Some("invalid_token"), false, "The token has been inactive for too long.";
    /// No route of the policy fits, or the scopes asked for are unknown to it.
    RouteUnmapped = 20, "route_unmapped", Permission, 403, Some("insufficient_scope"), false, "No token gives access to this resource.";
    /// The route takes tokens of other kinds.
    WrongKind = 21, "wrong_kind", Permission, 403, Some("insufficient_scope"), false, "This kind of token gives no access to this resource.";
    /// The token lacks a permission.
    InsufficientScope = 22, "insufficient_scope", Permission, 403, Some("insufficient_scope"), true, "The token lacks a permission that this request needs.";
    /// The token has the permission, on other instances.
    InstanceNotGranted = 23, "instance_not_granted", Permission, 403, Some("insufficient_scope"), true, "The token has this permission for other items only.";
    /// The token has the permission, its owner does not.
    SubjectLacksPermission = 24, "subject_lacks_permission", Permission, 403, Some("insufficient_scope"), true, "The owner of the token lacks a permission that this request needs.";
    /// The owner's rights are needed and were not handed in.
    SubjectUnavailable = 25, "subject_unavailable", Permission, 503, None, false, "The token cannot be checked at the moment.";
    /// The WebAssembly module failed; only hosts give this answer.
    ModuleFailed = 26, "module_failed", Who, 503, None, false, "The token cannot be checked at the moment.";
    /// Path and query are longer than 8,192 bytes.
    TargetTooLong = 27, "target_too_long", Route, 414, None, false, "The path and query of the request are too long.";
    /// No route of the policy fits, and its `paths` answer that with `notFound`.
    NotFound = 28, "not_found", Permission, 404, None, false, "There is no such resource.";
}

impl Reason {
    /// The reason with this number.
    pub fn from_number(number: u8) -> Option<Reason> {
        Reason::ALL.get(usize::from(number).checked_sub(1)?).copied()
    }

    /// The code that a client sees instead: all reasons about the token's identity
    /// look the same from outside, and so do all failures of the host.
    pub const fn public_code(self) -> &'static str {
        match (self.status(), self.step()) {
            (503, _) => "temporarily_unavailable",
            (_, Step::Who) => "invalid_token",
            (_, Step::Route | Step::Credentials | Step::Where | Step::Status | Step::Permission) => {
                self.code()
            }
        }
    }

    /// Whether the secret was proven when this answer was given.
    pub fn is_after_proof(self) -> bool {
        self.step() >= Step::Where
    }

    /// Whether this denial, made without the owner's rights, may change with them:
    /// the owner's status comes before it in the order of checks.
    pub const fn may_change_with_owner(self) -> bool {
        matches!(
            self,
            Reason::NotYetValid
                | Reason::Expired
                | Reason::Idle
                | Reason::RouteUnmapped
                | Reason::NotFound
                | Reason::WrongKind
                | Reason::SubjectUnavailable
        )
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_no_gap_and_read_back() {
        for (i, reason) in Reason::ALL.iter().enumerate() {
            assert_eq!(*reason as usize, i + 1);
            assert_eq!(Reason::from_number(*reason as u8), Some(*reason));
            assert!(matches!(reason.status(), 400 | 401 | 403 | 404 | 414 | 503));
        }
        assert_eq!(Reason::from_number(0), None);
        assert_eq!(Reason::from_number(255), None);
    }

    #[test]
    fn reasons_about_identity_look_the_same_from_outside() {
        let outside = |reason: Reason| {
            (reason.status(), reason.public_code(), reason.challenge_error(), reason.sentence())
        };
        for reason in Reason::ALL.iter().filter(|reason| reason.step() == Step::Who && reason.status() == 401)
        {
            assert_eq!(outside(*reason), outside(Reason::Unknown));
        }
    }
}
