//! Random store reports about a command, true or false.

use serde_json::{Value, json};

use super::Life;
use crate::dice::Dice;

/// A report about a command of this word and id; usually `null`.
pub(super) fn report(life: &Life, word: &str, id: &str, dice: &mut Dice) -> Value {
    let stored = life.events.iter().find(|event| event["command"] == id);
    if !dice.percent(if stored.is_some() || word == "regenerate" { 70 } else { 8 }) {
        return Value::Null;
    }
    if dice.percent(8) {
        let claim =
            dice.pick(&[r#"["t1","one",["name"],["ERP"]]"#, r#"[null,"one",["instance","owner"],["",""]]"#]);
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
