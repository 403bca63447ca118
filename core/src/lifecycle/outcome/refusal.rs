//! Why a command was refused: one table from which everything else is made.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::document::{Place, Value, map};

macro_rules! refusals {
    ($($(#[doc = $when:literal])* $name:ident = $code:literal, $by:ident, $sentence:literal;)*) => {
        /// Why a command was refused. Codes are stable: they are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum RefusalCode {
            $($(#[doc = $when])* $name,)*
        }

        impl RefusalCode {
            /// Every code, in the order in which things are looked at.
            pub const ALL: &'static [RefusalCode] = &[$(RefusalCode::$name),*];

            /// The stable code, such as `scope_ceiling`.
            pub const fn code(self) -> &'static str {
                match self { $(RefusalCode::$name => $code,)* }
            }

            /// Who gives this answer.
            pub const fn source(self) -> RefusalSource {
                match self { $(RefusalCode::$name => RefusalSource::$by,)* }
            }

            /// What to do instead, as a sentence. A refusal may say more.
            pub const fn sentence(self) -> &'static str {
                match self { $(RefusalCode::$name => $sentence,)* }
            }
        }
    };
}

/// Who gives an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalSource {
    /// The rules, from what they were handed.
    Rules,
    /// The store, or the SDK that writes to it.
    Store,
}

refusals! {
    /// There is no record, or it belongs to another tenant; the answer does not tell which.
    Unknown = "unknown", Rules, "There is no such token; look it up in the list of tokens.";
    /// The record breaks the rules of its own form.
    CorruptRecord = "corrupt_record", Rules, "The record of this token is damaged; restore it from a backup.";
    /// The record was written by a newer version than this one.
    UnsupportedRecord = "unsupported_record", Rules, "The record of this token was written by a newer version; update this library.";
    /// The policy does not let this actor give this command.
    NotAllowed = "not_allowed", Rules, "You may not do this; ask someone whom the policy allows to.";
    /// The token is in a state that does not admit the command.
    IllegalTransition = "illegal_transition", Rules, "The token is in a state that does not allow this command.";
    /// Tokens of this kind cannot be locked.
    NotLockable = "not_lockable", Rules, "Tokens of this kind cannot be locked; revoke the token.";
    /// The policy has no kind of this name.
    UnknownKind = "unknown_kind", Rules, "There is no such kind of token; name one that the policy declares.";
    /// The policy does not know a scope that was asked for.
    UnknownScope = "unknown_scope", Rules, "There is no such scope; name one that the policy declares.";
    /// The token would be granted nothing.
    GrantsRequired = "grants_required", Rules, "A token needs at least one scope; name what it is for.";
    /// The kind asks for applications.
    ApplicationsRequired = "applications_required", Rules, "Tokens of this kind must name the applications that may use them.";
    /// The kind asks for exactly one instance.
    InstanceRequired = "instance_required", Rules, "Tokens of this kind must be granted exactly one instance, such as \"base/abc:read\".";
    /// The token would be granted more than its giver holds, or live longer, or reach further.
    ScopeCeiling = "scope_ceiling", Rules, "You may not grant what you do not hold yourself; ask for less.";
    /// The name is empty, too long, or holds what could mislead a reader.
    BadName = "bad_name", Rules, "A name has 1 to 256 bytes, is not blank and contains no <, > or control characters; choose another.";
    /// A field holds what it cannot mean.
    BadField = "bad_field", Rules, "This field cannot hold this value.";
    /// The kind does not let this field be changed.
    NotEditable = "not_editable", Rules, "This cannot be changed for tokens of this kind; create a new token.";
    /// Everything is as asked for already.
    NothingToChange = "nothing_to_change", Rules, "Nothing would change: the token already has these values.";
    /// The kind offers other inactivity periods.
    NotAChoice = "not_a_choice", Rules, "Tokens of this kind do not have this inactivity period; choose one that the policy offers.";
    /// The end lies beyond the longest lifetime of the kind.
    ExceedsMaxLifetime = "exceeds_max_lifetime", Rules, "Tokens of this kind do not live that long; choose an earlier end.";
    /// Tokens of this kind have an end.
    NeverExpires = "never_expires", Rules, "Tokens of this kind must have an end; name one.";
    /// The end does not lie ahead, or the token would end before it begins.
    InThePast = "in_the_past", Rules, "The end must lie in the future and after the start; choose a later one.";
    /// Extending cannot shorten.
    NotLater = "not_later", Rules, "The token would end earlier than now; edit it to shorten its life.";
    /// The token has no clock that could be moved.
    NothingToExtend = "nothing_to_extend", Rules, "The token has no end that moves by itself; name a new one.";
    /// The kind is not renewed in this way.
    NotRenewable = "not_renewable", Rules, "Tokens of this kind are not renewed in this way; create a new token.";
    /// The token has a successor.
    AlreadyRenewed = "already_renewed", Rules, "The token has been renewed before; renew its successor.";
    /// A callback without a renewal would never be called.
    CallbackWithoutRenewal = "callback_without_renewal", Rules, "A callback needs an automatic renewal; say how often with \"every\".";
    /// The secret is not that of the token, or there is no such token; the answer does not tell which.
    WrongSecret = "wrong_secret", Rules, "The token is not valid; use the one that was issued last.";
    /// The secret was replaced, and the new one is in use.
    Rotated = "rotated", Rules, "This secret was replaced; use the new one.";
    /// The secret was replaced, and its grace is over.
    ReuseDetected = "reuse_detected", Rules, "This secret was replaced and its grace period is over; use the new one.";
    /// The token is restricted to networks, and the address that presented it is outside them or unknown.
    NetworkNotAllowed = "network_not_allowed", Rules, "The token may not be used from this network.";
    /// The token is restricted to other applications.
    WrongApplication = "wrong_application", Rules, "The token may not be used by this application.";
    /// The owner is inactive or gone.
    Suspended = "suspended", Rules, "The owner of the token is not active.";
    /// The kind needs the owner's present rights, and the host did not pass them.
    SubjectUnavailable = "subject_unavailable", Rules, "The token cannot be checked at the moment.";
    /// No renewal is on offer.
    NoOffer = "no_offer", Rules, "No renewal is on offer; wait for the next one.";
    /// The key is not that of the offer.
    WrongKey = "wrong_key", Rules, "This is not the key of the latest offer; use that one.";
    /// The key was used.
    AlreadyRedeemed = "already_redeemed", Rules, "This key was used before; use the token that it gave.";
    /// The key was not used in time.
    KeyExpired = "key_expired", Rules, "This key has expired; wait for the next offer.";
    /// There are as many active tokens as there may be.
    LimitReached = "limit_reached", Store, "The limit of active tokens is reached; revoke one that is not needed.";
    /// Another token has the same name, owner or instance where the kind allows no two.
    NotUnique = "not_unique", Store, "Another token has this already; choose another.";
    /// The token was changed by others, again and again.
    Conflict = "conflict", Store, "The token was changed at the same moment; try again.";
    /// The store did not answer.
    StoreUnavailable = "store_unavailable", Store, "The tokens cannot be reached at the moment; try again later.";
}

