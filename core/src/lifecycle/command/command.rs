//! Commands as documents: what is asked for, read once, not yet judged.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{At, Object, Problems, Value, expected, text, truth, word};
use crate::policy::Command;
use crate::token::Clock;

/// Longest command id, in bytes.
const LONGEST_ID: usize = 128;
/// Longest reason, in characters; what follows is cut.
const LONGEST_REASON: usize = 256;

/// A command as it was given: `{ "command", "id", "reason"?, … }`.
pub(crate) struct Order<'v> {
    /// Names this command: giving it twice has the effect of giving it once.
    pub(crate) id: &'v str,
    pub(crate) reason: Option<String>,
    pub(crate) deed: Deed<'v>,
}

/// What is to be done.
pub(crate) enum Deed<'v> {
    /// Make a new token.
    Create(NewToken<'v>),
    /// Change editable fields.
    Edit(Terms<'v>),
    /// Move the end, restart the inactivity clock.
    Extend { expires_at: Asked<&'v str> },
    /// StepError, reversibly.
    Lock,
    /// Undo a lock.
    Unlock,
    /// StepError for good.
    Revoke,
    /// New secret for a revoked or idle token.
    Regenerate,
    /// New secret, the old one in grace. With a proof, the token itself is the actor.
    Rotate { grace: Option<&'v str>, leak: bool, proof: Option<&'v str> },
    /// A successor beside the old one.
    Renew(Renewing<'v>),
    /// Offer an automatic renewal.
    OfferRenewal,
    /// Take up an offered renewal, with the old secret and the key of the offer.
    RedeemRenewal { proof: &'v str, key: &'v str },
    /// Remove.
    Delete,
    /// The notice of one stage of a clock.
    Remind { clock: Clock, stage: &'v str },
    /// The grace of the previous secret is over.
    Retire,
}

/// What a new token is to be.
pub(crate) struct NewToken<'v> {
    pub(crate) kind: &'v str,
    pub(crate) tenant: Option<&'v str>,
    pub(crate) owner: Option<&'v str>,
    pub(crate) not_before: Option<&'v str>,
    pub(crate) replaces: Option<&'v str>,
    pub(crate) terms: Terms<'v>,
}

/// What can be said when a token is made, and where the kind allows it, again later.
pub(crate) struct Terms<'v> {
    pub(crate) name: Asked<&'v str>,
    pub(crate) description: Asked<&'v str>,
    pub(crate) grants: Asked<Vec<&'v str>>,
    pub(crate) applications: Asked<Vec<&'v str>>,
    pub(crate) networks: Asked<Ranges<'v>>,
    pub(crate) expires_at: Asked<&'v str>,
    pub(crate) idle_after: Asked<&'v str>,
    pub(crate) renewal: Asked<Schedule<'v>>,
}

/// A field that may be asked for: not mentioned, `null`, or a value.
pub(crate) type Asked<T> = Option<Option<T>>;

/// Networks as asked for.
pub(crate) struct Ranges<'v> {
    pub(crate) allow: Option<Vec<&'v str>>,
    pub(crate) deny: Option<Vec<&'v str>>,
}

/// An automatic renewal as asked for.
pub(crate) struct Schedule<'v> {
    pub(crate) every: Option<&'v str>,
    pub(crate) mail_to: Option<&'v str>,
    pub(crate) callback: Option<&'v str>,
}

/// A manual renewal as asked for.
pub(crate) struct Renewing<'v> {
    pub(crate) ends_at: &'v str,
    pub(crate) name: &'v str,
    pub(crate) description: Option<&'v str>,
}

macro_rules! verbs {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal, $past:literal;)*) => {
        /// What a command does, without what it does it with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Verb {
            $($(#[doc = $doc])* $name,)*
        }

        impl Verb {
            /// Every verb, as documents write it.
            pub const WORDS: &'static [(&'static str, Verb)] = &[$(($word, Verb::$name)),*];

            /// As documents write it.
            pub const fn word(self) -> &'static str {
                match self { $(Verb::$name => $word,)* }
            }

            /// What the trail calls it once it is done.
            pub const fn past(self) -> &'static str {
                match self { $(Verb::$name => $past,)* }
            }
        }
    };
}

