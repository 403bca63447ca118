//! LIF-01 as vectors: every state with every command, for every kind that differs.
//!
//! The expectations come from the naive model, not from the core.

use serde_json::{Map, Value, json};

use crate::naive::life::{self, Question};
use crate::naive::time;
use crate::vectors::Fixtures;

const NOW: &str = "2026-11-21T12:00:00.000Z";
const KINDS: [&str; 4] = ["pat", "service", "auto", "api"];

/// A state and the fields of a record in it.
fn states() -> Vec<(&'static str, Value)> {
    let mark = json!({ "by": "admin", "at": "2026-11-20T10:00:00.000Z" });
    vec![
        ("active", json!({})),
        ("pending", json!({ "notBefore": "2026-12-01T00:00:00.000Z" })),
        ("locked", json!({ "lock": mark })),
        ("revoked", json!({ "revoked": mark })),
        ("expired", json!({ "expiresAt": NOW })),
        ("idle", json!({ "idleAfter": "1d", "lastUsedAt": "2026-11-20T11:59:59.999Z" })),
        ("locked and expired", json!({ "lock": mark, "expiresAt": NOW })),
        (
            "revoked and idle",
            json!({ "revoked": mark, "idleAfter": "1d", "lastUsedAt": "2026-11-20T11:59:59.999Z" }),
        ),
        (
            "expired and idle",
            json!({ "expiresAt": NOW, "idleAfter": "1d", "lastUsedAt": "2026-11-20T11:59:59.999Z" }),
        ),
    ]
}

/// Every command, given by an actor who may.
fn commands(kind: &str) -> Vec<(Value, &'static str)> {
    let plaintext = format!("{{life.{kind}}}");
    vec![
        (json!({ "command": "edit", "set": { "description": "new words" } }), "system"),
        (json!({ "command": "extend" }), "system"),
        (json!({ "command": "lock" }), "system"),
        (json!({ "command": "unlock" }), "system"),
        (json!({ "command": "revoke" }), "system"),
        (json!({ "command": "regenerate" }), "system"),
        (json!({ "command": "rotate" }), "system"),
        (json!({ "command": "renew", "endsAt": "2026-11-21T12:00:01.000Z", "name": "next" }), "system"),
        (json!({ "command": "redeemRenewal", "plaintext": plaintext, "key": "{life.key}" }), "nobody"),
        (json!({ "command": "delete" }), "system"),
    ]
}

/// The file of vectors.
pub fn document(fixtures: &Fixtures) -> Value {
    let mut vectors = Vec::new();
    for kind in KINDS {
        for (state, over) in states() {
            for (command, actor) in commands(kind) {
                vectors.push(vector(fixtures, kind, state, &over, &command, actor));
            }
        }
    }
    json!({
        "title": "States: each state with each command, for the kinds that differ (written by the test `states`)",
        "kind": "apply", "vectors": vectors,
    })
}

fn vector(fixtures: &Fixtures, kind: &str, state: &str, over: &Value, command: &Value, actor: &str) -> Value {
    let mut record = over.clone();
    record["like"] = format!("life.{kind}").into();
    if kind == "auto" && !state.contains("revoked") {
        record["like"] = "life.autoOffered".into();
    }
    let mut given = fixtures.expand(command);
    given["id"] = "c1".into();
    let question = Question {
        policy: fixtures.build("policies", &"life".into()).into(),
        record: fixtures.build("records", &record),
        command: given,
        presented: json!({ "tenant": "t1" }),
        store: Value::Null,
        actor: fixtures.build("actors", &actor.into()),
        now: time::parse(NOW).unwrap(),
        mints: true,
        key: None,
    };
    let word = command["command"].as_str().unwrap();
    let outcome = life::apply(&question);
    let (verb, expect) = match outcome["refusal"]["code"].as_str() {
        Some(code) => ("refuses", json!({ "change": null, "refusal": { "code": code } })),
        None => ("takes", json!({ "refusal": null, "repeated": false, "change": gist(&outcome["change"]) })),
    };
    let article = if state.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    json!({
        "says": format!("{article} {state} token of the kind {kind} {verb} {word}"), "cases": ["LIF-01"],
        "record": record, "command": command, "actor": actor, "expect": expect,
    })
}

/// Status, events, notices, and the fields that changed.
fn gist(change: &Value) -> Value {
    let mut writes = Vec::new();
    let (mut events, guards): (Vec<Value>, Vec<&Value>) =
        (Vec::new(), change["guards"].as_array().unwrap().iter().map(|guard| &guard["guard"]).collect());
    for (write, event) in
        change["writes"].as_array().unwrap().iter().zip(change["events"].as_array().unwrap())
    {
        events.push(json!({ "event": event["event"] }));
        if write["record"].is_null() {
            writes.push(json!({ "record": null }));
            continue;
        }
        let mut fields: Map<String, Value> = Map::new();
        for (name, sides) in event["changes"].as_object().unwrap() {
            fields.insert(name.clone(), sides.get("after").cloned().unwrap_or_default());
        }
        let overdue = write["record"]["dueAt"] == NOW;
        for name in ["endsAt", "dueAt"].into_iter().filter(|name| *name != "dueAt" || !overdue) {
            fields.insert(name.into(), write["record"].get(name).cloned().unwrap_or_default());
        }
        writes.push(json!({ "record": fields }));
    }
    let guards: Value = guards.into_iter().map(|guard| json!({ "guard": guard })).collect();
    let mut gist =
        json!({ "status": change["status"], "events": events, "writes": writes, "guards": guards });
    if change["notices"] != json!([]) {
        gist["notices"] = change["notices"].clone();
    }
    gist
}

/// The document as it is committed: a line for each part of a vector.
pub fn written(document: &Value) -> String {
    let mut lines = Vec::new();
    for vector in document["vectors"].as_array().unwrap() {
        let part = |names: &[&str]| {
            let fields = names.iter().map(|name| format!("{}: {}", json!(name), spaced(&vector[*name])));
            fields.collect::<Vec<_>>().join(", ")
        };
        let parts =
            [part(&["says", "cases"]), part(&["record"]), part(&["command", "actor"]), part(&["expect"])];
        lines.push(format!("    {{ {} }}", parts.join(",\n      ")));
    }
    let (title, kind) = (&document["title"], &document["kind"]);
    format!(
        "{{\n  \"title\": {title},\n  \"kind\": {kind},\n  \"vectors\": [\n{}\n  ]\n}}\n",
        lines.join(",\n")
    )
}

fn spaced(value: &Value) -> String {
    match value {
        Value::Object(fields) => {
            let fields: Vec<_> =
                fields.iter().map(|(name, value)| format!("{}: {}", json!(name), spaced(value))).collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(spaced).collect();
            format!("[{}]", items.join(", "))
        }
        plain => plain.to_string(),
    }
}
