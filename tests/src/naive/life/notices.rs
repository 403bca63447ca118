//! Notices of a command.

use serde_json::{Value, json};

use super::Question;
use crate::naive::time::text;

/// A notice about the token before the command; `more` holds its extra fields.
pub(super) fn notice(question: &Question, about: &str, stage: Option<&str>, more: Value) -> Value {
    let Question { record, command, now, .. } = question;
    let renews = ["renewalOffered", "renewed", "renewalLost"].contains(&about);
    let renewal = if renews { record["renewal"].clone() } else { Value::Null };
    let to = [&renewal["mailTo"], &record["owner"]].into_iter().find(|to| to.is_string());
    let word = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let mut notice = json!({
        "key": format!("{}/{}/{about}", word(&record["id"]), word(&command["id"])), "notice": about,
        "group": [record["tenant"], to, about, stage], "to": to, "tenant": record["tenant"],
        "owner": record["owner"], "token": record["id"], "kind": record["kind"], "name": record["name"],
        "at": text(*now),
    });
    if let Some(stage) = stage {
        notice["stage"] = stage.into();
    }
    if renewal["callback"].is_string() {
        notice["callback"] = renewal["callback"].clone();
    }
    for (name, value) in more.as_object().into_iter().flatten() {
        notice[name] = value.clone();
    }
    notice
}

/// A notice about a refusal: its key has the day in the place of the command.
pub(super) fn of_a_day(question: &Question, about: &str) -> Value {
    let mut notice = notice(question, about, None, Value::Null);
    let id = question.record["id"].as_str().unwrap_or_default();
    notice["key"] = format!("{id}/{}/{about}", &text(question.now)[..10]).into();
    notice
}
