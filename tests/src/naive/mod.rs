//! A second, naive model of `decide`.
//!
//! It works on the documents as they are written, expands every scope into a
//! set of single permissions, tries every route and every instant. It shares
//! no code with the core, so that a bug in one of them shows as a difference. It is
//! slow, and it does not say why a document is refused.

mod credentials;
pub mod life;
mod path;
mod readings;
mod record;
mod rights;
mod routes;
pub mod time;

use std::sync::Arc;

use serde_json::{Map, Value, json};

pub use rights::{holds_all, permissions};

use record::Record;
use rights::{Catalog, Permission};
use routes::Found;
use time::Millis;

/// Everything a decision depends on, as documents.
#[derive(Clone, Debug)]
pub struct Case {
    /// The policy document, which many cases share.
    pub policy: Arc<Value>,
    /// The stored record; `null`: unknown id; `"unavailable"`: the store did not answer.
    pub record: Value,
    /// The subject document, or `null`.
    pub subject: Value,
    /// `method`, `target`, `authorization`, `header`, `tenant`, `application`, `ip`, `needs`: texts, or absent.
    pub attempt: Value,
    /// Milliseconds since 1970.
    pub now: Millis,
}

/// The fields of a decision on which both models must agree.
pub fn decide(case: &Case) -> Value {
    let answer = answer(case, case.now);
    let mut out = Map::new();
    out.insert("allow".into(), answer.reason.is_none().into());
    out.insert("reason".into(), answer.reason.into());
    out.insert("missing".into(), json!(answer.missing));
    let readings = answer.others.iter().enumerate().map(|(place, other)| {
        json!({ "route": other.on, "reason": answer.reason.filter(|_| answer.denied_by == Some(place)) })
    });
    out.insert("readings".into(), readings.collect());
    out.insert("touch".into(), touch(case, &answer));
    out.insert("validUntil".into(), valid_until(case, &answer).map(time::text).into());
    if let (None, Some(route)) = (answer.reason, &answer.route) {
        out.insert("route".into(), route.on.clone().into());
        out.insert("optional".into(), json!(answer.optional));
        if !route.caught {
            out.insert(
                "params".into(),
                route.params.iter().cloned().map(|(k, v)| (k, Value::from(v))).collect(),
            );
        }
    }
    if answer.reason.is_none() {
        out.insert("hints".into(), hints(case, &answer));
    }
    Value::Object(out)
}

#[derive(Default)]
struct Answer {
    reason: Option<&'static str>,
    missing: Vec<String>,
    optional: Vec<String>,
    route: Option<Found>,
    /// How else routers read the request, and which of it said no.
    others: Vec<Found>,
    denied_by: Option<usize>,
    record: Option<Record>,
    by_previous: bool,
}

