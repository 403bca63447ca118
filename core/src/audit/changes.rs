//! What a command changed in a record, without anything secret and without
//! what was merely observed.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{Value, put};

/// Fields that no event tells of: the digest, observations, and what the event
/// says by itself or the policy works out.
pub(super) const UNTOLD: &[&str] =
    &["digest", "secretUsedAt", "lastUsedAt", "auditHead", "revision", "lastCommand", "endsAt", "dueAt"];

/// The fields in which two versions of a record differ, each with `before` and
/// `after`, in the order of the record.
///
/// A field that was not there has no `before`, one that is gone has no `after`:
/// `null` would say that the record held it. Digests are left out before the two
/// are compared, those of a replaced secret and of an offer as well.
pub(crate) fn changes(before: Option<&Value>, after: Option<&Value>) -> Value {
    let (before, after) = (told(before), told(after));
    let mut changes = Vec::new();
    for (name, new) in &after {
        let old = find(&before, name);
        if old != Some(new) {
            put(&mut changes, name, change(old, Some(new)));
        }
    }
    for (name, old) in &before {
        if find(&after, name).is_none() {
            put(&mut changes, name, change(Some(old), None));
        }
    }
    Value::Map(changes)
}

fn change(before: Option<&Value>, after: Option<&Value>) -> Value {
    let sides = [("before", before), ("after", after)];
    Value::Map(sides.into_iter().filter_map(|(side, value)| Some((side.into(), value?.clone()))).collect())
}

fn find<'f>(fields: &'f [(String, Value)], name: &str) -> Option<&'f Value> {
    fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// The fields of a record that an event may tell of.
fn told(record: Option<&Value>) -> Vec<(String, Value)> {
    let Some(Value::Map(fields)) = record else { return Vec::new() };
    let told = fields.iter().filter(|(name, _)| !UNTOLD.contains(&name.as_str()));
    told.map(|(name, value)| (name.clone(), told_of(name, value))).collect()
}

/// A field without the digests in it.
fn told_of(name: &str, value: &Value) -> Value {
    match (name, value) {
        ("previous", Value::Map(fields)) => without_digest(fields),
        ("renewal", Value::Map(fields)) => {
            let offer = |(name, value): &(String, Value)| match value {
                Value::Map(offer) if name == "offer" => (name.clone(), without_digest(offer)),
                other => (name.clone(), other.clone()),
            };
            Value::Map(fields.iter().map(offer).collect())
        }
        (_, value) => value.clone(),
    }
}

fn without_digest(fields: &[(String, Value)]) -> Value {
    Value::Map(fields.iter().filter(|(name, _)| name != "digest").cloned().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Bounds;

    fn record(text: &str) -> Value {
        Value::parse(text, Bounds::RECORD).expect("JSON")
    }

    #[test]
    fn aud_03_a_change_tells_neither_digests_nor_observations() {
        let before = record(
            r#"{"id":"a","name":"old","digest":"sha256:1","expiresAt":null,"idleAfter":"45d","revision":1,
                "lastUsedAt":"x","auditHead":"h","lastCommand":"c","endsAt":"e","dueAt":"d"}"#,
        );
        let after = record(
            r#"{"id":"a","name":"new","digest":"sha256:2","previous":{"digest":"sha256:1","until":"t"},
                "expiresAt":"z","revision":2,"secretUsedAt":"x",
                "renewal":{"every":"30d","offer":{"digest":"sha256:3","at":"n"}},"lock":null}"#,
        );
        assert_eq!(
            changes(Some(&before), Some(&after)).to_json(),
            r#"{"name":{"before":"old","after":"new"},"previous":{"after":{"until":"t"}},"expiresAt":{"before":null,"after":"z"},"renewal":{"after":{"every":"30d","offer":{"at":"n"}}},"lock":{"after":null},"idleAfter":{"before":"45d"}}"#
        );
    }

    #[test]
    fn another_digest_alone_is_no_change_that_is_told() {
        let with =
            |digest: &str| record(&alloc::format!(r#"{{"previous":{{"digest":"{digest}","until":"t"}}}}"#));
        assert_eq!(changes(Some(&with("sha256:1")), Some(&with("sha256:2"))), Value::Map(Vec::new()));
    }

    #[test]
    fn a_new_record_is_all_after_and_a_deleted_one_all_before() {
        let record = record(r#"{"v":1,"digest":"sha256:1"}"#);
        assert_eq!(changes(None, Some(&record)).to_json(), r#"{"v":{"after":1}}"#);
        assert_eq!(changes(Some(&record), None).to_json(), r#"{"v":{"before":1}}"#);
    }
}
