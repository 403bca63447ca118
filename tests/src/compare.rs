//! The core and the naive model, side by side through whole lives.

use portcullis_core::{ApplyRequest, Entropy, Instant, Policy, Value as Document};
use serde_json::{Value, json};

use crate::naive::life::{MINTED, Question};
use crate::plaintext::{checksum, digest};

/// A document as the core takes it. The vectors show that JSON text gives the same.
fn document(value: &Value) -> Document {
    match value {
        Value::Null => Document::Null,
        Value::Bool(flag) => Document::Bool(*flag),
        Value::Number(number) => Document::Int(number.as_i64().expect("a whole number")),
        Value::String(text) => Document::Text(text.clone()),
        Value::Array(items) => Document::List(items.iter().map(document).collect()),
        Value::Object(fields) => {
            Document::Map(fields.iter().map(|(name, value)| (name.clone(), document(value))).collect())
        }
    }
}

fn json_of(value: &Document) -> Value {
    serde_json::to_value(value).expect("a document is JSON")
}

/// The core's answer to a question.
pub fn core(policy: &Policy, question: &Question, entropy: [u8; 128]) -> Value {
    let Question { record, command, actor, presented, store, .. } = question;
    let [record, command, actor, presented, store] = [record, command, actor, presented, store].map(document);
    let [record, presented, store] =
        [&record, &presented, &store].map(|part| Some(part).filter(|part| **part != Document::Null));
    let request = ApplyRequest {
        record,
        command: &command,
        actor: &actor,
        presented,
        store,
        now: Instant::from_millis(question.now).expect("an instant"),
        entropy: question.mints.then(|| Entropy::from_bytes(&entropy).expect("random bytes")),
        audit_key: question.key.as_deref(),
    };
    match policy.apply(request) {
        Ok(outcome) => json_of(&outcome.to_value()),
        Err(problems) => json!({ "problems": problems.to_string() }),
    }
}

/// The commands that are due, according to the core.
pub fn core_due(policy: &Policy, record: &Value, now: i64) -> Value {
    let now = Instant::from_millis(now).expect("an instant");
    match policy.due(&document(record), now) {
        Ok(due) => due.iter().map(json_of).collect(),
        Err(problems) => json!({ "problems": problems.to_string() }),
    }
}

/// The first difference between the core's outcome and what the model expects.
///
/// The core draws secrets, so the digests that it writes are checked against the
/// plaintext and the key that it issues. The model knows the code of a refusal, not
/// its sentence.
pub fn difference(expected: &Value, actual: &Value) -> Option<String> {
    let mut expected = gist(expected.clone());
    if expected["change"].is_object()
        && actual["change"].is_object()
        && let Err(what) = fill(&mut expected["change"], &actual["change"])
    {
        return Some(what);
    }
    overdue(&mut expected["change"], &actual["change"]);
    let mut actual = gist(actual.clone());
    if let Some(change) = actual["change"].as_object_mut() {
        let handed_out = change["plaintext"].is_string();
        change.insert("plaintext".into(), handed_out.into());
    }
    first(&expected, &actual, "")
}

/// The outcome without sentences, in a fixed order.
fn gist(mut gist: Value) -> Value {
    if let Some(refusal) = gist["refusal"].as_object_mut() {
        refusal.retain(|name, _| name != "message");
    }
    if let Some(change) = gist["change"].as_object_mut() {
        change.remove("warnings");
        for (list, by) in [("writes", "id"), ("events", "token")] {
            if let Some(items) = change.get_mut(list).and_then(Value::as_array_mut) {
                items.sort_by(|a, b| a[by].as_str().cmp(&b[by].as_str()));
            }
        }
    }
    gist
}

