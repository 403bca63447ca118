//! The commands that prove, replace, offer and redeem secrets.

use serde_json::{Value, json};

use super::ceiling::Actor;
use super::clocks::{at, attempt, base, is_unused, live_previous};
use super::notices::notice;
use super::rules::Rules;
use super::{MINTED, Question, Record, Refused, Step, instant, put, refuse, steps};
use crate::naive::credentials;
use crate::naive::time::{LAST, Millis, duration, text};

/// Proves the token: says whether the plaintext is the present one, or the
/// previous one while that may still act.
pub(super) fn prove(
    question: &Question,
    rules: &Rules<'_>,
    record: &Record,
    plaintext: &str,
) -> Result<bool, Refused> {
    let Some(token) = credentials::parse(&question.policy, plaintext) else {
        return refuse("wrong_secret", "");
    };
    let digest = credentials::digest(&token);
    if Some(token.id.as_str()) != record["id"].as_str()
        || Some(token.kind.as_str()) != record["kind"].as_str()
    {
        return refuse("wrong_secret", "");
    }
    if record["digest"] == digest {
        usable(question)?;
        return Ok(true);
    }
    let previous = record.get("previous").filter(|previous| previous["digest"] == digest);
    let Some(previous) = previous else { return refuse("wrong_secret", "") };
    if record.get("lastCommand") == Some(&question.command["id"]) {
        usable(question)?;
        return Ok(false);
    }
    if at(&previous["until"]).is_some_and(|until| question.now < until) {
        usable(question)?;
        return if is_unused(record) { Ok(false) } else { refuse("rotated", "") };
    }
    let revokes = rules.revokes_on_reuse() && previous["leak"] != true;
    let change = revokes.then(|| {
        let mut step = steps::revoke(question, record, None);
        let mut mark = steps::mark(question, None);
        mark["reason"] = super::REUSE.into();
        put(step.after.as_mut().unwrap(), "revoked", mark);
        step.notices.clear();
        step.by_system = true;
        Box::new(step)
    });
    Err(Refused {
        code: "reuse_detected",
        field: None,
        notices: vec![super::notices::of_a_day(question, "reuseDetected")],
        change,
    })
}

/// Whether the plaintext came from where the token may be used, and its owner is active.
fn usable(question: &Question) -> Result<(), Refused> {
    let Question { policy, record, presented, .. } = question;
    let token = crate::naive::record::read(policy, record).unwrap();
    if presented["tenant"].as_str() != token.tenant.as_deref() {
        return refuse("wrong_secret", "");
    }
    if !token.networks_allow(presented["ip"].as_str()) {
        return refuse("network_not_allowed", "");
    }
    if !token.applications_allow(presented["application"].as_str()) {
        return refuse("wrong_application", "");
    }
    let subject = &presented["subject"];
    match Rules::of(policy, &token.kind).unwrap().has_subject(&record["kind"]) {
        true if subject["id"] != token.owner.as_str() => refuse("subject_unavailable", ""),
        true if subject["active"] == false => refuse("suspended", ""),
        _ => Ok(()),
    }
}

/// Replaces the present secret, which stays valid until `until`.
///
/// If the present secret is unused, the previous one stays valid, unless the unused one was just proven.
fn replace(record: &Record, now: Millis, until: Millis, by_present: bool) -> Record {
    let mut after = record.clone();
    if by_present || live_previous(record, now).is_none() || !is_unused(record) {
        put(&mut after, "previous", json!({ "digest": record["digest"], "until": text(until.min(LAST)) }));
    }
    put(&mut after, "digest", MINTED);
    put(&mut after, "secretIssuedAt", text(now));
    after.remove("secretUsedAt");
    after
}