/// The steps in order; each `return` is a denial.
fn answer(case: &Case, now: Millis) -> Answer {
    let mut answer = Answer::default();
    let no = |mut answer: Answer, reason| {
        answer.reason = Some(reason);
        answer
    };
    let policy = &case.policy;
    let attempt = &case.attempt;
    let needs = attempt["needs"].as_str();

    // 1. Path and route.
    if needs.is_none() {
        let target = attempt["target"].as_str().unwrap_or_default();
        if target.len() > 8192 {
            return no(answer, "target_too_long");
        }
        let Some(segments) = path::segments(target, policy) else {
            return no(answer, "bad_path");
        };
        let method = attempt["method"].as_str().unwrap_or_default();
        answer.route = routes::find(policy, method, &segments);
        if let Some(route) = &answer.route {
            answer.others = readings::others(policy, method, attempt["target"].as_str().unwrap(), route);
            if [route].into_iter().chain(&answer.others).all(|route| route.document["open"] == true) {
                return answer;
            }
        }
    }

    // 2. Credentials.
    let presented = match credentials::presented(policy, attempt) {
        Err(reason) => return no(answer, reason),
        Ok(text) => text,
    };
    let Some(token) = credentials::parse(policy, &presented) else {
        return no(answer, "not_a_token");
    };

    // 3. Who.
    if case.record == "unavailable" {
        return no(answer, "store_unavailable");
    }
    if case.record.is_null() {
        return no(answer, "unknown");
    }
    let record = match record::read(policy, &case.record) {
        Err(reason) => return no(answer, reason),
        Ok(record) => record,
    };
    if record.id != token.id || record.kind != token.kind {
        return no(answer, "unknown");
    }
    let digest = credentials::digest(&token);
    if record.digest != digest {
        match &record.previous {
            Some((previous, until)) if *previous == digest => {
                if now >= *until {
                    return no(answer, "rotated");
                }
                answer.by_previous = true;
            }
            _ => return no(answer, "wrong_secret"),
        }
    }
    if attempt["tenant"].as_str() != record.tenant.as_deref() {
        return no(answer, "wrong_tenant");
    }

    // 4. From where, for what.
    if !record.networks_allow(attempt["ip"].as_str()) {
        return no(answer, "network_not_allowed");
    }
    if !record.applications_allow(attempt["application"].as_str()) {
        return no(answer, "wrong_application");
    }

    // 5. Status.
    let kind = &policy["kinds"][record.kind.as_str()];
    let subject = Some(&case.subject).filter(|subject| subject["id"] == record.owner.as_str());
    let needs_subject = kind["subject"] == "owner";
    if record.revoked {
        return no(answer, "revoked");
    }
    if record.locked {
        return no(answer, "locked");
    }
    if needs_subject && subject.is_some_and(|subject| subject["active"] == false) {
        return no(answer, "suspended");
    }
    if record.not_before.is_some_and(|from| now < from) {
        return no(answer, "not_yet_valid");
    }
    if record.expires_at.is_some_and(|end| now >= end) {
        return no(answer, "expired");
    }
    if record.idle_deadline().is_some_and(|deadline| now > deadline) {
        return no(answer, "idle");
    }
    let owner_grants = subject.map(|subject| subject["grants"].clone());
    let token_grants = case.record["grants"].clone();
    let owner_kind = record.kind.clone();
    answer.record = Some(record);

    // 6. Permission.
    let catalog = Catalog::of(policy);
    let (alternatives, optional) = match (needs, &answer.route) {
        (Some(needs), _) => match catalog.all_of(needs) {
            Some(all) => (vec![all], Vec::new()),
            None => return no(answer, "route_unmapped"),
        },
        (None, Some(route)) => (
            routes::alternatives(&catalog, &route.document["needs"], &route.params),
            routes::optional(&catalog, &route.document["optional"], &route.params),
        ),
        (None, None) if policy["paths"]["unmapped"] == "notFound" => return no(answer, "not_found"),
        (None, None) => return no(answer, "route_unmapped"),
    };
    let token_rights = catalog.expand_all(&token_grants);
    let owner_rights = owner_grants.map(|grants| catalog.expand_all(&grants));
    let rights = (&token_rights, owner_rights.as_ref().filter(|_| needs_subject));
    let owner_holds = |need: &Permission| rights.1.is_none_or(|rights| need.is_in(rights));
    answer.optional = optional
        .iter()
        .filter(|need| need.is_in(&token_rights) && owner_holds(need))
        .map(Permission::text)
        .collect();
    // The decided route, then what other routers would run.
    let decided = answer.route.as_ref().map_or(Value::Null, |route| route.document["kinds"].clone());
    let mut asked = vec![(None, decided, alternatives)];
    for (place, other) in answer.others.iter().enumerate().filter(|(_, other)| other.document["open"] != true)
    {
        let needs = routes::alternatives(&catalog, &other.document["needs"], &other.params);
        asked.push((Some(place), other.document["kinds"].clone(), needs));
    }
    for (place, kinds, alternatives) in asked {
        answer.denied_by = place;
        if kinds.as_array().is_some_and(|kinds| !kinds.iter().any(|kind| *kind == owner_kind.as_str())) {
            return no(answer, "wrong_kind");
        }
        if needs_subject && rights.1.is_none() {
            return no(answer, "subject_unavailable");
        }
        if let Some((reason, missing)) = lack(&alternatives, rights) {
            answer.missing = missing.iter().map(Permission::text).collect();
            return no(answer, reason);
        }
    }
    answer
}

