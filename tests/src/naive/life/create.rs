//! The commands that create a record.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::addresses;
use super::ceiling::Actor;
use super::clocks::{at, base};
use super::names;
use super::rules::Rules;
use super::{MINTED, Question, Record, Refused, Step, instant, put, refuse};
use crate::naive::rights::{Catalog, MOST_PERMISSIONS};
use crate::naive::time::{LAST, Millis, duration, text};

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// The longest name and description, in bytes.
const LONGEST_NAME: usize = 256;

/// The id that a command gives to the record that it creates.
pub(super) fn derived(label: &str, parts: &[&str]) -> String {
    let mut bytes = format!("portcullis {label}\0{}", parts.join("\0")).into_bytes();
    let mut id = String::new();
    while id.len() < 16 {
        bytes = Sha256::digest(&bytes).to_vec();
        let fair =
            bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(ALPHABET[usize::from(byte % 62)]));
        id.extend(fair.take(16 - id.len()));
    }
    id
}

pub(super) fn create(question: &Question) -> Result<Option<Step>, Refused> {
    let (command, now) = (&question.command, question.now);
    let field = |name: &str| command.get(name).filter(|value| !value.is_null());
    let actor = Actor::given(question);
    let tenant = field("tenant").and_then(Value::as_str).or(actor.tenant);
    if tenant != actor.tenant && !actor.is_system() {
        return refuse("unknown", "/tenant");
    }
    let Some(rules) = Rules::of(&question.policy, command["kind"].as_str().unwrap_or_default()) else {
        return refuse("unknown_kind", "/kind");
    };
    let id = derived(
        "create",
        &[
            tenant.unwrap_or_default(),
            actor.id.as_deref().unwrap_or_default(),
            command["id"].as_str().unwrap(),
        ],
    );
    let mut record = Record::new();
    put(&mut record, "v", 1);
    put(&mut record, "id", id.clone());
    put(&mut record, "kind", command["kind"].clone());
    if let Some(tenant) = tenant {
        put(&mut record, "tenant", tenant);
    }
    let Some(owner) = field("owner").cloned().or(actor.id.clone().map(Value::from)) else {
        return refuse("bad_field", "/owner");
    };
    put(&mut record, "owner", owner);
    if !super::may("create", &rules, &actor, &record) || actor.is_for_another(&record) {
        return refuse("not_allowed", "");
    }
    if question.record["id"] == id.as_str() {
        return Ok(None);
    }
    for field in ["tenant", "owner"] {
        if record.get(field).and_then(Value::as_str).is_some_and(|text| text.contains(names::misleads)) {
            return refuse("bad_field", &format!("/{field}"));
        }
    }
    put(&mut record, "createdBy", actor.id.clone());
    name(&command["name"], "/name")?;
    put(&mut record, "name", command["name"].clone());
    let granted = field("grants").cloned().unwrap_or_else(|| rules.default_grants());
    grants(&rules, &granted, "/grants")?;
    put(&mut record, "grants", granted);
    one_instance(&rules, &record, "/grants")?;
    for optional in ["description", "applications", "networks", "replaces"] {
        if let Some(value) = field(optional) {
            put(&mut record, optional, value.clone());
        }
    }
    inherit(&mut record, question.actor.get("token").filter(|token| !token.is_null()));
    if rules.requires_applications() && !record.contains_key("applications") {
        return refuse("applications_required", "/applications");
    }
    put(&mut record, "digest", MINTED);
    for at in ["createdAt", "secretIssuedAt"] {
        put(&mut record, at, text(now));
    }
    match field("idleAfter") {
        Some(value) => put(&mut record, "idleAfter", idle_after(&rules, value, "/idleAfter")?),
        None => record.extend(rules.idle_default().map(|own| ("idleAfter".into(), own.into()))),
    }
    if let Some(from) = field("notBefore").and_then(at) {
        put(&mut record, "notBefore", text(from));
    }
    if let Some(old) = field("replaces") {
        replaced(question, old, &actor)?;
    }
    let from = instant(&record, "notBefore").unwrap_or(now).max(now);
    let longest = rules.longest().map(|longest| (now + longest).min(LAST));
    let expires = match command.get("expiresAt") {
        None => {
            let own = rules.lifetime().map(|lifetime| (now + lifetime).min(LAST));
            [own, actor.token_end()].into_iter().flatten().min().map(text).into()
        }
        Some(wanted) => end(&rules, wanted, from, longest, "/expiresAt")?,
    };
    if at(&expires).is_some_and(|end| end <= from) {
        return refuse("in_the_past", "/expiresAt");
    }
    put(&mut record, "expiresAt", expires);
    if let Some(parent) = actor.token_end() {
        put(&mut record, "notAfter", text(parent));
    }
    if let Some(wanted) = field("renewal") {
        let life = instant(&record, "expiresAt").map(|end| end - now);
        put(&mut record, "renewal", renewal(&rules, wanted, life, "/renewal")?);
    }
    actor.must_reach(&rules, &record, None, Some("/grants")).map_err(|refused| match refused.field {
        None if command.get("expiresAt").is_some() => Refused { field: Some("/expiresAt".into()), ..refused },
        _ => refused,
    })?;
    Ok(Some(Step::new("created", record).handing_out()))
}