/// A command that changes nothing, and why.
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// Which field of the command, as a JSON Pointer (RFC 6901).
    pub field: Option<String>,
    /// What to do instead, as a sentence. It repeats nothing that was handed in.
    pub message: String,
    /// The notices that it raises: an old secret was tried, a key was used twice.
    pub notices: Vec<Value>,
}

impl Refusal {
    pub(crate) fn new(code: RefusalCode) -> Refusal {
        Refusal { code, field: None, message: code.sentence().into(), notices: Vec::new() }
    }

    /// Of a field of the command.
    pub(crate) fn of(code: RefusalCode, field: &Place<'_>) -> Refusal {
        Refusal { field: Some(field.pointer()), ..Refusal::new(code) }
    }

    /// With a sentence of its own.
    pub(crate) fn saying(self, message: &str) -> Refusal {
        Refusal { message: message.into(), ..self }
    }

    /// `code`, `field`, `message`, `notices` as a document.
    pub fn to_value(&self) -> Value {
        map!([
            ("code", self.code.code().into()),
            ("field", self.field.as_deref().into()),
            ("message", self.message.as_str().into()),
            ("notices", Value::List(self.notices.clone())),
        ])
    }
}

impl fmt::Debug for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Refusal { code, field, message, notices } = self;
        out.debug_struct("Refusal")
            .field("code", code)
            .field("field", field)
            .field("message", message)
            .field("notices", &notices.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_a_word_of_its_own_and_has_a_sentence() {
        for (i, refusal) in RefusalCode::ALL.iter().enumerate() {
            assert_eq!(*refusal as usize, i);
            assert!(refusal.code().bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'));
            assert!(refusal.sentence().ends_with('.'), "{}", refusal.code());
            assert!(RefusalCode::ALL[..i].iter().all(|other| other.code() != refusal.code()));
        }
    }
}