pub(super) fn rotate(
    question: &Question,
    rules: &Rules<'_>,
    record: &Record,
    actor: &Actor<'_>,
    by_present: bool,
) -> Result<Step, Refused> {
    if actor.is_for_another(record) {
        return refuse("not_allowed", "");
    }
    actor.must_reach(rules, record, None, None)?;
    let leak = question.command["leak"] == true;
    let asked = question.command["grace"].as_str().map(|grace| duration(grace).unwrap());
    if asked.is_some_and(|grace| grace > rules.grace()) {
        return refuse("bad_field", "/grace");
    }
    let grace = if leak { 0 } else { asked.unwrap_or(rules.grace()) };
    let end = instant(record, "expiresAt").unwrap_or(LAST);
    let mut after = replace(record, question.now, (question.now + grace).min(end), by_present);
    if leak {
        after["previous"]["until"] = text(question.now).into();
        after["previous"]["leak"] = true.into();
    }
    Ok(Step::new("rotated", after).handing_out())
}

pub(super) fn regenerate(
    question: &Question,
    rules: &Rules<'_>,
    record: &Record,
    actor: &Actor<'_>,
) -> Result<Step, Refused> {
    if actor.is_for_another(record) {
        return refuse("not_allowed", "");
    }
    actor.must_reach(rules, record, None, None)?;
    let mut after = record.clone();
    for gone in ["revoked", "previous", "secretUsedAt"] {
        after.remove(gone);
    }
    put(&mut after, "digest", MINTED);
    put(&mut after, "secretIssuedAt", text(question.now));
    put(&mut after, "extendedAt", text(question.now));
    Ok(Step::new("regenerated", after).handing_out())
}

pub(super) fn offer(question: &Question, rules: &Rules<'_>, record: &Record) -> Result<Step, Refused> {
    if !record.get("renewal").is_some_and(Value::is_object) || !rules.renews_by_itself() {
        return refuse("not_renewable", "");
    }
    let mut after = record.clone();
    let number = attempt(rules, record, question.now);
    after["renewal"]["offer"] = json!({
        "digest": MINTED, "at": text(question.now),
        "until": text((question.now + rules.redeem_within()).min(LAST)), "attempt": number, "used": false,
    });
    let mut more = json!({ "ends": after["renewal"]["offer"]["until"] });
    if question.mints {
        more["secret"] = MINTED.into();
    }
    Ok(Step::new("renewalOffered", after).telling(notice(question, "renewalOffered", None, more)))
}

pub(super) fn redeem(
    question: &Question,
    rules: &Rules<'_>,
    record: &Record,
    by_present: bool,
) -> Result<Step, Refused> {
    let now = question.now;
    if !rules.renews_by_itself() {
        return refuse("not_renewable", "");
    }
    let offer = record.get("renewal").map(|renewal| &renewal["offer"]).filter(|offer| offer.is_object());
    let Some(offer) = offer else { return refuse("no_offer", "") };
    let key = question.command["key"].as_str().unwrap_or_default();
    let digest = crate::plaintext::digest(record["id"].as_str().unwrap_or_default(), key);
    if offer["digest"] != digest {
        return refuse("wrong_key", "");
    }
    if offer["used"] == true {
        let mut refused = refuse::<()>("already_redeemed", "").unwrap_err();
        refused.notices.push(super::notices::of_a_day(question, "alreadyRedeemed"));
        return Err(refused);
    }
    if at(&offer["until"]).is_none_or(|until| until <= now) {
        return refuse("key_expired", "");
    }
    let bounds = [instant(record, "expiresAt").filter(|_| !rules.gives_the_full_grace()), Some(LAST)];
    let until = bounds.into_iter().flatten().fold(now + rules.grace(), Millis::min);
    let mut after = replace(record, now, until, by_present);
    after["renewal"]["renewedAt"] = text(now).into();
    after["renewal"]["offer"]["used"] = true.into();
    if let Some(end) = instant(record, "expiresAt") {
        let lengths = [Some(end - base(record)), rules.lifetime(), rules.longest()];
        let last = instant(record, "notAfter").unwrap_or(LAST);
        let length = lengths.into_iter().flatten().min().unwrap_or_default();
        put(&mut after, "expiresAt", text((now + length).min(last)));
    }
    let renewed = notice(question, "renewed", None, Value::Null);
    Ok(Step::new("renewalRedeemed", after).handing_out().telling(renewed))
}
