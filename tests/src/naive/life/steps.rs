//! The commands that change a record and issue no secret.

use serde_json::{Value, json};

use super::ceiling::Actor;
use super::clocks::{at, base};
use super::create;
use super::notices::notice;
use super::rules::{Clock, Rules};
use super::{Question, Record, Refused, Step, instant, is_there, put, refuse};
use crate::naive::time::{LAST, Millis, text};

/// `by`, `at` and, where it was given, `reason`.
pub(super) fn mark(question: &Question, by: Option<&str>) -> Value {
    let mut mark = json!({ "by": by, "at": text(question.now) });
    if let reason @ Value::String(_) = super::reason(question) {
        mark["reason"] = reason;
    }
    mark
}

pub(super) fn lock(question: &Question, record: &Record, actor: &Actor<'_>) -> Step {
    let mut after = record.clone();
    put(&mut after, "lock", mark(question, actor.id.as_deref()));
    Step::new("locked", after)
}

pub(super) fn unlock(record: &Record) -> Step {
    let mut after = record.clone();
    after.remove("lock");
    Step::new("unlocked", after)
}

pub(super) fn revoke(question: &Question, record: &Record, by: Option<&str>) -> Step {
    let mut after = record.clone();
    after.remove("lock");
    after.remove("previous");
    if let Some(renewal) = after.get_mut("renewal").and_then(Value::as_object_mut) {
        renewal.remove("offer");
    }
    put(&mut after, "revoked", mark(question, by));
    let step = Step::new("revoked", after);
    if by.is_none() && question.command["reason"] == "idle" {
        return step.telling(notice(question, "revokedForIdleness", None, Value::Null));
    }
    step
}

pub(super) fn delete(question: &Question, record: &Record) -> Step {
    let mut step = Step::new("deleted", record.clone());
    step.after = None;
    let by_time = question.actor["system"] == true && question.command["reason"] == "idle";
    if by_time { step.telling(notice(question, "deletedForIdleness", None, Value::Null)) } else { step }
}

pub(super) fn remind(question: &Question, rules: &Rules<'_>, record: &Record) -> Step {
    let word = |name: &str| question.command[name].as_str().unwrap_or_default();
    let (clock, stage) = (word("clock"), word("stage"));
    let end = match clock {
        "expiry" => instant(record, "expiresAt"),
        _ => super::clocks::idle_deadline(record),
    };
    let entry = format!("{clock}:{stage}:{}", text(end.unwrap_or_default()));
    let mut reminded: Vec<Value> =
        record.get("reminded").and_then(Value::as_array).cloned().unwrap_or_default();
    reminded.retain(|own| !own.as_str().unwrap_or_default().starts_with(&format!("{clock}:")));
    reminded.push(entry.into());
    let mut after = record.clone();
    put(&mut after, "reminded", reminded);
    let about = match (clock, stage) {
        ("expiry", "end") => "expired",
        ("expiry", _) => "expiresSoon",
        (_, "end") => "idle",
        _ => "idleSoon",
    };
    let clock = if clock == "expiry" { Clock::Expiry } else { Clock::Idle };
    let mut step = Step::new("reminded", after);
    let ends = json!({ "ends": text(end.unwrap_or_default()) });
    if !rules.stages(clock).is_empty() {
        step = step.telling(notice(question, about, Some(stage), ends.clone()));
    }
    if stage == "end" && super::clocks::is_lost(rules, record) {
        step = step.telling(notice(question, "renewalLost", Some(stage), ends));
    }
    step
}

pub(super) fn retire(question: &Question, record: &Record) -> Step {
    let mut after = record.clone();
    after["previous"]["retired"] = text(question.now).into();
    Step::new("retired", after).telling(notice(question, "secretRetired", None, Value::Null))
}

pub(super) fn extend(
    question: &Question,
    rules: &Rules<'_>,
    record: &Record,
    actor: &Actor<'_>,
) -> Result<Step, Refused> {
    let now = question.now;
    let end = instant(record, "expiresAt");
    let longest = rules.longest().map(|longest| (base(record) + longest).min(LAST));
    let mut after = record.clone();
    match question.command.get("expiresAt") {
        None => {
            if (end.is_none() || rules.lifetime().is_none()) && !is_there(record, "idleAfter") {
                return refuse("nothing_to_extend", "");
            }
            if let (Some(end), Some(lifetime)) = (end, rules.lifetime()) {
                let bounds = [Some(now + lifetime), longest, actor.token_end(), instant(record, "notAfter")];
                let next = bounds.into_iter().flatten().min().unwrap_or_default();
                if end.max(next) <= now {
                    return refuse("exceeds_max_lifetime", "");
                }
                put(&mut after, "expiresAt", text(end.max(next)));
            }
        }
        Some(Value::Null) => {
            if rules.lifetime().is_some() {
                return refuse("never_expires", "/expiresAt");
            }
            if end.is_none() && !is_there(record, "idleAfter") {
                return refuse("nothing_to_extend", "");
            }
            put(&mut after, "expiresAt", Value::Null);
        }
        Some(wanted) => {
            let wanted = at(wanted).unwrap();
            if end.is_none_or(|end| wanted < end) {
                return refuse("not_later", "/expiresAt");
            }
            if wanted <= now || instant(record, "notBefore").is_some_and(|from| wanted <= from) {
                return refuse("in_the_past", "/expiresAt");
            }
            if longest.is_some_and(|longest| wanted > longest) {
                return refuse("exceeds_max_lifetime", "/expiresAt");
            }
            put(&mut after, "expiresAt", text(wanted));
        }
    }
    if after["expiresAt"] != record["expiresAt"] && question.command.get("expiresAt").is_some() {
        actor.must_not_outlive(&after, "/expiresAt")?;
        if outlives_its_maker(&after) {
            return refuse("scope_ceiling", "/expiresAt");
        }
    }
    put(&mut after, "extendedAt", text(now));
    Ok(Step::new("extended", after))
}

