//! Notices: events that a person should learn of, as data.

use crate::base::{Instant, join};
use crate::document::{Value, map, put};
use crate::token::TokenState;

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    /// The token expires in the time that the stage names.
    ExpiresSoon,
    /// The token goes idle in the time that the stage names.
    IdleSoon,
    /// The token has expired.
    Expired,
    /// The token is idle.
    Idle,
    /// The token was revoked because it was not used.
    RevokedForIdleness,
    /// The token was deleted because it was not used.
    DeletedForIdleness,
    /// A renewal is on offer; carries the key, which works once.
    RenewalOffered,
    /// The token was renewed automatically.
    Renewed,
    /// The token ended before its renewal was redeemed.
    RenewalLost,
    /// A replaced secret is not valid any more.
    SecretRetired,
    /// A replaced secret was tried.
    ReuseDetected,
    /// The key of a renewal was used a second time.
    AlreadyRedeemed,
}

impl Subject {
    /// Every one, as documents write it.
    pub(crate) const WORDS: &'static [(&'static str, Subject)] = &[
        (Subject::ExpiresSoon.word(), Subject::ExpiresSoon),
        (Subject::IdleSoon.word(), Subject::IdleSoon),
        (Subject::Expired.word(), Subject::Expired),
        (Subject::Idle.word(), Subject::Idle),
        (Subject::RevokedForIdleness.word(), Subject::RevokedForIdleness),
        (Subject::DeletedForIdleness.word(), Subject::DeletedForIdleness),
        (Subject::RenewalOffered.word(), Subject::RenewalOffered),
        (Subject::Renewed.word(), Subject::Renewed),
        (Subject::RenewalLost.word(), Subject::RenewalLost),
        (Subject::SecretRetired.word(), Subject::SecretRetired),
        (Subject::ReuseDetected.word(), Subject::ReuseDetected),
        (Subject::AlreadyRedeemed.word(), Subject::AlreadyRedeemed),
    ];

    /// As documents write it.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Subject::ExpiresSoon => "expiresSoon",
            Subject::IdleSoon => "idleSoon",
            Subject::Expired => "expired",
            Subject::Idle => "idle",
            Subject::RevokedForIdleness => "revokedForIdleness",
            Subject::DeletedForIdleness => "deletedForIdleness",
            Subject::RenewalOffered => "renewalOffered",
            Subject::Renewed => "renewed",
            Subject::RenewalLost => "renewalLost",
            Subject::SecretRetired => "secretRetired",
            Subject::ReuseDetected => "reuseDetected",
            Subject::AlreadyRedeemed => "alreadyRedeemed",
        }
    }

    /// Whether it goes to whom the renewal names, rather than to the owner.
    fn is_of_renewal(self) -> bool {
        match self {
            Subject::RenewalOffered | Subject::Renewed | Subject::RenewalLost => true,
            Subject::ExpiresSoon
            | Subject::IdleSoon
            | Subject::Expired
            | Subject::Idle
            | Subject::RevokedForIdleness
            | Subject::DeletedForIdleness
            | Subject::SecretRetired
            | Subject::ReuseDetected
            | Subject::AlreadyRedeemed => false,
        }
    }
}

/// One thing to tell.
pub(crate) struct Notice<'a> {
    pub(crate) subject: Subject,
    /// The command that it comes from; with token and subject its key, so that
    /// a mailer can send it once.
    pub(crate) command: &'a str,
    pub(crate) stage: Option<&'a str>,
    pub(crate) at: Instant,
    pub(crate) ends: Option<Instant>,
    /// The single-use key, of an offer alone.
    pub(crate) secret: Option<&'a str>,
}

impl Notice<'_> {
    /// The notice as a document. Fields that do not apply are left out.
    pub(crate) fn to_value(&self, token: &TokenState<'_>) -> Value {
        let TokenState { kind, record, lifecycle, .. } = token;
        let renewal = lifecycle.renewal.as_ref().filter(|_| self.subject.is_of_renewal());
        let to = renewal.and_then(|renewal| renewal.mail_to.as_deref()).unwrap_or(&record.owner);
        let word = self.subject.word();
        let mut notice = map!([
            ("key", join(&[record.id.as_str(), "/", self.command, "/", word]).into()),
            ("notice", word.into()),
            (
                "group",
                Value::List(alloc::vec![record.tenant().into(), to.into(), word.into(), self.stage.into()]),
            ),
            ("to", to.into()),
            ("tenant", record.tenant().into()),
            ("owner", record.owner.as_str().into()),
            ("token", record.id.as_str().into()),
            ("kind", kind.name.as_str().into()),
            ("name", lifecycle.name.as_str().into()),
        ]);
        if let Value::Map(fields) = &mut notice {
            let callback = renewal.and_then(|renewal| renewal.callback.as_deref());
            let optional = [
                ("stage", self.stage.map(Value::from)),
                ("at", Some(self.at.to_text().into())),
                ("ends", self.ends.map(|end| end.to_text().into())),
                ("callback", callback.map(Value::from)),
                ("secret", self.secret.map(Value::from)),
            ];
            for (name, value) in optional {
                if let Some(value) = value {
                    put(fields, name, value);
                }
            }
        }
        notice
    }
}