/// Fills in the digests of drawn secrets after checking each against its secret.
fn fill(expected: &mut Value, actual: &Value) -> Result<(), String> {
    let preview = expected["preview"] == true;
    let minted = |value: &Value| value.as_str() == Some(MINTED);
    let mut keys = Vec::new();
    let Some(writes) = expected["writes"].as_array_mut() else { return Ok(()) };
    for write in writes {
        let id = write["id"].as_str().unwrap_or_default().to_string();
        let Some(record) = write["record"].as_object_mut() else { continue };
        if record.get("digest").is_some_and(minted) {
            if preview {
                record.remove("digest");
            } else {
                let secret = secret(actual["plaintext"].as_str().unwrap_or_default(), &id)?;
                record.insert("digest".into(), digest(&id, &secret).into());
            }
        }
        let offer = record.get_mut("renewal").and_then(|renewal| renewal.get_mut("offer"));
        if let Some(offer) = offer.and_then(Value::as_object_mut)
            && offer.get("digest").is_some_and(minted)
        {
            if preview {
                offer.remove("digest");
            } else {
                let notices = actual["notices"].as_array().into_iter().flatten();
                let key = notices.filter_map(|notice| notice["secret"].as_str()).next().unwrap_or_default();
                if !is_base62(key, 32) {
                    return Err("no single-use key of 32 characters stands in the notices".into());
                }
                offer.insert("digest".into(), digest(&id, key).into());
                keys.push(key.to_string());
            }
        }
    }
    let notices = expected["notices"].as_array_mut().into_iter().flatten();
    for (notice, key) in notices.filter(|notice| minted(&notice["secret"])).zip(keys) {
        notice["secret"] = key.into();
    }
    Ok(())
}

/// What is due already may stand under any instant that has passed.
fn overdue(expected: &mut Value, actual: &Value) {
    let (Some(own), Some(other)) =
        (expected.get_mut("writes").and_then(Value::as_array_mut), actual["writes"].as_array())
    else {
        return;
    };
    for write in own.iter_mut() {
        let Some(other) = other.iter().find(|other| other["id"] == write["id"]) else { continue };
        let (now, theirs) = (&actual["events"][0]["at"], &other["record"]["dueAt"]);
        if write["record"]["dueAt"] == *now && theirs.as_str() < now.as_str() && theirs.is_string() {
            write["record"]["dueAt"] = theirs.clone();
        }
    }
}

fn is_base62(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The secret of a plaintext that is well formed and names this token.
pub fn secret(plaintext: &str, id: &str) -> Result<String, String> {
    let wrong = || format!("{plaintext:?} is no plaintext of {id}");
    let (body, sum) = plaintext.split_at_checked(plaintext.len().saturating_sub(6)).ok_or_else(wrong)?;
    let (rest, secret) = body.rsplit_once('_').ok_or_else(wrong)?;
    let (_, own) = rest.rsplit_once('_').ok_or_else(wrong)?;
    let fits = own == id && checksum(body) == sum && is_base62(secret, 32);
    if fits { Ok(secret.into()) } else { Err(wrong()) }
}

/// The first place where two documents differ; nothing may be missing or too much.
pub fn first(expected: &Value, actual: &Value, at: &str) -> Option<String> {
    match (expected, actual) {
        (Value::Object(own), Value::Object(other)) => {
            let mut names: Vec<&String> = own.keys().chain(other.keys()).collect();
            names.sort();
            names.dedup();
            names.into_iter().find_map(|name| {
                let at = format!("{at}/{name}");
                match (own.get(name), other.get(name)) {
                    (Some(own), Some(other)) => first(own, other, &at),
                    (own, other) => Some(format!("{at}: the model says {own:?}, the core {other:?}")),
                }
            })
        }
        (Value::Array(own), Value::Array(other)) if own.len() == other.len() => own
            .iter()
            .zip(other)
            .enumerate()
            .find_map(|(i, (own, other))| first(own, other, &format!("{at}/{i}"))),
        _ if expected == actual => None,
        _ => Some(format!("{at}: the model says {expected}, the core {actual}")),
    }
}
