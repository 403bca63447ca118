//! Who gives a command, and whether they may: the wall between tenants, and the policy's `may`.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::document::{ObjectReader, Place, Problems, Value, expected, map, short_text, texts, truth};
use crate::lifecycle::command::command::CommandName;
use crate::lifecycle::outcome::{RecordRead, Refusal, RefusalCode};
use crate::policy::{Grant, Kind, Policy, Privilege, Rights};
use crate::token::{LONGEST_NAME, Record, Status};

/// In `may`: the owner of the token.
const OWNER: &str = "owner";
/// In `may`: a request that proves the token's own secret.
const TOKEN: &str = "token";

/// Who gives a command, from the host's authenticated context:
/// `{ "id", "tenant"?, "roles"?, "grants"?, "token"? }`, or `{ "system": true }`, the host itself.
pub(crate) struct Actor<'v> {
    /// `None`: the system, which no text can name.
    pub(crate) id: Option<String>,
    pub(crate) tenant: Option<String>,
    pub(crate) roles: Vec<String>,
    /// Absent: no rights; for a token that no owner's rights bound, the rights of that token.
    pub(crate) grants: Option<(Rights, Vec<Grant>)>,
    pub(crate) means: Credential<'v>,
}

/// What the actor authenticated with.
pub(crate) enum Credential<'v> {
    /// Something that is the host's business.
    Host,
    /// A token, whose record the host hands in.
    Token(&'v Value, Box<Record>),
    /// A token that cannot be read, or not be used now.
    UnusableToken,
    /// The token that the command is about, its secret proven.
    Itself,
}