verbs! {
    /// Make a new token.
    Create = "create", "created";
    /// Change editable fields.
    Edit = "edit", "edited";
    /// Move the end, restart the inactivity clock.
    Extend = "extend", "extended";
    /// StepError, reversibly.
    Lock = "lock", "locked";
    /// Undo a lock.
    Unlock = "unlock", "unlocked";
    /// StepError for good, or until a new secret is made.
    Revoke = "revoke", "revoked";
    /// New secret for a revoked or idle token.
    Regenerate = "regenerate", "regenerated";
    /// New secret, the old one in grace.
    Rotate = "rotate", "rotated";
    /// A successor beside the old one.
    Renew = "renew", "renewed";
    /// Offer an automatic renewal; the system's.
    OfferRenewal = "offerRenewal", "renewalOffered";
    /// Take up an offered renewal; the token's own.
    RedeemRenewal = "redeemRenewal", "renewalRedeemed";
    /// Remove.
    Delete = "delete", "deleted";
    /// The notice of one stage of a clock; the system's.
    Remind = "remind", "reminded";
    /// The grace of the previous secret is over; the system's.
    Retire = "retire", "retired";
}

impl Verb {
    /// The word under which a policy may permit it; the rest is the system's, or needs no permission.
    pub(crate) fn permission(self) -> Option<Command> {
        match self {
            Verb::Create => Some(Command::Create),
            Verb::Edit => Some(Command::Edit),
            Verb::Extend => Some(Command::Extend),
            Verb::Lock => Some(Command::Lock),
            Verb::Unlock => Some(Command::Unlock),
            Verb::Revoke => Some(Command::Revoke),
            Verb::Regenerate => Some(Command::Regenerate),
            Verb::Rotate => Some(Command::Rotate),
            Verb::Renew => Some(Command::Renew),
            Verb::Delete => Some(Command::Delete),
            Verb::OfferRenewal | Verb::RedeemRenewal | Verb::Remind | Verb::Retire => None,
        }
    }
}

impl<'v> Order<'v> {
    /// Reads a command document.
    ///
    /// # Errors
    /// It is no command, lacks a field, or has one that this command does not have.
    pub(crate) fn read(document: &'v Value) -> Result<Order<'v>, Problems> {
        let mut problems = Problems::default();
        let order = Order::read_fields(document, &mut problems);
        match order {
            Some(order) if problems.is_empty() => Ok(order),
            Some(_) | None => Err(problems),
        }
    }

    fn read_fields(document: &'v Value, problems: &mut Problems) -> Option<Order<'v>> {
        let mut fields = Object::read(document, At::Root, problems)?;
        let verb = fields.need("command", problems, word(Verb::WORDS));
        let id = fields.need("id", problems, command_id);
        let reason = fields.with("reason", problems, text);
        let reason = reason.map(|reason| reason.chars().take(LONGEST_REASON).collect());
        let deed = Deed::read(verb?, &mut fields, problems);
        fields.done(problems);
        Some(Order { id: id?, reason, deed: deed? })
    }
}

impl<'v> Deed<'v> {
    fn read(verb: Verb, fields: &mut Object<'v, '_>, problems: &mut Problems) -> Option<Deed<'v>> {
        Some(match verb {
            Verb::Create => Deed::Create(NewToken::read(fields, problems)?),
            Verb::Edit => Deed::Edit(fields.need("set", problems, |value, at, problems| {
                let mut set = Object::read(value, *at, problems)?;
                let terms = Terms::read(&mut set, problems);
                set.done(problems);
                Some(terms)
            })?),
            Verb::Extend => Deed::Extend { expires_at: asked(fields, "expiresAt", problems, text) },
            Verb::Lock => Deed::Lock,
            Verb::Unlock => Deed::Unlock,
            Verb::Revoke => Deed::Revoke,
            Verb::Regenerate => Deed::Regenerate,
            Verb::Rotate => Deed::Rotate {
                grace: fields.with("grace", problems, text),
                leak: fields.with("leak", problems, truth).unwrap_or(false),
                proof: fields.with("plaintext", problems, text),
            },
            Verb::Renew => {
                let ends_at = fields.need("endsAt", problems, text);
                let name = fields.need("name", problems, text);
                let description = fields.with("description", problems, text);
                Deed::Renew(Renewing { ends_at: ends_at?, name: name?, description })
            }
            Verb::OfferRenewal => Deed::OfferRenewal,
            Verb::RedeemRenewal => {
                let proof = fields.need("plaintext", problems, text);
                let key = fields.need("key", problems, text);
                Deed::RedeemRenewal { proof: proof?, key: key? }
            }
            Verb::Delete => Deed::Delete,
            Verb::Remind => {
                let clock = fields.need("clock", problems, word(Clock::WORDS));
                let stage = fields.need("stage", problems, text);
                Deed::Remind { clock: clock?, stage: stage? }
            }
            Verb::Retire => Deed::Retire,
        })
    }

    pub(crate) fn verb(&self) -> Verb {
        match self {
            Deed::Create(_) => Verb::Create,
            Deed::Edit(_) => Verb::Edit,
            Deed::Extend { .. } => Verb::Extend,
            Deed::Lock => Verb::Lock,
            Deed::Unlock => Verb::Unlock,
            Deed::Revoke => Verb::Revoke,
            Deed::Regenerate => Verb::Regenerate,
            Deed::Rotate { .. } => Verb::Rotate,
            Deed::Renew(_) => Verb::Renew,
            Deed::OfferRenewal => Verb::OfferRenewal,
            Deed::RedeemRenewal { .. } => Verb::RedeemRenewal,
            Deed::Delete => Verb::Delete,
            Deed::Remind { .. } => Verb::Remind,
            Deed::Retire => Verb::Retire,
        }
    }

    /// The token's own plaintext, where it is the actor.
    pub(crate) fn proof(&self) -> Option<&'v str> {
        match self {
            Deed::Rotate { proof, .. } => *proof,
            Deed::RedeemRenewal { proof, .. } => Some(proof),
            Deed::Create(_)
            | Deed::Edit(_)
            | Deed::Extend { .. }
            | Deed::Lock
            | Deed::Unlock
            | Deed::Revoke
            | Deed::Regenerate
            | Deed::Renew(_)
            | Deed::OfferRenewal
            | Deed::Delete
            | Deed::Remind { .. }
            | Deed::Retire => None,
        }
    }
}

