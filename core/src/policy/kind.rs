//! Kinds of token: what they look like, how long they live, who may do what with them.

use alloc::string::String;
use alloc::vec::Vec;

use crate::bearer::is_prefix;
use crate::object::{Object, count, expected, list, short_text, span, text, truth, word};
use crate::policy::catalog::{Catalog, named};
use crate::problem::{At, Problems};
use crate::scope::Scope;
use crate::text::join;
use crate::time::Span;
use crate::value::Value;

/// A kind of token, as the policy declares it.
#[derive(Debug)]
pub struct Kind {
    /// What the policy calls it.
    pub name: String,
    /// The first mints; all parse.
    pub prefixes: Vec<String>,
    /// What a new token is granted when its creator names nothing.
    pub default_grants: Vec<Scope>,
    /// What its creator is warned about.
    pub warn_grants: Vec<Scope>,
    /// How long a token lives.
    pub lifetime: Lifetime,
    /// How long it may lie unused; `None`: for ever.
    pub idle: Option<IdleRule>,
    /// How many active ones there may be.
    pub limit: Limit,
    /// Fields of which no two tokens of a tenant may agree.
    pub unique: Vec<UniqueField>,
    /// Whether the owner's present rights bound the token's.
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
    pub may: Vec<(Command, Vec<String>)>,
    /// Passed through to the overview.
    pub labels: Vec<(String, String)>,
    /// How coarse the last use is recorded.
    pub touch_every: Span,
}

/// The absolute clock of a kind.
#[derive(Debug, Default)]
pub struct Lifetime {
    /// When the creator names no end; `None`: never expires.
    pub default: Option<Span>,
    /// No token lives longer; `None`: no bound.
    pub max: Option<Span>,
    /// How long before the end to remind the owner.
    pub remind: Vec<Span>,
    /// Whether an expired token can still be extended.
    pub extend_expired: bool,
}

/// The inactivity clock of a kind.
#[derive(Debug)]
pub struct IdleRule {
    /// When the creator names no period.
    pub default: Span,
    /// The periods to choose from; empty: the default only.
    pub choices: Vec<Span>,
    /// What happens to a token that was not used for that long.
    pub then: IdleEnd,
    /// How long before that to remind the owner.
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
    /// How long an offer stands.
    pub redeem_within: Span,
    /// When the next offer follows, counted from the one before.
    pub offer_again_after: Span,
    /// Whether reuse of a replaced secret on redeem or rotate revokes the token.
    pub revoke_on_reuse: bool,
}

macro_rules! words {
    ($(#[doc = $about:literal])* $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $name {
            /// Every one, as documents write it.
            pub const WORDS: &'static [(&'static str, $name)] = &[$(($word, $name::$variant)),*];
        }
    };
}

words! {
    /// A step in a token's life that somebody may be allowed to give.
    Command {
        /// Make a new token.
        Create = "create",
        /// Change editable fields.
        Edit = "edit",
        /// Move the end, restart the inactivity clock.
        Extend = "extend",
        /// Stop, reversibly.
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
        /// Take up an offered renewal.
        RedeemRenewal = "redeemRenewal",
        /// Remove.
        Delete = "delete",
        /// See others' tokens.
        List = "list",
    }
}