impl<'v> Actor<'v> {
    /// The host itself.
    pub(crate) fn system() -> Actor<'static> {
        Actor { id: None, tenant: None, roles: Vec::new(), grants: None, means: Credential::Host }
    }

    /// The token itself, its secret proven.
    pub(crate) fn itself(record: &Record) -> Actor<'static> {
        Actor {
            id: Some(record.owner.clone()),
            tenant: record.tenant().map(String::from),
            roles: Vec::new(),
            grants: None,
            means: Credential::Itself,
        }
    }

    /// Reads an actor.
    ///
    /// # Errors
    /// What is wrong with the document.
    pub(crate) fn read(policy: &Policy, document: &'v Value, now: Instant) -> Result<Actor<'v>, Problems> {
        Problems::collect(|problems| Actor::read_fields(policy, document, now, problems))
    }

    fn read_fields(
        policy: &Policy,
        document: &'v Value,
        now: Instant,
        problems: &mut Problems,
    ) -> Option<Actor<'v>> {
        let mut fields = ObjectReader::read(document, Place::Root, problems)?;
        if let Some(system) = fields.optional("system", problems, truth) {
            if !system {
                expected(
                    problems,
                    &Place::Root.field("system"),
                    "true, and no other field, for the host itself",
                );
            }
            fields.finish(problems);
            return Some(Actor::system());
        }
        let id = fields.required("id", problems, short_text(LONGEST_NAME));
        let tenant = fields.optional("tenant", problems, short_text(LONGEST_NAME));
        let roles = fields.optional("roles", problems, texts).unwrap_or_default();
        let grants = fields.optional("grants", problems, |value, at, problems| {
            Rights::read(value, &policy.catalog, at, problems)
        });
        let token = fields.optional("token", problems, |value, at, problems| {
            ObjectReader::is_object(value, at, problems)?;
            Some(match Record::read(policy, value) {
                Ok(record) if record.status(false, now) == Status::Active => {
                    Credential::Token(value, Box::new(record))
                }
                Ok(_) | Err(_) => Credential::UnusableToken,
            })
        });
        fields.finish(problems);
        let token = match token {
            Some(Credential::Token(_, record)) if record.tenant() != tenant.as_deref() => {
                Some(Credential::UnusableToken)
            }
            other => other,
        };
        Some(Actor { id: Some(id?), tenant, roles, grants, means: token.unwrap_or(Credential::Host) })
    }

    /// A placeholder: the token itself becomes the actor once its secret is proven.
    pub(crate) fn unproven() -> Actor<'static> {
        Actor {
            id: Some(String::new()),
            tenant: None,
            roles: Vec::new(),
            grants: None,
            means: Credential::Host,
        }
    }

    /// The applications of the token that the actor uses.
    pub(crate) fn applications(&self) -> Option<&[String]> {
        match &self.means {
            Credential::Token(_, record) => record.applications(),
            Credential::Host | Credential::UnusableToken | Credential::Itself => None,
        }
    }

    /// Whether the actor uses a token, which bounds what it gives.
    pub(crate) fn uses_token(&self) -> bool {
        matches!(self.means, Credential::Token(..))
    }

    /// The record of the token that the actor uses: what the actor does rests on it.
    pub(crate) fn token_read(&self) -> Option<RecordRead> {
        match &self.means {
            Credential::Token(_, record) if !self.is_system() => Some(record.as_read()),
            Credential::Token(..) | Credential::Host | Credential::UnusableToken | Credential::Itself => None,
        }
    }

    /// The end of the token that the actor uses.
    pub(crate) fn ends_at(&self) -> Option<Instant> {
        match &self.means {
            Credential::Token(_, record) => record.times.expires_at,
            Credential::Host | Credential::UnusableToken | Credential::Itself => None,
        }
    }

    pub(crate) fn is_system(&self) -> bool {
        self.id.is_none()
    }

    /// Refuses a token of another tenant as if it did not exist.
    pub(crate) fn reaches(&self, tenant: Option<&str>) -> Result<(), Refusal> {
        if self.is_system() || self.tenant.as_deref() == tenant {
            Ok(())
        } else {
            Err(Refusal::new(RefusalCode::Unknown))
        }
    }

    /// Whether the policy lets this actor give the command for a token of this owner.
    pub(crate) fn may(&self, command: CommandName, kind: &Kind, owner: &str) -> Result<(), Refusal> {
        let permitted = |who: &String| match who.as_str() {
            TOKEN => matches!(self.means, Credential::Itself),
            OWNER => !matches!(self.means, Credential::Itself) && self.id.as_deref() == Some(owner),
            role => self.roles.iter().any(|own| own == role),
        };
        let usable = !matches!(self.means, Credential::UnusableToken);
        let may = match (command, command.permission()) {
            (CommandName::RedeemRenewal, _) => matches!(self.means, Credential::Itself),
            (_, None) => self.is_system(),
            (_, Some(command)) => {
                self.is_system()
                    || kind.may.iter().any(|(given, who)| *given == command && who.iter().any(permitted))
            }
        };
        if usable && may { Ok(()) } else { Err(Refusal::new(RefusalCode::NotAllowed)) }
    }

    /// Whether the policy lets this actor see a token of this kind and owner in a list.
    pub(crate) fn may_list(&self, kind: &Kind, owner: Option<&str>) -> bool {
        let permitted = |who: &String| match who.as_str() {
            TOKEN => false,
            OWNER => owner == self.id.as_deref(),
            role => self.roles.iter().any(|own| own == role),
        };
        let usable = !matches!(self.means, Credential::UnusableToken);
        let listed = |(command, who): &(Privilege, Vec<String>)| {
            *command == Privilege::List && who.iter().any(permitted)
        };
        usable && (self.is_system() || kind.may.iter().any(listed))
    }

    /// A token hands out secrets to its own owner only.
    pub(crate) fn hands_to(&self, owner: &str) -> Result<(), Refusal> {
        match &self.means {
            Credential::Token(_, own) if own.owner != owner => Err(Refusal::new(RefusalCode::NotAllowed)),
            Credential::Token(..) | Credential::Host | Credential::UnusableToken | Credential::Itself => {
                Ok(())
            }
        }
    }

    /// The id; `null` for the system.
    pub(crate) fn name(&self) -> Value {
        self.id.as_deref().into()
    }

    /// `id`, `roles` and the id of the token that was used, for the trail; `{ "system": true }` for the system.
    pub(crate) fn to_value(&self, itself: Option<&Record>) -> Value {
        if self.is_system() {
            return map!([("system", true.into())]);
        }
        let token = match &self.means {
            Credential::Token(_, record) => Some(&**record),
            Credential::Itself => itself,
            Credential::Host | Credential::UnusableToken => None,
        };
        map!([
            ("id", self.name()),
            ("roles", self.roles.iter().map(String::as_str).collect()),
            ("token", token.map(|record| record.id.as_str()).into()),
        ])
    }
}
