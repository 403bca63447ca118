//! The effects of time on a token: the states that hold, the ends, what is due.

use serde_json::{Value, json};

use super::rules::{Clock, Rules};
use super::{Record, instant, is_there};
use crate::naive::time::{LAST, Millis, duration, text};

/// A state other than active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Revoked,
    Locked,
    Pending,
    Expired,
    Idle,
}

/// Every state that holds, in order of precedence.
pub(super) fn states(record: &Record, now: Millis) -> Vec<State> {
    let all = [
        (State::Revoked, is_there(record, "revoked")),
        (State::Locked, is_there(record, "lock")),
        (State::Pending, instant(record, "notBefore").is_some_and(|from| now < from)),
        (State::Expired, instant(record, "expiresAt").is_some_and(|end| end <= now)),
        (State::Idle, idle_deadline(record).is_some_and(|deadline| deadline < now)),
    ];
    all.into_iter().filter(|(_, holds)| *holds).map(|(state, _)| state).collect()
}

/// The word for them.
pub(super) fn status(record: &Record, now: Millis) -> &'static str {
    match states(record, now).first() {
        Some(State::Revoked) => "revoked",
        Some(State::Locked) => "locked",
        Some(State::Pending) => "pending",
        Some(State::Expired) => "expired",
        Some(State::Idle) => "idle",
        None => "active",
    }
}

/// When the present secret was made.
pub(super) fn issued(record: &Record) -> Millis {
    instant(record, "secretIssuedAt").or(instant(record, "createdAt")).unwrap_or_default()
}

/// The start of the longest lifetime.
pub(super) fn base(record: &Record) -> Millis {
    let renewed = record.get("renewal").and_then(|renewal| at(&renewal["renewedAt"]));
    renewed.or(instant(record, "createdAt")).unwrap_or_default()
}

pub(super) fn at(value: &Value) -> Option<Millis> {
    value.as_str().and_then(crate::naive::time::parse)
}

/// Whether the present secret was never used.
pub(super) fn is_unused(record: &Record) -> bool {
    instant(record, "secretUsedAt").is_none_or(|used| used < issued(record))
}

/// The end of a previous secret that still works.
pub(super) fn live_previous(record: &Record, now: Millis) -> Option<Millis> {
    at(&record.get("previous")?["until"]).filter(|until| now < *until)
}

/// The last instant at which the token is not idle.
pub(super) fn idle_deadline(record: &Record) -> Option<Millis> {
    let period = record.get("idleAfter")?.as_str().and_then(crate::naive::time::duration)?;
    let anchor =
        ["createdAt", "lastUsedAt", "extendedAt"].into_iter().filter_map(|name| instant(record, name));
    Some((anchor.max()? + period).min(LAST))
}

/// When the token stops being active by itself.
pub(super) fn ends_at(record: &Record) -> Option<Millis> {
    let idle = idle_deadline(record).map(|deadline| deadline + 1).filter(|end| *end <= LAST);
    [instant(record, "expiresAt"), idle].into_iter().flatten().min()
}

/// Whether it counts against a limit.
pub(super) fn counts(record: &Record, now: Millis) -> bool {
    !is_there(record, "revoked") && ends_at(record).is_none_or(|end| end > now)
}

/// The commands that time asks for now, in the order to give them.
pub(super) fn due(rules: &Rules<'_>, record: &Record, now: Millis) -> Vec<Value> {
    let mut commands = Vec::new();
    let revoked = is_there(record, "revoked");
    let revision = &record["revision"];
    if let Some(previous) = record.get("previous").filter(|previous| previous.is_object())
        && let Some(until) = at(&previous["until"])
        && until <= now
        && previous["retired"].is_null()
    {
        commands.push(json!({ "command": "retire", "id": format!("retire:{until}:{revision}") }));
    }
    // A token that is removed gets no reminder.
    if let Some(deadline) = idle_deadline(record).filter(|deadline| *deadline < now) {
        let word = rules.idle_then();
        if word == "delete" || (word == "revoke" && !revoked) {
            let id = format!("idle:{deadline}:{revision}");
            commands.push(json!({ "command": word, "id": id, "reason": "idle" }));
            return commands;
        }
    }
    commands.extend(reminder(rules, record, Clock::Expiry, now));
    commands.extend(reminder(rules, record, Clock::Idle, now));
    if let Some(from) = offer_instant(rules, record, now).filter(|from| *from <= now) {
        let number = attempt(rules, record, now);
        commands
            .push(json!({ "command": "offerRenewal", "id": format!("offer:{number}:{from}:{revision}") }));
    }
    commands
}

