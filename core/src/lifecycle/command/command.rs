//! Commands as documents: what is asked for, read once, not yet judged.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{ObjectReader, Place, Problems, Value, expected, text, truth, word};
use crate::policy::Privilege;
use crate::token::Clock;

/// Longest command id, in bytes.
const LONGEST_ID: usize = 128;
/// Longest reason, in characters; what follows is cut.
const LONGEST_REASON: usize = 256;

/// A command as it was given: `{ "command", "id", "reason"?, … }`.
pub(crate) struct ParsedCommand<'v> {
    /// Names this command: giving it twice has the effect of giving it once.
    pub(crate) id: &'v str,
    pub(crate) reason: Option<String>,
    pub(crate) body: CommandBody<'v>,
}

/// What is to be done.
pub(crate) enum CommandBody<'v> {
    /// Make a new token.
    Create(CreateFields<'v>),
    /// Change editable fields.
    Edit(TokenFields<'v>),
    /// Move the end, restart the inactivity clock.
    Extend { expires_at: Patch<&'v str> },
    /// Stop, reversibly.
    Lock,
    /// Undo a lock.
    Unlock,
    /// Stop for good.
    Revoke,
    /// New secret for a revoked or idle token.
    Regenerate,
    /// New secret, the old one in grace. With a proof, the token itself is the actor.
    Rotate { grace: Option<&'v str>, leak: bool, proof: Option<&'v str> },
    /// A successor beside the old one.
    Renew(RenewFields<'v>),
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
pub(crate) struct CreateFields<'v> {
    pub(crate) kind: &'v str,
    pub(crate) tenant: Option<&'v str>,
    pub(crate) owner: Option<&'v str>,
    pub(crate) not_before: Option<&'v str>,
    pub(crate) replaces: Option<&'v str>,
    pub(crate) terms: TokenFields<'v>,
}

/// What can be said when a token is made, and where the kind allows it, again later.
pub(crate) struct TokenFields<'v> {
    pub(crate) name: Patch<&'v str>,
    pub(crate) description: Patch<&'v str>,
    pub(crate) grants: Patch<Vec<&'v str>>,
    pub(crate) applications: Patch<Vec<&'v str>>,
    pub(crate) networks: Patch<NetworkFields<'v>>,
    pub(crate) expires_at: Patch<&'v str>,
    pub(crate) idle_after: Patch<&'v str>,
    pub(crate) renewal: Patch<RenewalFields<'v>>,
}

/// A field that may be asked for: not mentioned, `null`, or a value.
pub(crate) type Patch<T> = Option<Option<T>>;

/// Networks as asked for.
pub(crate) struct NetworkFields<'v> {
    pub(crate) allow: Option<Vec<&'v str>>,
    pub(crate) deny: Option<Vec<&'v str>>,
}

/// An automatic renewal as asked for.
pub(crate) struct RenewalFields<'v> {
    pub(crate) every: Option<&'v str>,
    pub(crate) mail_to: Option<&'v str>,
    pub(crate) callback: Option<&'v str>,
}

/// A manual renewal as asked for.
pub(crate) struct RenewFields<'v> {
    pub(crate) ends_at: &'v str,
    pub(crate) name: &'v str,
    pub(crate) description: Option<&'v str>,
}

macro_rules! commands {
    ($($(#[doc = $doc:literal])* $name:ident = $word:literal, $past:literal;)*) => {
        /// What a command does, without what it does it with.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum CommandName {
            $($(#[doc = $doc])* $name,)*
        }

        impl CommandName {
            /// Every verb, as documents write it.
            pub const WORDS: &'static [(&'static str, CommandName)] = &[$(($word, CommandName::$name)),*];

            /// As documents write it.
            pub const fn word(self) -> &'static str {
                match self { $(CommandName::$name => $word,)* }
            }

            /// What the trail calls it once it is done.
            pub const fn past(self) -> &'static str {
                match self { $(CommandName::$name => $past,)* }
            }
        }
    };
}

