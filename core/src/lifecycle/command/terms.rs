//! What a token may be granted and told, judged by its kind: the same when it
//! is made and when it is edited.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use crate::base::{Instant, Span, is_misleading, join};
use crate::document::{Place, Problem, Value, put};
use crate::lifecycle::command::address::{Callback, callback, is_mail};
use crate::lifecycle::command::command::{NetworkFields, RenewalFields};
use crate::lifecycle::name::name_key;
use crate::lifecycle::outcome::{Refusal, RefusalCode};
use crate::policy::{Kind, MOST_GRANTS, Policy, Rights, Scope};
use crate::token::{LONGEST_NAME, Network};

/// Longest description, in bytes.
const LONGEST_DESCRIPTION: usize = 2_048;

fn bad(at: &Place<'_>, message: &str) -> Refusal {
    Refusal::of(RefusalCode::BadField, at).saying(message)
}

/// A name: 1 to 256 bytes, something to see, no markup, no control characters.
pub(crate) fn name(name: &str, at: &Place<'_>) -> Result<Value, Refusal> {
    if name.len() > LONGEST_NAME
        || name.chars().any(|c| c == '<' || c == '>' || is_misleading(c))
        || name_key(name, true).is_empty()
    {
        return Err(Refusal::of(RefusalCode::BadName, at));
    }
    Ok(name.into())
}

pub(crate) fn description(text: &str, at: &Place<'_>) -> Result<Value, Refusal> {
    if text.is_empty() || text.len() > LONGEST_DESCRIPTION {
        return Err(bad(at, "A description has 1 to 2048 bytes; shorten it, or leave it out."));
    }
    Ok(text.into())
}

/// A tenant, an owner or an application: 1 to 256 bytes, no control characters.
pub(crate) fn short(text: &str, at: &Place<'_>) -> Result<Value, Refusal> {
    if text.is_empty() || text.len() > LONGEST_NAME || text.chars().any(is_misleading) {
        return Err(bad(at, "Expected 1 to 256 bytes without control characters."));
    }
    Ok(text.into())
}

pub(crate) fn instant(text: &str, at: &Place<'_>) -> Result<Instant, Refusal> {
    let message = "Expected an RFC 3339 instant between 2000 and 9999, such as \"2026-11-21T12:00:00.000Z\".";
    Instant::parse(text).ok_or_else(|| bad(at, message))
}

pub(crate) fn span(text: &str, at: &Place<'_>) -> Result<Span, Refusal> {
    Span::parse(text)
        .ok_or_else(|| bad(at, "Expected a duration such as \"180d\", \"2h\", \"30m\" or \"60s\"."))
}

/// Grants that the policy knows, former names replaced by present ones, and what the kind requires of them.
pub(crate) fn grants(policy: &Policy, kind: &Kind, texts: &[&str], at: &Place<'_>) -> Result<Value, Refusal> {
    if texts.is_empty() {
        return Err(Refusal::of(RefusalCode::GrantsRequired, at));
    }
    if texts.len() > MOST_GRANTS {
        return Err(bad(at, "A token holds at most 1,024 scopes; use permission sets."));
    }
    let mut scopes = Vec::new();
    for (i, text) in texts.iter().enumerate() {
        let scope = Scope::parse(text);
        match scope.filter(|scope| policy.catalog.knows(scope)) {
            Some(scope) => scopes.push(scope),
            None => return Err(unknown_scope(policy, text, &at.item(i))),
        }
    }
    let Some(rights) = Rights::bounded(&scopes, &policy.catalog) else {
        return Err(bad(
            at,
            "The scopes stand for more than 131,072 permissions; grant fewer instances or actions.",
        ));
    };
    for resource in &kind.requires.exactly_one_instance {
        if !grants_one_instance(policy, &rights, resource) {
            return Err(Refusal::of(RefusalCode::InstanceRequired, at));
        }
    }
    Ok(texts.iter().map(|text| policy.catalog.present(text)).collect())
}

fn unknown_scope(policy: &Policy, text: &str, at: &Place<'_>) -> Refusal {
    let hint = Scope::parse(text).map(|scope| policy.catalog.hint(&scope)).unwrap_or_default();
    let refusal = Refusal::of(RefusalCode::UnknownScope, at);
    match hint.as_str() {
        "" => refusal,
        hint => refusal.saying(&join(&["There is no such scope", hint])),
    }
}

/// Whether this resource is reached on one instance only.
fn grants_one_instance(policy: &Policy, rights: &Rights, resource: &str) -> bool {
    let Some(resource) = policy.catalog.resource(resource) else { return false };
    let mut instances = rights.instances(resource.permissions());
    let only = instances.next();
    only.is_some()
        && instances.all(|instance| Some(instance) == only)
        && !resource.permissions().any(|permission| rights.allow(permission, None))
}

pub(crate) fn applications(
    kind: &Kind,
    names: Option<&[&str]>,
    at: &Place<'_>,
) -> Result<Option<Value>, Refusal> {
    match names {
        None if kind.requires.applications => Err(Refusal::of(RefusalCode::ApplicationsRequired, at)),
        None => Ok(None),
        Some([]) if kind.requires.applications => Err(Refusal::of(RefusalCode::ApplicationsRequired, at)),
        Some([]) => Err(bad(at, "Name at least one application, or leave the field out for no restriction.")),
        Some(names) => {
            let mut list = Vec::new();
            for (i, name) in names.iter().enumerate() {
                list.push(short(name, &at.item(i))?);
            }
            Ok(Some(Value::List(list)))
        }
    }
}