/// Refuses to replace a token that the actor may not delete.
fn replaced(question: &Question, id: &Value, actor: &Actor<'_>) -> Result<(), Refused> {
    let field = "/replaces";
    let Some(old) = question.store["replaces"].as_object() else { return refuse("unknown", field) };
    if !actor.is_system() && actor.tenant != old.get("tenant").and_then(Value::as_str) {
        return refuse("unknown", field);
    }
    if let Err(code) = crate::naive::record::read(&question.policy, &question.store["replaces"]) {
        return refuse(code, field);
    }
    if old["id"] != *id {
        return refuse("unknown", field);
    }
    let rules = Rules::of(&question.policy, old["kind"].as_str().unwrap()).unwrap();
    if super::may("delete", &rules, actor, old) { Ok(()) } else { refuse("not_allowed", field) }
}

/// The restrictions that a token passes to a token it creates.
fn inherit(record: &mut Record, parent: Option<&Value>) {
    let Some(parent) = parent else { return };
    for name in ["applications", "networks"] {
        if !record.contains_key(name) && !parent[name].is_null() {
            put(record, name, parent[name].clone());
        }
    }
}

pub(super) fn renew(
    question: &Question,
    rules: &Rules<'_>,
    record: &Record,
    actor: &Actor<'_>,
) -> Result<Step, Refused> {
    let (command, now) = (&question.command, question.now);
    if !rules.renews_by_hand() {
        return refuse("not_renewable", "");
    }
    if record.get("renewedTo").is_some_and(|to| !to.is_null()) {
        return refuse("already_renewed", "");
    }
    if actor.is_for_another(record) {
        return refuse("not_allowed", "");
    }
    let old_end = at(&command["endsAt"]).unwrap();
    if old_end <= now {
        return refuse("in_the_past", "/endsAt");
    }
    let present = instant(record, "expiresAt");
    if present.is_some_and(|end| old_end > end) {
        return refuse("bad_field", "/endsAt");
    }
    name(&command["name"], "/name")?;
    let id = derived("renew", &[record["id"].as_str().unwrap(), command["id"].as_str().unwrap()]);
    let mut successor = record.clone();
    let inherited =
        "v kind tenant owner grants applications networks digest idleAfter renewal revision lastCommand";
    successor.retain(|name, _| inherited.split(' ').any(|own| own == name));
    if let Some(renewal) = successor.get_mut("renewal").and_then(Value::as_object_mut) {
        renewal.remove("offer");
        renewal.remove("renewedAt");
    }
    put(&mut successor, "id", id.clone());
    put(&mut successor, "createdBy", actor.id.clone());
    put(&mut successor, "name", command["name"].clone());
    if command["description"].is_string() {
        put(&mut successor, "description", command["description"].clone());
    }
    put(&mut successor, "digest", MINTED);
    for at in ["createdAt", "secretIssuedAt"] {
        put(&mut successor, at, text(now));
    }
    let own = present.map(|end| {
        let longest = rules.longest().unwrap_or(LAST);
        (now + (end - base(record)).min(longest)).min(LAST)
    });
    // A token without an end is not shortened here; it is refused below.
    let last = [instant(record, "notAfter"), actor.token_end()].into_iter().flatten().min();
    let end = own.map(|own| text(last.map_or(own, |last| own.min(last))));
    put(&mut successor, "expiresAt", end);
    if let Some(last) = last {
        put(&mut successor, "notAfter", text(last));
    }
    put(&mut successor, "renewedFrom", record["id"].clone());
    actor.must_reach(rules, &successor, None, None)?;
    let mut after = record.clone();
    put(&mut after, "expiresAt", text(old_end));
    put(&mut after, "renewedTo", id);
    let mut step = Step::new("renewed", after).handing_out();
    step.successor = Some(successor);
    Ok(step)
}