commands! {
    /// Make a new token.
    Create = "create", "created";
    /// Change editable fields.
    Edit = "edit", "edited";
    /// Move the end, restart the inactivity clock.
    Extend = "extend", "extended";
    /// Stop, reversibly.
    Lock = "lock", "locked";
    /// Undo a lock.
    Unlock = "unlock", "unlocked";
    /// Stop for good, or until a new secret is made.
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

impl CommandName {
    /// The word under which a policy may permit it; the rest is the system's, or needs no permission.
    pub(crate) fn permission(self) -> Option<Privilege> {
        match self {
            CommandName::Create => Some(Privilege::Create),
            CommandName::Edit => Some(Privilege::Edit),
            CommandName::Extend => Some(Privilege::Extend),
            CommandName::Lock => Some(Privilege::Lock),
            CommandName::Unlock => Some(Privilege::Unlock),
            CommandName::Revoke => Some(Privilege::Revoke),
            CommandName::Regenerate => Some(Privilege::Regenerate),
            CommandName::Rotate => Some(Privilege::Rotate),
            CommandName::Renew => Some(Privilege::Renew),
            CommandName::Delete => Some(Privilege::Delete),
            CommandName::OfferRenewal
            | CommandName::RedeemRenewal
            | CommandName::Remind
            | CommandName::Retire => None,
        }
    }
}

impl<'v> ParsedCommand<'v> {
    /// Reads a command document.
    ///
    /// # Errors
    /// It is no command, lacks a field, or has one that this command does not have.
    pub(crate) fn read(document: &'v Value) -> Result<ParsedCommand<'v>, Problems> {
        Problems::collect(|problems| ParsedCommand::read_fields(document, problems))
    }

    fn read_fields(document: &'v Value, problems: &mut Problems) -> Option<ParsedCommand<'v>> {
        let mut fields = ObjectReader::read(document, Place::Root, problems)?;
        let command = fields.required("command", problems, word(CommandName::WORDS));
        let id = fields.required("id", problems, command_id);
        let reason = fields.optional("reason", problems, text);
        let reason = reason.map(|reason| reason.chars().take(LONGEST_REASON).collect());
        let body = CommandBody::read(command?, &mut fields, problems);
        fields.finish(problems);
        Some(ParsedCommand { id: id?, reason, body: body? })
    }
}

impl<'v> CommandBody<'v> {
    fn read(
        command: CommandName,
        fields: &mut ObjectReader<'v, '_>,
        problems: &mut Problems,
    ) -> Option<CommandBody<'v>> {
        Some(match command {
            CommandName::Create => CommandBody::Create(CreateFields::read(fields, problems)?),
            CommandName::Edit => {
                CommandBody::Edit(fields.required("set", problems, |value, at, problems| {
                    let mut set = ObjectReader::read(value, *at, problems)?;
                    let terms = TokenFields::read(&mut set, problems);
                    set.finish(problems);
                    Some(terms)
                })?)
            }
            CommandName::Extend => {
                CommandBody::Extend { expires_at: asked(fields, "expiresAt", problems, text) }
            }
            CommandName::Lock => CommandBody::Lock,
            CommandName::Unlock => CommandBody::Unlock,
            CommandName::Revoke => CommandBody::Revoke,
            CommandName::Regenerate => CommandBody::Regenerate,
            CommandName::Rotate => CommandBody::Rotate {
                grace: fields.optional("grace", problems, text),
                leak: fields.optional("leak", problems, truth).unwrap_or(false),
                proof: fields.optional("plaintext", problems, text),
            },
            CommandName::Renew => {
                let ends_at = fields.required("endsAt", problems, text);
                let name = fields.required("name", problems, text);
                let description = fields.optional("description", problems, text);
                CommandBody::Renew(RenewFields { ends_at: ends_at?, name: name?, description })
            }
            CommandName::OfferRenewal => CommandBody::OfferRenewal,
            CommandName::RedeemRenewal => {
                let proof = fields.required("plaintext", problems, text);
                let key = fields.required("key", problems, text);
                CommandBody::RedeemRenewal { proof: proof?, key: key? }
            }
            CommandName::Delete => CommandBody::Delete,
            CommandName::Remind => {
                let clock = fields.required("clock", problems, word(Clock::WORDS));
                let stage = fields.required("stage", problems, text);
                CommandBody::Remind { clock: clock?, stage: stage? }
            }
            CommandName::Retire => CommandBody::Retire,
        })
    }

    pub(crate) fn command(&self) -> CommandName {
        match self {
            CommandBody::Create(_) => CommandName::Create,
            CommandBody::Edit(_) => CommandName::Edit,
            CommandBody::Extend { .. } => CommandName::Extend,
            CommandBody::Lock => CommandName::Lock,
            CommandBody::Unlock => CommandName::Unlock,
            CommandBody::Revoke => CommandName::Revoke,
            CommandBody::Regenerate => CommandName::Regenerate,
            CommandBody::Rotate { .. } => CommandName::Rotate,
            CommandBody::Renew(_) => CommandName::Renew,
            CommandBody::OfferRenewal => CommandName::OfferRenewal,
            CommandBody::RedeemRenewal { .. } => CommandName::RedeemRenewal,
            CommandBody::Delete => CommandName::Delete,
            CommandBody::Remind { .. } => CommandName::Remind,
            CommandBody::Retire => CommandName::Retire,
        }
    }

    /// The token's own plaintext, where it is the actor.
    pub(crate) fn proof(&self) -> Option<&'v str> {
        match self {
            CommandBody::Rotate { proof, .. } => *proof,
            CommandBody::RedeemRenewal { proof, .. } => Some(proof),
            CommandBody::Create(_)
            | CommandBody::Edit(_)
            | CommandBody::Extend { .. }
            | CommandBody::Lock
            | CommandBody::Unlock
            | CommandBody::Revoke
            | CommandBody::Regenerate
            | CommandBody::Renew(_)
            | CommandBody::OfferRenewal
            | CommandBody::Delete
            | CommandBody::Remind { .. }
            | CommandBody::Retire => None,
        }
    }
}

impl<'v> CreateFields<'v> {
    fn read(fields: &mut ObjectReader<'v, '_>, problems: &mut Problems) -> Option<CreateFields<'v>> {
        let kind = fields.required("kind", problems, text);
        let mut optional = |name| fields.optional(name, problems, text);
        let [tenant, owner, not_before, replaces] =
            ["tenant", "owner", "notBefore", "replaces"].map(&mut optional);
        let terms = TokenFields::read(fields, problems);
        if terms.name.flatten().is_none() {
            fields.required("name", problems, text);
        }
        Some(CreateFields { kind: kind?, tenant, owner, not_before, replaces, terms })
    }
}