words! {
    /// A field that can be changed after creation.
    EditableField {
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
    /// A field of which no two tokens may agree.
    UniqueField {
        /// The name.
        Name = "name",
        /// The owner.
        Owner = "owner",
        /// The instance that is granted.
        Instance = "instance",
    }
}

impl Kind {
    #[inline(never)]
    pub(crate) fn read(
        name: &str,
        value: &Value,
        at: At<'_>,
        catalog: &Catalog,
        problems: &mut Problems,
    ) -> Option<Kind> {
        named(name, &at, problems);
        let mut kind = Object::read(value, at, problems)?;
        kind.with("title", problems, text);
        kind.with("description", problems, text);
        let prefixes = kind.need("prefix", problems, read_prefixes);
        let (default_grants, warn_grants) =
            kind.with("grants", problems, |v, at, p| read_grants(v, at, catalog, p)).unwrap_or_default();
        let lifetime = kind.with("lifetime", problems, read_lifetime).unwrap_or_default();
        let idle = kind.with("idle", problems, read_idle);
        let limit = kind.with("limit", problems, read_limit).unwrap_or_default();
        let unique = kind.with("unique", problems, list(word(UniqueField::WORDS))).unwrap_or_default();
        let has_subject = kind.with("subject", problems, word(&[("owner", ())])).is_some();
        let requires =
            kind.with("requires", problems, |v, at, p| read_requires(v, at, catalog, p)).unwrap_or_default();
        let editable = kind.with("editable", problems, list(word(EditableField::WORDS))).unwrap_or_default();
        let lockable = kind.flag("lockable", false, problems);
        let regenerable =
            kind.with("revoke", problems, word(&[("final", false), ("regenerable", true)])).unwrap_or(false);
        let delete_needs_revoked = kind.with("deleteNeeds", problems, word(&[("revoked", ())])).is_some();
        let grace = kind.with("grace", problems, span).unwrap_or(Span::from_millis(0));
        let renewal = kind.with("renewal", problems, read_renewal).unwrap_or_default();
        let may = kind.need("may", problems, read_may).unwrap_or_default();
        let labels = kind.with("labels", problems, read_labels).unwrap_or_default();
        let touch_every = kind.with("touchEvery", problems, span).unwrap_or(Span::from_millis(600_000));
        if !may
            .iter()
            .any(|(command, who)| *command == Command::Revoke && who.iter().any(|who| who != "system"))
        {
            let at = kind.at.field("may");
            problems.add(
                &at,
                "nobody_may_revoke",
                "nobody may revoke tokens of this kind; add \"revoke\": [\"owner\", \"admin\"]".into(),
            );
        }
        kind.done(problems);
        Some(Kind {
            name: name.into(),
            prefixes: prefixes?,
            default_grants,
            warn_grants,
            lifetime,
            idle,
            limit,
            unique,
            has_subject,
            requires,
            editable,
            lockable,
            regenerable,
            delete_needs_revoked,
            grace,
            renewal,
            may,
            labels,
            touch_every,
        })
    }
}

#[inline(never)]
fn read_prefixes(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let read = |value: &Value, at: &At<'_>, problems: &mut Problems| {
        let prefix = text(value, at, problems)?;
        if !is_prefix(prefix) {
            problems.add(at, "bad_prefix", "a prefix is a lower-case letter and 1 to 19 of a-z 0-9 _".into());
        }
        Some(String::from(prefix))
    };
    let prefixes = match value {
        Value::List(_) => list(read)(value, at, problems)?,
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Map(_) => {
            alloc::vec![read(value, at, problems)?]
        }
    };
    if prefixes.is_empty() {
        expected(problems, at, "at least one prefix");
    }
    Some(prefixes)
}

#[inline(never)]
fn read_grants(
    value: &Value,
    at: &At<'_>,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Option<(Vec<Scope>, Vec<Scope>)> {
    let mut grants = Object::read(value, *at, problems)?;
    let scopes = || list(|value, at, problems| catalog.read_scope(value, at, problems));
    let default = grants.with("default", problems, scopes()).unwrap_or_default();
    let warn = grants.with("warn", problems, scopes()).unwrap_or_default();
    grants.done(problems);
    Some((default, warn))
}

