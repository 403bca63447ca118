//! Reading a kind from the policy document.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Span, join};
use crate::credential::is_prefix;
use crate::document::{
    ObjectReader, Place, Problems, Value, count, expected, list, short_text, span, text, truth, word,
};
use crate::policy::catalog::{Catalog, named};
use crate::policy::kind::kind::{
    AutomaticRenewal, EditableField, IdleEnd, IdleRule, Kind, Lifetime, Limit, Privilege, Renewal, Requires,
    UniqueField,
};
use crate::policy::scope::Scope;

impl Kind {
    #[inline(never)]
    pub(crate) fn read(
        name: &str,
        value: &Value,
        at: Place<'_>,
        catalog: &Catalog,
        problems: &mut Problems,
    ) -> Option<Kind> {
        named(name, &at, problems);
        let mut kind = ObjectReader::read(value, at, problems)?;
        kind.optional("title", problems, text);
        kind.optional("description", problems, text);
        let prefixes = kind.required("prefix", problems, read_prefixes);
        let (default_grants, warn_grants) =
            kind.optional("grants", problems, |v, at, p| read_grants(v, at, catalog, p)).unwrap_or_default();
        let lifetime = kind.optional("lifetime", problems, read_lifetime).unwrap_or_default();
        let idle = kind.optional("idle", problems, read_idle);
        let limit = kind.optional("limit", problems, read_limit).unwrap_or_default();
        let unique = kind.optional("unique", problems, list(word(UniqueField::WORDS))).unwrap_or_default();
        let has_subject = kind.optional("subject", problems, word(&[("owner", ())])).is_some();
        let requires = kind
            .optional("requires", problems, |v, at, p| read_requires(v, at, catalog, p))
            .unwrap_or_default();
        let editable =
            kind.optional("editable", problems, list(word(EditableField::WORDS))).unwrap_or_default();
        let lockable = kind.flag("lockable", false, problems);
        let regenerable = kind
            .optional("revoke", problems, word(&[("final", false), ("regenerable", true)]))
            .unwrap_or(false);
        let delete_needs_revoked = kind.optional("deleteNeeds", problems, word(&[("revoked", ())])).is_some();
        let grace = kind.optional("grace", problems, span).unwrap_or(Span::from_millis(0));
        let renewal = kind.optional("renewal", problems, read_renewal).unwrap_or_default();
        let may = kind.required("may", problems, read_may).unwrap_or_default();
        let labels = kind.optional("labels", problems, read_labels).unwrap_or_default();
        let touch_every = kind.optional("touchEvery", problems, span).unwrap_or(Span::from_millis(600_000));
        if !may.iter().any(|(command, who)| *command == Privilege::Revoke && !who.is_empty()) {
            let at = kind.at.field("may");
            problems.add(
                &at,
                "nobody_may_revoke",
                "no role may revoke tokens of this kind; add \"revoke\": [\"owner\", \"admin\"]".into(),
            );
        }
        kind.finish(problems);
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
fn read_prefixes(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let read = |value: &Value, at: &Place<'_>, problems: &mut Problems| {
        let prefix = text(value, at, problems)?;
        if !is_prefix(prefix) {
            problems.add(
                at,
                "bad_prefix",
                "a prefix is a lower-case letter followed by 1 to 19 of a-z 0-9 _".into(),
            );
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
    at: &Place<'_>,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Option<(Vec<Scope>, Vec<Scope>)> {
    let mut grants = ObjectReader::read(value, *at, problems)?;
    let scopes = || list(|value, at, problems| catalog.read_scope(value, at, problems));
    let default = grants.optional("default", problems, scopes()).unwrap_or_default();
    let warn = grants.optional("warn", problems, scopes()).unwrap_or_default();
    grants.finish(problems);
    Some((default, warn))
}

#[inline(never)]
fn read_lifetime(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Lifetime> {
    let mut object = ObjectReader::read(value, *at, problems)?;
    let lifetime = Lifetime {
        default: object.optional("default", problems, positive_span),
        max: object.optional("max", problems, positive_span),
        remind: object.optional("remind", problems, list(span)).unwrap_or_default(),
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
    object.finish(problems);
    Some(lifetime)
}

#[inline(never)]
fn read_idle(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<IdleRule> {
    let mut object = ObjectReader::read(value, *at, problems)?;
    let ends = [("deny", IdleEnd::Deny), ("revoke", IdleEnd::Revoke), ("delete", IdleEnd::Delete)];
    let default = object.required("default", problems, positive_span);
    let choices = object.optional("choices", problems, list(positive_span)).unwrap_or_default();
    let then = object.optional("then", problems, word(&ends)).unwrap_or(IdleEnd::Deny);
    let remind = object.optional("remind", problems, list(span)).unwrap_or_default();
    object.finish(problems);
    let default = default?;
    if !choices.is_empty() && !choices.contains(&default) {
        problems.add(at, "default_not_a_choice", "the default is not among the choices; add it".into());
    }
    Some(IdleRule { default, choices, then, remind })
}

#[inline(never)]
fn read_limit(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Limit> {
    let mut object = ObjectReader::read(value, *at, problems)?;
    let limit = Limit {
        active_per_owner: object.optional("activePerOwner", problems, count),
        active_per_tenant: object.optional("activePerTenant", problems, count),
    };
    object.finish(problems);
    Some(limit)
}

#[inline(never)]
fn read_requires(
    value: &Value,
    at: &Place<'_>,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Option<Requires> {
    let mut object = ObjectReader::read(value, *at, problems)?;
    let applications = object.optional("applications", problems, truth).unwrap_or(false);
    let exactly_one_instance = object.optional("instances", problems, |value, at, problems| {
        let mut resources = Vec::new();
        for (name, rule) in ObjectReader::read(value, *at, problems)?.entries() {
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
    object.finish(problems);
    Some(Requires { applications, exactly_one_instance: exactly_one_instance.unwrap_or_default() })
}

#[inline(never)]
fn read_renewal(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Renewal> {
    let mut object = ObjectReader::read(value, *at, problems)?;
    let manual = object.flag("manual", false, problems);
    let automatic = object.optional("automatic", problems, |value, at, problems| {
        let mut object = ObjectReader::read(value, *at, problems)?;
        let redeem_within = object.required("redeemWithin", problems, positive_span);
        let offer_again_after = object.required("offerAgainAfter", problems, positive_span);
        let full_grace = object.flag("fullGrace", false, problems);
        let on_reuse = object.optional("onReuse", problems, word(&[("deny", false), ("revoke", true)]));
        let private =
            object.optional("privateCallbacks", problems, word(&[("refuse", false), ("warn", true)]));
        object.finish(problems);
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
            private_callbacks: private.unwrap_or(false),
            full_grace,
        })
    });
    object.finish(problems);
    Some(Renewal { manual, automatic })
}

#[inline(never)]
fn read_may(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<(Privilege, Vec<String>)>> {
    let mut object = ObjectReader::read(value, *at, problems)?;
    let role = |value: &Value, at: &Place<'_>, problems: &mut Problems| {
        let role = text(value, at, problems)?;
        named(role, at, problems);
        Some(String::from(role))
    };
    let mut may = Vec::new();
    for (name, command) in Privilege::WORDS {
        if let Some(who) = object.optional(name, problems, list(role)) {
            may.push((*command, who));
        }
    }
    object.finish(problems);
    Some(may)
}

#[inline(never)]
fn read_labels(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<(String, String)>> {
    let mut labels = Vec::new();
    for (name, value) in ObjectReader::read(value, *at, problems)?.entries() {
        let at = at.field(name);
        named(name, &at, problems);
        labels.push((name.clone(), short_text(256)(value, &at, problems)?));
    }
    Some(labels)
}

fn positive_span(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Span> {
    let length = span(value, at, problems)?;
    if length == Span::from_millis(0) {
        expected(problems, at, "a duration above 0");
        return None;
    }
    Some(length)
}