impl<'v> TokenFields<'v> {
    fn read(fields: &mut ObjectReader<'v, '_>, problems: &mut Problems) -> TokenFields<'v> {
        TokenFields {
            name: asked(fields, "name", problems, text),
            description: asked(fields, "description", problems, text),
            grants: asked(fields, "grants", problems, texts),
            applications: asked(fields, "applications", problems, texts),
            networks: asked(fields, "networks", problems, NetworkFields::read),
            expires_at: asked(fields, "expiresAt", problems, text),
            idle_after: asked(fields, "idleAfter", problems, text),
            renewal: asked(fields, "renewal", problems, RenewalFields::read),
        }
    }
}

impl<'v> NetworkFields<'v> {
    fn read(value: &'v Value, at: &Place<'_>, problems: &mut Problems) -> Option<NetworkFields<'v>> {
        let mut ranges = ObjectReader::read(value, *at, problems)?;
        let allow = ranges.optional("allow", problems, texts);
        let deny = ranges.optional("deny", problems, texts);
        ranges.finish(problems);
        Some(NetworkFields { allow, deny })
    }
}

impl<'v> RenewalFields<'v> {
    fn read(value: &'v Value, at: &Place<'_>, problems: &mut Problems) -> Option<RenewalFields<'v>> {
        let mut schedule = ObjectReader::read(value, *at, problems)?;
        let mut optional = |name| schedule.optional(name, problems, text);
        let [every, mail_to, callback] = ["every", "mailTo", "callback"].map(&mut optional);
        schedule.finish(problems);
        Some(RenewalFields { every, mail_to, callback })
    }
}

fn asked<'v, T>(
    fields: &mut ObjectReader<'v, '_>,
    name: &'static str,
    problems: &mut Problems,
    read: impl FnOnce(&'v Value, &Place<'_>, &mut Problems) -> Option<T>,
) -> Patch<T> {
    match fields.raw(name)? {
        Value::Null => Some(None),
        Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
            fields.optional(name, problems, read).map(Some)
        }
    }
}

fn texts<'v>(value: &'v Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<&'v str>> {
    let Value::List(items) = value else {
        expected(problems, at, "a list");
        return None;
    };
    items.iter().enumerate().map(|(i, item)| text(item, &at.item(i), problems)).collect()
}

/// `[A-Za-z0-9._:@/-]`, at most 128 of them.
fn command_id<'v>(value: &'v Value, at: &Place<'_>, problems: &mut Problems) -> Option<&'v str> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"._:@/-".contains(&byte);
    let id = value.as_text().filter(|id| (1..=LONGEST_ID).contains(&id.len()) && id.bytes().all(fits));
    if id.is_none() {
        expected(problems, at, "a command id: 1 to 128 of A-Z a-z 0-9 . _ : @ / -");
    }
    id
}
