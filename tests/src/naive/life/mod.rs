//! The naive model of a token's life: one straight function per command, on
//! plain documents, written from the description and not from the core.
//!
//! It draws no secrets: where one is made, `digest` stands as [`MINTED`].

mod addresses;
mod ceiling;
mod clocks;
mod create;
mod events;
mod names;
mod notices;
mod rules;
mod secrets;
mod steps;
mod store;

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::time::{Millis, text};
use ceiling::Actor;
use clocks::State;
pub use events::canonical;
use rules::Rules;

/// Placeholder for the digest of a secret that the core draws.
pub const MINTED: &str = "minted";

/// A record, field by field as it is written.
pub type Record = Map<String, Value>;

/// One question about a life.
#[derive(Clone, Debug)]
pub struct Question {
    /// The policy document.
    pub policy: Arc<Value>,
    /// The record document, or `null`.
    pub record: Value,
    /// The command document.
    pub command: Value,
    /// The actor document.
    pub actor: Value,
    /// Where the plaintext came from: `tenant`, `application`, `ip`, `subject`; or `null`.
    pub presented: Value,
    /// What the store has said about the command, or `null`.
    pub store: Value,
    /// Milliseconds since 1970.
    pub now: Millis,
    /// Whether there is entropy: if not, it is a preview.
    pub mints: bool,
    /// The key of the audit trail.
    pub key: Option<Vec<u8>>,
}

/// Why a command is refused: a code, and the field it is about.
#[derive(Clone, Debug)]
struct Refused {
    code: &'static str,
    field: Option<String>,
    notices: Vec<Value>,
    /// A change that is committed despite the refusal.
    change: Option<Box<Step>>,
}

fn refuse<T>(code: &'static str, field: &str) -> Result<T, Refused> {
    let field = (!field.is_empty()).then(|| field.to_string());
    Err(Refused { code, field, notices: Vec::new(), change: None })
}

/// The effect of a command on a record.
#[derive(Clone, Debug)]
struct Step {
    event: &'static str,
    /// `None`: the record is deleted.
    after: Option<Record>,
    /// A second record, created beside the first.
    successor: Option<Record>,
    /// Whether a plaintext is issued.
    plaintext: bool,
    /// Notices.
    notices: Vec<Value>,
    /// Whether the event names the system, because an old secret was reused.
    by_system: bool,
}

impl Step {
    fn new(event: &'static str, after: Record) -> Step {
        Step {
            event,
            after: Some(after),
            successor: None,
            plaintext: false,
            notices: Vec::new(),
            by_system: false,
        }
    }

    fn handing_out(mut self) -> Step {
        self.plaintext = true;
        self
    }

    fn telling(mut self, notice: Value) -> Step {
        self.notices.push(notice);
        self
    }
}

fn instant(record: &Record, name: &str) -> Option<Millis> {
    record.get(name).and_then(clocks::at)
}

fn is_there(record: &Record, name: &str) -> bool {
    record.get(name).is_some_and(|value| !value.is_null())
}

fn put(record: &mut Record, name: &str, value: impl Into<Value>) {
    record.insert(name.into(), value.into());
}

/// The outcome, as a document.
pub fn apply(question: &Question) -> Value {
    let outcome = match store::refused(question) {
        Some(refused) => Err(refused),
        None => store::weigh(question, outcome(question)),
    };
    match outcome {
        Ok(None) => json!({ "change": null, "refusal": null, "repeated": true }),
        Ok(Some(step)) => json!({ "change": change(question, &step), "refusal": null, "repeated": false }),
        Err(refused) => {
            let refusal = json!({ "code": refused.code, "field": refused.field, "notices": refused.notices });
            let change = refused.change.map(|step| change(question, &step));
            json!({ "change": change, "refusal": refusal, "repeated": false })
        }
    }
}

/// The commands that time asks for, in the order to give them.
pub fn due(policy: &Value, record: &Value, now: Millis) -> Vec<Value> {
    let Some(record) = record.as_object() else { return Vec::new() };
    let Some(rules) = Rules::of(policy, record["kind"].as_str().unwrap_or_default()) else {
        return Vec::new();
    };
    clocks::due(&rules, record, now)
}

/// The instants `endsAt` and `dueAt` of a record.
pub fn instants(policy: &Value, record: &Value, now: Millis) -> (Option<Millis>, Option<Millis>) {
    let Some(record) = record.as_object() else { return (None, None) };
    let Some(rules) = Rules::of(policy, record["kind"].as_str().unwrap_or_default()) else {
        return (None, None);
    };
    (clocks::ends_at(record), clocks::due_at(&rules, record, now))
}