#[inline(never)]
fn read_lifetime(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Lifetime> {
    let mut object = Object::read(value, *at, problems)?;
    let lifetime = Lifetime {
        default: object.with("default", problems, positive_span),
        max: object.with("max", problems, positive_span),
        remind: object.with("remind", problems, list(span)).unwrap_or_default(),
        extend_expired: object.flag("extendExpired", false, problems),
    };
    match (lifetime.default, lifetime.max) {
        (None, Some(_)) => problems.add(
            at,
            "max_without_default",
            "a token that never expires cannot have a maximum; give a \"default\" or drop \"max\"".into(),
        ),
        (Some(default), Some(max)) if default > max => {
            problems.add(
                at,
                "default_above_max",
                "the default is longer than the maximum; shorten it".into(),
            );
        }
        (Some(_) | None, _) => {}
    }
    object.done(problems);
    Some(lifetime)
}

#[inline(never)]
fn read_idle(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<IdleRule> {
    let mut object = Object::read(value, *at, problems)?;
    let ends = [("deny", IdleEnd::Deny), ("revoke", IdleEnd::Revoke), ("delete", IdleEnd::Delete)];
    let default = object.need("default", problems, positive_span);
    let choices = object.with("choices", problems, list(positive_span)).unwrap_or_default();
    let then = object.with("then", problems, word(&ends)).unwrap_or(IdleEnd::Deny);
    let remind = object.with("remind", problems, list(span)).unwrap_or_default();
    object.done(problems);
    let default = default?;
    if !choices.is_empty() && !choices.contains(&default) {
        problems.add(
            at,
            "default_not_a_choice",
            "the default is not among the choices; add it to them".into(),
        );
    }
    Some(IdleRule { default, choices, then, remind })
}

#[inline(never)]
fn read_limit(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Limit> {
    let mut object = Object::read(value, *at, problems)?;
    let limit = Limit {
        active_per_owner: object.with("activePerOwner", problems, count),
        active_per_tenant: object.with("activePerTenant", problems, count),
    };
    object.done(problems);
    Some(limit)
}

#[inline(never)]
fn read_requires(value: &Value, at: &At<'_>, catalog: &Catalog, problems: &mut Problems) -> Option<Requires> {
    let mut object = Object::read(value, *at, problems)?;
    let applications = object.with("applications", problems, truth).unwrap_or(false);
    let exactly_one_instance = object.with("instances", problems, |value, at, problems| {
        let mut resources = Vec::new();
        for (name, rule) in Object::read(value, *at, problems)?.entries() {
            let at = at.field(name);
            word(&[("exactly-one", ())])(rule, &at, problems);
            if !catalog.resource(name).is_some_and(|resource| resource.instances) {
                problems.add(
                    &at,
                    "unknown_resource",
                    join(&["there is no resource \"", name, "\" with \"instances\": true"]),
                );
            }
            resources.push(name.clone());
        }
        Some(resources)
    });
    object.done(problems);
    Some(Requires { applications, exactly_one_instance: exactly_one_instance.unwrap_or_default() })
}

#[inline(never)]
fn read_renewal(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Renewal> {
    let mut object = Object::read(value, *at, problems)?;
    let manual = object.flag("manual", false, problems);
    let automatic = object.with("automatic", problems, |value, at, problems| {
        let mut object = Object::read(value, *at, problems)?;
        let redeem_within = object.need("redeemWithin", problems, positive_span);
        let offer_again_after = object.need("offerAgainAfter", problems, positive_span);
        let on_reuse = object.with("onReuse", problems, word(&[("deny", false), ("revoke", true)]));
        object.done(problems);
        let (redeem_within, offer_again_after) = (redeem_within?, offer_again_after?);
        if offer_again_after < redeem_within {
            problems.add(
                at,
                "offers_overlap",
                "the next offer comes before this one ends; lengthen \"offerAgainAfter\"".into(),
            );
        }
        Some(AutomaticRenewal {
            redeem_within,
            offer_again_after,
            revoke_on_reuse: on_reuse.unwrap_or(false),
        })
    });
    object.done(problems);
    Some(Renewal { manual, automatic })
}

#[inline(never)]
fn read_may(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Vec<(Command, Vec<String>)>> {
    let mut object = Object::read(value, *at, problems)?;
    let role = |value: &Value, at: &At<'_>, problems: &mut Problems| {
        let role = text(value, at, problems)?;
        named(role, at, problems);
        Some(String::from(role))
    };
    let mut may = Vec::new();
    for (name, command) in Command::WORDS {
        if let Some(who) = object.with(name, problems, list(role)) {
            may.push((*command, who));
        }
    }
    object.done(problems);
    Some(may)
}

#[inline(never)]
fn read_labels(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Vec<(String, String)>> {
    let mut labels = Vec::new();
    for (name, value) in Object::read(value, *at, problems)?.entries() {
        let at = at.field(name);
        named(name, &at, problems);
        labels.push((name.clone(), short_text(256)(value, &at, problems)?));
    }
    Some(labels)
}

fn positive_span(value: &Value, at: &At<'_>, problems: &mut Problems) -> Option<Span> {
    let length = span(value, at, problems)?;
    if length == Span::from_millis(0) {
        expected(problems, at, "a duration above 0");
        return None;
    }
    Some(length)
}