impl<'v> NewToken<'v> {
    fn read(fields: &mut Object<'v, '_>, problems: &mut Problems) -> Option<NewToken<'v>> {
        let kind = fields.need("kind", problems, text);
        let mut optional = |name| fields.with(name, problems, text);
        let [tenant, owner, not_before, replaces] =
            ["tenant", "owner", "notBefore", "replaces"].map(&mut optional);
        let terms = Terms::read(fields, problems);
        if terms.name.flatten().is_none() {
            fields.need("name", problems, text);
        }
        Some(NewToken { kind: kind?, tenant, owner, not_before, replaces, terms })
    }
}

impl<'v> Terms<'v> {
    fn read(fields: &mut Object<'v, '_>, problems: &mut Problems) -> Terms<'v> {
        Terms {
            name: asked(fields, "name", problems, text),
            description: asked(fields, "description", problems, text),
            grants: asked(fields, "grants", problems, texts),
            applications: asked(fields, "applications", problems, texts),
            networks: asked(fields, "networks", problems, Ranges::read),
            expires_at: asked(fields, "expiresAt", problems, text),
            idle_after: asked(fields, "idleAfter", problems, text),
            renewal: asked(fields, "renewal", problems, Schedule::read),
        }
    }
}

impl<'v> Ranges<'v> {
    fn read(value: &'v Value, at: &At<'_>, problems: &mut Problems) -> Option<Ranges<'v>> {
        let mut ranges = Object::read(value, *at, problems)?;
        let allow = ranges.with("allow", problems, texts);
        let deny = ranges.with("deny", problems, texts);
        ranges.done(problems);
        Some(Ranges { allow, deny })
    }
}

impl<'v> Schedule<'v> {
    fn read(value: &'v Value, at: &At<'_>, problems: &mut Problems) -> Option<Schedule<'v>> {
        let mut schedule = Object::read(value, *at, problems)?;
        let mut optional = |name| schedule.with(name, problems, text);
        let [every, mail_to, callback] = ["every", "mailTo", "callback"].map(&mut optional);
        schedule.done(problems);
        Some(Schedule { every, mail_to, callback })
    }
}

fn asked<'v, T>(
    fields: &mut Object<'v, '_>,
    name: &'static str,
    problems: &mut Problems,
    read: impl FnOnce(&'v Value, &At<'_>, &mut Problems) -> Option<T>,
) -> Asked<T> {
    match fields.raw(name)? {
        Value::Null => Some(None),
        Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
            fields.with(name, problems, read).map(Some)
        }
    }
}

fn texts<'v>(value: &'v Value, at: &At<'_>, problems: &mut Problems) -> Option<Vec<&'v str>> {
    let Value::List(items) = value else {
        expected(problems, at, "a list");
        return None;
    };
    items.iter().enumerate().map(|(i, item)| text(item, &at.item(i), problems)).collect()
}

/// `[A-Za-z0-9._:@/-]`, at most 128 of them.
fn command_id<'v>(value: &'v Value, at: &At<'_>, problems: &mut Problems) -> Option<&'v str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@/-".contains(&byte);
    let id = value.as_text().filter(|id| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(fits));
    if id.is_none() {
        expected(problems, at, "a command id: 1 to 128 of A-Z a-z 0-9 . _ : @ / -");
    }
    id
}