pub(crate) fn networks(ranges: &NetworkFields<'_>, at: &Place<'_>) -> Result<Value, Refusal> {
    let mut networks = Vec::new();
    for (name, ranges) in [("allow", &ranges.allow), ("deny", &ranges.deny)] {
        let Some(ranges) = ranges else { continue };
        let at = at.field(name);
        if ranges.is_empty() {
            return Err(bad(&at, "Name at least one range, or leave the field out for no restriction."));
        }
        for (i, range) in ranges.iter().enumerate() {
            Network::parse(range).ok_or_else(|| {
                bad(&at.item(i), "Expected a range such as 10.0.0.0/8, nothing set behind the prefix.")
            })?;
        }
        put(&mut networks, name, ranges.iter().copied().collect());
    }
    if networks.is_empty() {
        return Err(bad(at, "Name \"allow\" or \"deny\", or leave the field out for no restriction."));
    }
    Ok(Value::Map(networks))
}

/// One of the periods that the kind offers; the default when nothing is asked for.
pub(crate) fn idle_after(kind: &Kind, asked: Option<&str>, at: &Place<'_>) -> Result<Option<Value>, Refusal> {
    let asked = asked.map(|text| span(text, at)).transpose()?;
    match (&kind.idle, asked) {
        (None, None) => Ok(None),
        (Some(rule), None) => Ok(Some(rule.default.to_text().into())),
        (Some(rule), Some(period)) if period == rule.default || rule.choices.contains(&period) => {
            Ok(Some(period.to_text().into()))
        }
        (Some(_) | None, Some(_)) => Err(Refusal::of(RefusalCode::NotAChoice, at)),
    }
}

/// An end lies ahead, behind the beginning, and within the longest lifetime.
pub(crate) fn end(
    kind: &Kind,
    end: Instant,
    now: Instant,
    not_before: Option<Instant>,
    begins_at: Instant,
    at: &Place<'_>,
) -> Result<(), Refusal> {
    if end <= now || not_before.is_some_and(|begin| end <= begin) {
        return Err(Refusal::of(RefusalCode::InThePast, at));
    }
    if kind.lifetime.max.is_some_and(|max| begins_at.plus(max) < end) {
        return Err(Refusal::of(RefusalCode::ExceedsMaxLifetime, at));
    }
    Ok(())
}

/// The fields `every`, `mailTo` and `callback` of an automatic renewal. `life`:
/// how long the present secret lasts, where the token has an end.
pub(crate) fn renewal(
    kind: &Kind,
    schedule: &RenewalFields<'_>,
    life: Option<Span>,
    at: &Place<'_>,
    warnings: &mut Vec<Problem>,
) -> Result<Vec<(&'static str, Option<Value>)>, Refusal> {
    let Some(rule) = &kind.renewal.automatic else {
        return Err(Refusal::of(RefusalCode::NotRenewable, at));
    };
    let Some(every) = schedule.every else {
        return Err(match schedule.callback {
            Some(_) => Refusal::of(RefusalCode::CallbackWithoutRenewal, &at.field("callback")),
            None => bad(&at.field("every"), "Say how often with \"every\", such as \"30d\"."),
        });
    };
    let every = span(every, &at.field("every"))?;
    let longest = kind.lifetime.default.into_iter().chain(life).min();
    if every < rule.redeem_within || longest.is_some_and(|longest| longest < every) {
        return Err(bad(
            &at.field("every"),
            "A renewal comes after the offer before it has ended, and before the lifetime is over.",
        ));
    }
    if schedule.mail_to.is_some_and(|mail| !is_mail(mail)) {
        let message = "Expected one bare mail address.";
        return Err(bad(&at.field("mailTo"), message));
    }
    if let Some(wanted) = schedule.callback {
        let at = at.field("callback");
        match callback(wanted) {
            Some(Callback::Public) => {}
            Some(Callback::Private) if rule.private_callbacks => {
                let message = "the callback may stay inside your network; check that its sender may reach it";
                warnings.push(Problem::at(&at.pointer(), "private_callback", message.into()));
            }
            Some(Callback::Private) | None => {
                let message = "Expected https:// with a public host name and no account.";
                return Err(bad(&at, message));
            }
        }
    }
    Ok(alloc::vec![
        ("every", Some(every.to_text().into())),
        ("mailTo", schedule.mail_to.map(Value::from)),
        ("callback", schedule.callback.map(Value::from)),
    ])
}

/// What the giver of these grants should think about once more.
pub(crate) fn warned(policy: &Policy, kind: &Kind, texts: &[&str], at: &Place<'_>) -> Vec<Problem> {
    let mut warnings = Vec::new();
    let risky = Rights::of(&kind.warn_grants, &policy.catalog);
    let mut all: BTreeMap<&str, (Scope, bool)> = BTreeMap::new();
    for (i, text) in texts.iter().enumerate() {
        if !all.contains_key(text) {
            let Some(scope) = Scope::parse(text) else { continue };
            let warn = risky.meet(&scope, &policy.catalog);
            all.insert(text, (scope, warn));
        }
        let warn = all.get(text).is_some_and(|(_, warn)| *warn);
        let path = at.item(i).pointer();
        if warn {
            let message = "this scope can do damage; grant it only where nothing less will do";
            warnings.push(Problem::at(&path, "risky_grant", message.into()));
        }
        if policy.catalog.present(text) != *text {
            let message = join(&["the scope is called \"", &policy.catalog.present(text), "\" now"]);
            warnings.push(Problem::at(&path, "renamed", message));
        }
    }
    let rights = Rights::of(all.values().map(|(scope, _)| scope), &policy.catalog);
    if policy.catalog.permissions > 0
        && (0..policy.catalog.permissions).all(|permission| rights.allow(permission, None))
    {
        let message = "the token may do everything; grant only what it is for";
        warnings.push(Problem::at(&at.pointer(), "all_permissions", message.into()));
    }
    warnings
}