/// Whether the end lies behind the last one that the record may have.
fn outlives_its_maker(record: &Record) -> bool {
    instant(record, "notAfter").is_some_and(|last| instant(record, "expiresAt").is_none_or(|end| end > last))
}

/// The editable fields, in the order of checks.
const FIELDS: [&str; 8] =
    ["name", "description", "expiresAt", "idleAfter", "grants", "applications", "networks", "renewal"];

pub(super) fn edit(
    question: &Question,
    rules: &Rules<'_>,
    record: &Record,
    actor: &Actor<'_>,
) -> Result<Step, Refused> {
    let set = question.command["set"].as_object().unwrap();
    let fields = || FIELDS.into_iter().filter_map(|name| Some((name, set.get(name)?)));
    if let Some((field, _)) = fields().find(|(field, _)| !rules.is_editable(field)) {
        return refuse("not_editable", &format!("/set/{field}"));
    }
    let mut after = record.clone();
    // The end is checked after the fields that it may depend on.
    let mut order: Vec<_> = fields().collect();
    order.sort_by_key(|(name, _)| ["idleAfter", "expiresAt", "renewal"].iter().position(|late| late == name));
    for (name, value) in order {
        let field = format!("/set/{name}");
        match (name, value) {
            ("description" | "networks", Value::Null) => drop(after.remove(name)),
            ("applications", Value::Null) => {
                if rules.requires_applications() {
                    return refuse("applications_required", &field);
                }
                after.remove(name);
            }
            ("renewal", Value::Null) => drop(after.remove("renewal")),
            ("renewal", wanted) => {
                let life = instant(&after, "expiresAt").map(|end| end - super::clocks::issued(record));
                let mut renewal = create::renewal(rules, wanted, life, &field)?;
                let old = record.get("renewal").and_then(Value::as_object);
                for kept in ["offer", "renewedAt"] {
                    if let Some(value) = old.and_then(|old| old.get(kept)) {
                        renewal[kept] = value.clone();
                    }
                }
                put(&mut after, "renewal", renewal);
            }
            ("name", value) => {
                create::name(value, &field)?;
                put(&mut after, name, value.clone());
            }
            ("idleAfter", value) => {
                put(&mut after, name, create::idle_after(rules, value, &field)?);
            }
            ("expiresAt", value) => {
                let longest = rules.longest().map(|longest| (base(record) + longest).min(LAST));
                let from = instant(record, "notBefore").unwrap_or(Millis::MIN);
                put(&mut after, name, create::end(rules, value, question.now.max(from), longest, &field)?);
            }
            ("grants", value) => {
                create::grants(rules, value, &field)?;
                put(&mut after, name, value.clone());
                create::one_instance(rules, &after, &field)?;
            }
            (_, value) => put(&mut after, name, value.clone()),
        }
    }
    if set.contains_key("grants") {
        let had = Some(&record["grants"]);
        actor.must_reach(rules, &after, had, Some("/set/grants")).map_err(|refused| match refused.field {
            None if set.contains_key("expiresAt") => {
                Refused { field: Some("/set/expiresAt".into()), ..refused }
            }
            _ => refused,
        })?;
    }
    if after["expiresAt"] != record["expiresAt"] {
        actor.must_not_outlive(&after, "/set/expiresAt")?;
    }
    if after == *record {
        return refuse("nothing_to_change", "");
    }
    if outlives_its_maker(&after) {
        if !actor.is_person() {
            return refuse("scope_ceiling", "/set/expiresAt");
        }
        after.remove("notAfter");
    }
    if let (Some(end), Some(parent)) = (instant(&after, "expiresAt"), actor.token_end())
        && set.get("renewal").is_some_and(Value::is_object)
    {
        let last = instant(&after, "notAfter").unwrap_or(LAST).min(end.max(parent));
        put(&mut after, "notAfter", text(last));
    }
    Ok(Step::new("edited", after))
}