/// The latest stage that is due, unless it was sent for this end.
fn reminder(rules: &Rules<'_>, record: &Record, clock: Clock, now: Millis) -> Option<Value> {
    if is_there(record, "revoked") {
        return None;
    }
    let expiry = instant(record, "expiresAt");
    let (end, over) = match clock {
        Clock::Expiry => (expiry?, expiry? <= now),
        Clock::Idle => (idle_deadline(record)?, idle_deadline(record)? < now),
    };
    let comes_first = |at: Millis| clock == Clock::Expiry || expiry.is_none_or(|expiry| at < expiry);
    let stages = rules.stages(clock);
    let stage = if over && (clock == Clock::Expiry || rules.idle_then() == "deny") && comes_first(end + 1) {
        let told = !stages.is_empty() || is_lost(rules, record);
        told.then_some("end")?
    } else {
        stages.into_iter().find(|(_, before)| end - before <= now && comes_first(end - before))?.0
    };
    // Revoking or deleting an idle token sends its own notice.
    if over && clock == Clock::Idle && rules.idle_then() != "deny" {
        return None;
    }
    // A reminder sent for this end suppresses all earlier stages.
    let before = |stage: &str| duration(stage).unwrap_or(-1);
    let said = record.get("reminded").and_then(Value::as_array).into_iter().flatten();
    let sent = said.filter_map(Value::as_str).any(|entry| {
        let said = entry.strip_prefix(&format!("{}:", clock.word()));
        let said = said.and_then(|rest| rest.strip_suffix(&format!(":{}", text(end))));
        said.is_some_and(|said| before(said) <= before(stage))
    });
    (!sent).then(|| {
        json!({
            "command": "remind", "id": format!("remind:{}:{stage}:{end}:{}", clock.word(), record["revision"]),
            "clock": clock.word(), "stage": stage,
        })
    })
}

/// When the period of the present secret asks for a renewal.
fn period(rules: &Rules<'_>, record: &Record) -> Option<Millis> {
    let renewal = record.get("renewal").filter(|renewal| renewal.is_object() && rules.renews_by_itself())?;
    Some(issued(record) + renewal["every"].as_str().and_then(duration)?)
}

/// Whether a token ends with an unredeemed renewal.
pub(super) fn is_lost(rules: &Rules<'_>, record: &Record) -> bool {
    let Some(period) = period(rules, record) else { return false };
    let offer = &record["renewal"]["offer"];
    let unredeemed = offer["used"] != true && at(&offer["at"]).is_some_and(|offered| offered >= period);
    let first = period.max(instant(record, "notBefore").unwrap_or(period));
    // The repeated offer after a lost reply counts too.
    let until = record.get("previous").and_then(|previous| at(&previous["until"]));
    let recovery = until
        .filter(|_| offer["used"] == true && is_unused(record))
        .map(|until| until - rules.redeem_within());
    let first = recovery
        .filter(|again| at(&offer["at"]).is_some_and(|offered| offered < *again))
        .unwrap_or(first)
        .min(first);
    unredeemed || (!is_there(record, "lock") && ends_at(record).is_some_and(|end| first < end))
}

/// The number of an offer: it counts up within a period and for a repeated offer after a lost reply.
pub(super) fn attempt(rules: &Rules<'_>, record: &Record, now: Millis) -> u64 {
    let offer = &record["renewal"]["offer"];
    let period = period(rules, record).unwrap_or_default();
    let starts_over = match at(&offer["at"]) {
        None => true,
        Some(_) if offer["used"] == true => {
            offer_instant(rules, record, now).is_none_or(|from| from >= period)
        }
        Some(offered) => offered < period,
    };
    if starts_over { 1 } else { offer["attempt"].as_u64().unwrap_or_default() + 1 }
}

/// When the next renewal is offered to a token that is active now.
fn offer_instant(rules: &Rules<'_>, record: &Record, now: Millis) -> Option<Millis> {
    let period = period(rules, record)?;
    if !states(record, now).is_empty() {
        return None;
    }
    let begins = instant(record, "notBefore").unwrap_or_default();
    let offer = &record["renewal"]["offer"];
    let Some(offered) = at(&offer["at"]) else { return Some(period.max(begins)) };
    if offer["used"] != true {
        let next = if offered >= period { offered + rules.offer_again_after() } else { period };
        return Some(next.max(begins));
    }
    // After a lost reply: one more offer while the old secret can still redeem it, until the next regular one.
    let recovery = live_previous(record, now)
        .filter(|_| is_unused(record) && now < period.max(begins))
        .map(|until| until - rules.redeem_within())
        .filter(|recovery| *recovery > offered);
    Some(recovery.map_or(period, |recovery| recovery.min(period)).max(begins))
}

/// The earliest instant from now on at which something is due: every instant that could matter is tried.
pub(super) fn due_at(rules: &Rules<'_>, record: &Record, now: Millis) -> Option<Millis> {
    let mut instants: Vec<Millis> = vec![now];
    let until = record.get("previous").and_then(|previous| at(&previous["until"]));
    instants.extend(until);
    instants.extend(until.map(|until| until - rules.redeem_within()));
    instants.extend(instant(record, "notBefore"));
    for clock in [Clock::Expiry, Clock::Idle] {
        let end = match clock {
            Clock::Expiry => instant(record, "expiresAt"),
            Clock::Idle => idle_deadline(record),
        };
        instants.extend(end.into_iter().flat_map(|end| [end, end + 1]));
        let stages = rules.stages(clock);
        instants.extend(end.into_iter().flat_map(|end| stages.iter().map(move |(_, before)| end - before)));
    }
    let every = record.get("renewal").and_then(|renewal| renewal["every"].as_str());
    let every = every.and_then(crate::naive::time::duration);
    let offered = record.get("renewal").and_then(|renewal| at(&renewal["offer"]["at"]));
    instants.extend(every.map(|every| issued(record) + every));
    instants.extend(offered.map(|offered| offered + rules.offer_again_after()));
    instants.retain(|instant| (now..=LAST).contains(instant));
    instants.sort_unstable();
    instants.into_iter().find(|instant| !due(rules, record, *instant).is_empty())
}