/// Why no alternative lies in token and owner, and what is missing.
fn lack(
    alternatives: &[Vec<Permission>],
    (token, owner): (&rights::Rights, Option<&rights::Rights>),
) -> Option<(&'static str, Vec<Permission>)> {
    if alternatives.is_empty() {
        return None;
    }
    let owner_holds = |need: &Permission| owner.is_none_or(|rights| need.is_in(rights));
    let lacked_by = |alternative: &Vec<Permission>, holds: &dyn Fn(&Permission) -> bool| -> Vec<Permission> {
        Permission::essence(alternative).into_iter().filter(|need| !holds(need)).collect()
    };
    let token_lacks: Vec<_> = alternatives.iter().map(|a| lacked_by(a, &|need| need.is_in(token))).collect();
    let owner_lacks: Vec<_> = alternatives.iter().map(|a| lacked_by(a, &owner_holds)).collect();
    if (0..alternatives.len()).any(|i| token_lacks[i].is_empty() && owner_lacks[i].is_empty()) {
        return None;
    }
    if token_lacks.iter().all(|lacks| !lacks.is_empty()) {
        let nearest = fewest(token_lacks.iter());
        let elsewhere = nearest.iter().all(|need| need.is_on_another_instance_in(token));
        return Some((if elsewhere { "instance_not_granted" } else { "insufficient_scope" }, nearest));
    }
    let in_token = (0..alternatives.len()).filter(|i| token_lacks[*i].is_empty()).map(|i| &owner_lacks[i]);
    Some(("subject_lacks_permission", fewest(in_token)))
}

/// The shortest list; of equally short ones the first.
fn fewest<'a>(lists: impl Iterator<Item = &'a Vec<Permission>>) -> Vec<Permission> {
    lists.min_by_key(|list| list.len()).cloned().unwrap_or_default()
}

/// Tries every instant in the record.
fn valid_until(case: &Case, present: &Answer) -> Option<Millis> {
    let record = &case.record;
    let at = |field: &Value| field.as_str().and_then(time::parse);
    let mut instants: Vec<Millis> =
        [at(&record["notBefore"]), at(&record["expiresAt"]), at(&record["previous"]["until"])]
            .into_iter()
            .flatten()
            .collect();
    if let Ok(read) = record::read(&case.policy, record) {
        instants.extend(read.idle_deadline().map(|deadline| deadline + 1));
    }
    instants.retain(|instant| *instant > case.now && *instant <= time::LAST);
    instants.sort_unstable();
    instants.into_iter().find(|instant| answer(case, *instant).reason != present.reason)
}

fn touch(case: &Case, answer: &Answer) -> Value {
    let (None, Some(record)) = (answer.reason, &answer.record) else {
        return Value::Null;
    };
    let kind = &case.policy["kinds"][record.kind.as_str()];
    let every = kind["touchEvery"].as_str().and_then(time::duration).unwrap_or(600_000);
    let every = record.idle_after.map_or(every, |idle| every.min(idle / 100));
    let stale = record.last_used_at.is_none_or(|last| case.now - last >= every);
    let first =
        !answer.by_previous && record.secret_used_at.is_none_or(|used| used < record.secret_issued_at);
    if !stale && !first {
        return Value::Null;
    }
    let now = time::text(case.now);
    let idle = record.idle_after.map(|idle| (case.now + idle).max(record.idle_deadline().unwrap_or(0)));
    let idle_from = idle.map(|deadline| deadline + 1).filter(|instant| *instant <= time::LAST);
    let ends = [record.expires_at, idle_from].into_iter().flatten().min();
    json!({
        "lastUsedAt": now,
        "secretUsedAt": if first { Value::from(now.as_str()) } else { Value::Null },
        "endsAt": ends.map(time::text),
    })
}

fn hints(case: &Case, answer: &Answer) -> Value {
    let Some(record) = &answer.record else {
        return json!({ "expiresSoon": null, "graceEnds": null, "clockSkew": false });
    };
    let kind = &case.policy["kinds"][record.kind.as_str()];
    let first_reminder = |clock: &Value| -> Option<Millis> {
        clock["remind"].as_array()?.iter().filter_map(|stage| time::duration(stage.as_str()?)).max()
    };
    let soon = |end: Option<Millis>, clock: &Value| {
        end.filter(|end| first_reminder(clock).is_some_and(|stage| end - case.now <= stage))
    };
    let ends = [soon(record.expires_at, &kind["lifetime"]), soon(record.idle_deadline(), &kind["idle"])];
    let grace = record.previous.as_ref().filter(|_| answer.by_previous).map(|(_, until)| *until);
    let ahead = |at: Option<Millis>| at.is_some_and(|at| at - case.now > 60_000);
    json!({
        "expiresSoon": ends.into_iter().flatten().min().map(time::text),
        "graceEnds": grace.map(time::text),
        "clockSkew": ahead(Some(record.created_at)) || ahead(record.last_used_at),
    })
}
