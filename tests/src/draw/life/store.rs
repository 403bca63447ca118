//! Random store reports about a command, true or false.

use serde_json::{Value, json};

use super::{DAY, Life};
use crate::dice::Dice;
use crate::naive::time::{Millis, text};

/// A report about a command of this word and id; usually `null`.
pub(super) fn report(life: &Life, word: &str, id: &str, dice: &mut Dice) -> Value {
    let stored = life.events.iter().find(|event| event["command"] == id);
    if !dice.percent(if stored.is_some() || word == "regenerate" { 70 } else { 8 }) {
        return Value::Null;
    }
    if dice.percent(8) {
        let claim = dice.pick(&[
            r#"["t1","one",["nameInAnyCase"],["erp"]]"#,
            r#"[null,"one",["instance","owner"],["",""]]"#,
        ]);
        let code = dice.pick(&["limit_reached", "not_unique", "not_unique", "conflict"]);
        return json!({ "refused": if *code == "not_unique" { json!({ "code": code, "claim": claim }) } else { json!({ "code": code }) } });
    }
    let mut report = json!({});
    if dice.percent(60) {
        report["firstRead"] = match life.reads.last() {
            Some(_) if dice.percent(60) => dice.pick(&life.reads).clone(),
            _ => life.record.clone(),
        };
    }
    if dice.percent(70) {
        report["event"] = match stored {
            Some(event) if dice.percent(90) => event.clone(),
            _ if life.events.is_empty() || dice.percent(60) => Value::Null,
            _ => dice.pick(&life.events).clone(),
        };
        report["tombstone"] =
            dice.pick(&[Value::Null, json!({ "tenant": "t1" }), json!({ "tenant": null })]).clone();
    }
    report
}

/// The record that is read of a token to be replaced: usually that one, of any owner and kind.
pub(super) fn replaced(id: &str, now: Millis, dice: &mut Dice) -> Value {
    json!({
        "v": 1, "id": if dice.percent(92) { id } else { "OtherToken000001" }, "kind": dice.pick(&["one", "two"]),
        "tenant": if dice.percent(92) { json!("t1") } else { Value::Null }, "owner": dice.pick(&["ada", "bob", "max"]),
        "name": "old", "grants": ["*:*"], "digest": format!("sha256:{}", "0".repeat(64)),
        "createdAt": text(now - DAY), "expiresAt": text(now + DAY), "revision": 2,
    })
}