/// `None` when the command took effect before.
fn outcome(question: &Question) -> Result<Option<Step>, Refused> {
    let command = &question.command;
    let word = command["command"].as_str().unwrap_or_default();
    let by_system = command["plaintext"].is_null() && Actor::given(question).is_system();
    let id = command["id"].as_str().unwrap_or_default();
    if !by_system && ["idle:", "remind:", "offer:", "retire:"].iter().any(|own| id.starts_with(own)) {
        return refuse("bad_field", "/id");
    }
    if word == "create" {
        return create::create(question);
    }
    let proof = command["plaintext"].as_str();
    let unproven = if proof.is_some() { "wrong_secret" } else { "unknown" };
    if question.record.is_null() {
        return refuse(unproven, "");
    }
    if let Err(code) = super::record::read(&question.policy, &question.record) {
        return refuse(code, "");
    }
    let record = question.record.as_object().unwrap();
    let rules = Rules::of(&question.policy, record["kind"].as_str().unwrap()).unwrap();
    let actor = Actor::of(question, record);
    if proof.is_none() && !actor.is_system() && actor.tenant != record.get("tenant").and_then(Value::as_str) {
        return refuse("unknown", "");
    }
    let mut by_present = false;
    if let Some(plaintext) = proof {
        by_present = secrets::prove(question, &rules, record, plaintext)?;
        if !by_present && record.get("lastCommand") == Some(&command["id"]) {
            return Ok(None);
        }
    }
    if !may(word, &rules, &actor, record) {
        return refuse("not_allowed", "");
    }
    if record.get("lastCommand") == Some(&command["id"]) {
        return Ok(None);
    }
    if word == "lock" && !rules.is_lockable() {
        return refuse("not_lockable", "");
    }
    let by_time = actor.is_system() && command["reason"] == "idle" && matches!(word, "delete" | "revoke");
    if !admitted(word, &rules, record, question.now, by_time) {
        return refuse("illegal_transition", "");
    }
    let step = match word {
        "edit" => steps::edit(question, &rules, record, &actor)?,
        "extend" => steps::extend(question, &rules, record, &actor)?,
        "lock" => steps::lock(question, record, &actor),
        "unlock" => steps::unlock(record),
        "revoke" => steps::revoke(question, record, actor.id.as_deref()),
        "delete" => steps::delete(question, record),
        "remind" => steps::remind(question, &rules, record),
        "retire" => steps::retire(question, record),
        "regenerate" => secrets::regenerate(question, &rules, record, &actor)?,
        "rotate" => secrets::rotate(question, &rules, record, &actor, by_present)?,
        "offerRenewal" => secrets::offer(question, &rules, record)?,
        "redeemRenewal" => secrets::redeem(question, &rules, record, by_present)?,
        "renew" => create::renew(question, &rules, record, &actor)?,
        other => panic!("{other} is no command"),
    };
    Ok(Some(step))
}

fn may(word: &str, rules: &Rules<'_>, actor: &Actor<'_>, record: &Record) -> bool {
    if actor.is_system() || word == "redeemRenewal" {
        return true;
    }
    if matches!(word, "offerRenewal" | "remind" | "retire") || actor.is_inactive_token() {
        return false;
    }
    let owner = record["owner"].as_str();
    let listed = |who: &&str| match *who {
        "owner" => !actor.itself && actor.id.as_deref() == owner,
        "token" => actor.itself,
        role => actor.roles.contains(&role),
    };
    rules.may(word).iter().any(listed)
}

/// The table of states: every state that holds must permit the command.
fn admitted(word: &str, rules: &Rules<'_>, record: &Record, now: Millis, by_time: bool) -> bool {
    let states = clocks::states(record, now);
    let is = |state: State| states.contains(&state);
    if by_time {
        return is(State::Idle) && (word == "delete" || !is(State::Revoked));
    }
    if word == "delete" {
        let stopped = is(State::Revoked) || (is(State::Idle) && !is(State::Locked));
        return !rules.delete_needs_revoked() || stopped;
    }
    match word {
        "renew" | "offerRenewal" | "redeemRenewal" if !states.is_empty() => return false,
        "unlock" if !is(State::Locked) => return false,
        "regenerate" if !is(State::Revoked) && !is(State::Idle) => return false,
        _ => {}
    }
    states.iter().all(|state| match state {
        State::Revoked => word == "regenerate" && rules.is_regenerable(),
        State::Locked => matches!(word, "unlock" | "revoke" | "extend" | "remind" | "retire"),
        State::Pending => true,
        State::Expired => {
            matches!(word, "revoke" | "remind" | "retire") || (word == "extend" && rules.extends_expired())
        }
        State::Idle => {
            matches!(word, "revoke" | "extend" | "remind" | "retire")
                || (word == "regenerate" && rules.is_regenerable())
        }
    })
}