pub(super) fn name(value: &Value, field: &str) -> Result<(), Refused> {
    match value.as_str() {
        Some(name)
            if name.len() <= LONGEST_NAME
                && !name.contains(|c| "<>".contains(c) || names::misleads(c))
                && !names::key(name, true).is_empty() =>
        {
            Ok(())
        }
        _ => refuse("bad_name", field),
    }
}

pub(super) fn grants(rules: &Rules<'_>, value: &Value, field: &str) -> Result<(), Refused> {
    let list = value.as_array().cloned().unwrap_or_default();
    if list.is_empty() {
        return refuse("grants_required", field);
    }
    let catalog = Catalog::of(rules.policy);
    let unknown = list.iter().position(|grant| catalog.expand_all(&json!([grant])).is_empty());
    match unknown {
        Some(place) => refuse("unknown_scope", &format!("{field}/{place}")),
        None if catalog.count(value) > MOST_PERMISSIONS => refuse("bad_field", field),
        None => Ok(()),
    }
}

pub(super) fn one_instance(rules: &Rules<'_>, record: &Record, field: &str) -> Result<(), Refused> {
    let rights = Catalog::of(rules.policy).expand_all(&record["grants"]);
    for resource in rules.one_instance_of() {
        let mut instances: Vec<_> = rights
            .iter()
            .filter(|permission| permission.is_on(resource))
            .map(|p| p.instance_of(resource))
            .collect();
        instances.sort();
        instances.dedup();
        if instances.len() != 1 || instances[0].is_none() {
            return refuse("instance_required", field);
        }
    }
    Ok(())
}

pub(super) fn idle_after(rules: &Rules<'_>, value: &Value, field: &str) -> Result<Value, Refused> {
    match value.as_str() {
        Some(period) if rules.is_idle_choice(period) => Ok(value.clone()),
        _ => refuse("not_a_choice", field),
    }
}

/// The requested end, after `from`.
pub(super) fn end(
    rules: &Rules<'_>,
    value: &Value,
    from: Millis,
    longest: Option<Millis>,
    field: &str,
) -> Result<Value, Refused> {
    let Some(wanted) = at(value) else {
        return if rules.lifetime().is_some() { refuse("never_expires", field) } else { Ok(Value::Null) };
    };
    if wanted <= from {
        return refuse("in_the_past", field);
    }
    if longest.is_some_and(|longest| wanted > longest) {
        return refuse("exceeds_max_lifetime", field);
    }
    Ok(text(wanted).into())
}

/// The requested renewal, for a token with this lifetime.
pub(super) fn renewal(
    rules: &Rules<'_>,
    wanted: &Value,
    life: Option<Millis>,
    field: &str,
) -> Result<Value, Refused> {
    let every = wanted["every"].as_str();
    if every.is_none() {
        return refuse("callback_without_renewal", &format!("{field}/callback"));
    }
    if !rules.renews_by_itself() {
        return refuse("not_renewable", field);
    }
    let every = every.and_then(duration).unwrap_or_default();
    let longest = [rules.lifetime(), life].into_iter().flatten().min();
    if every < rules.redeem_within() || longest.is_some_and(|longest| every > longest) {
        return refuse("bad_field", &format!("{field}/every"));
    }
    if wanted["mailTo"].as_str().is_some_and(|text| !addresses::is_mail(text)) {
        return refuse("bad_field", &format!("{field}/mailTo"));
    }
    let private_too = rules.takes_private_callbacks();
    if wanted["callback"].as_str().is_some_and(|text| !addresses::is_callback(text, private_too)) {
        return refuse("bad_field", &format!("{field}/callback"));
    }
    Ok(wanted.clone())
}