/// The change document of a step.
fn change(question: &Question, step: &Step) -> Value {
    let now = question.now;
    let before = question.record.as_object();
    let actor = match before {
        Some(record) => Actor::of(question, record),
        None => Actor::given(question),
    };
    let kind = before.map_or(&question.command["kind"], |record| &record["kind"]);
    let rules = Rules::of(&question.policy, kind.as_str().unwrap_or_default()).unwrap();
    let (mut writes, mut said, mut guards) = (Vec::new(), Vec::new(), Vec::new());
    let (mut claims, mut releases) = (Vec::new(), Vec::new());
    let mut tombstone = Value::Null;
    let parts = [(before, step.after.clone(), step.event), (None, step.successor.clone(), "created")];
    for (before, after, event) in parts {
        if before.is_none() && after.is_none() {
            continue;
        }
        let id = before.or(after.as_ref()).unwrap()["id"].clone();
        let was = before.map_or(0, |record| record["revision"].as_u64().unwrap());
        let token = before.or(after.as_ref()).unwrap();
        let sealed = events::seal(
            json!({
                "v": 1, "token": id, "tenant": token.get("tenant"), "sequence": was + 1,
                "command": question.command["id"], "event": event, "at": text(now),
                "actor": if step.by_system { json!({ "system": true }) } else { actor.shown() },
                "reason": if step.by_system { REUSE.into() } else { reason(question) }, "changes": events::changes(before, after.as_ref()),
            }),
            &before.and_then(|record| record.get("auditHead")).cloned().unwrap_or_default(),
            question.key.as_deref(),
        );
        let head = sealed["head"].clone();
        said.push(sealed);
        let held = |record: Option<&Record>| record.and_then(|record| claim(&rules, record));
        match (held(before), held(after.as_ref())) {
            (old, new) if old == new => {}
            (old, new) => {
                let one = |claim: String| json!({ "claim": claim, "token": id });
                releases.extend(old.map(one));
                claims.extend(new.map(one));
            }
        }
        let Some(mut after) = after else {
            tombstone = json!({
                "id": id, "kind": token["kind"], "tenant": token.get("tenant"), "owner": token["owner"],
                "name": token.get("name"), "deletedAt": text(now),
                "by": actor.id.as_ref().filter(|_| !step.by_system),
                "reason": reason(question), "revision": was + 1, "auditHead": head,
            });
            writes.push(json!({ "id": id, "was": was, "record": null }));
            continue;
        };
        put(&mut after, "revision", was + 1);
        put(&mut after, "lastCommand", question.command["id"].clone());
        put(&mut after, "auditHead", head);
        let (ends, due) = (clocks::ends_at(&after), clocks::due_at(&rules, &after, now));
        follow(&mut after, "endsAt", ends);
        follow(&mut after, "dueAt", due);
        let begins = clocks::counts(&after, now) && !before.is_some_and(|record| clocks::counts(record, now));
        if begins {
            guards.extend(limits(&rules, &after, now, step.successor.is_some()));
        }
        writes.push(json!({ "id": id, "was": was, "record": after }));
    }
    json!({
        "writes": writes, "reads": actor.reads(question), "tombstone": tombstone, "guards": guards, "claims": claims, "releases": releases,
        "plaintext": step.plaintext && question.mints, "events": said, "notices": step.notices,
        "status": {
            "before": before.map(|record| clocks::status(record, now)),
            "after": step.after.as_ref().map(|record| clocks::status(record, now)),
        },
        "preview": !question.mints,
    })
}

/// The reason that the system gives for revoking a token whose old secret was reused.
const REUSE: &str = "reuse of a replaced secret";

fn reason(question: &Question) -> Value {
    match question.command["reason"].as_str() {
        Some(text) => text.chars().take(256).collect::<String>().into(),
        None => Value::Null,
    }
}

fn follow(record: &mut Record, name: &str, at: Option<Millis>) {
    match at {
        Some(at) => put(record, name, text(at)),
        None => drop(record.remove(name)),
    }
}

/// The guard of a token that begins to count; a predecessor that still counts takes one place.
fn limits(rules: &Rules<'_>, record: &Record, now: Millis, beside: bool) -> Vec<Value> {
    let guard = |word: &str| {
        let mut guard = json!({
            "guard": word, "kind": record["kind"], "tenant": record.get("tenant"),
            "below": rules.limit(word)?.saturating_sub(beside.into()), "now": text(now),
        });
        if word == "activePerOwner" {
            guard["owner"] = record["owner"].clone();
        }
        Some(guard)
    };
    ["activePerOwner", "activePerTenant"].into_iter().filter_map(guard).collect()
}

/// The claim that a token holds until it is deleted or finally revoked.
fn claim(rules: &Rules<'_>, record: &Record) -> Option<String> {
    let fields = rules.unique();
    if fields.is_empty() || (is_there(record, "revoked") && !rules.is_regenerable()) {
        return None;
    }
    let value = |field: &&str| match *field {
        "instance" => ceiling::instances(rules, record),
        "name" => names::key(record["name"].as_str().unwrap_or_default(), false).into(),
        "nameInAnyCase" => names::key(record["name"].as_str().unwrap_or_default(), true).into(),
        owner => record.get(owner).cloned().unwrap_or_default(),
    };
    let values: Vec<Value> = fields.iter().map(value).collect();
    Some(canonical(&json!([record.get("tenant"), record["kind"], fields, values])))
}
