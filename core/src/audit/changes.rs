//! What a command changed in a record, without anything secret and without
//! what was merely observed.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::sort;
use crate::document::{Value, put};

/// Fields that no event holds: digests, observations, and what the policy works out.
pub(super) const UNSEEN: &[&str] = &["digest", "secretUsedAt", "lastUsedAt", "endsAt", "dueAt"];

/// Fields that an event holds by itself, and not among its changes.
const OWN: &[&str] = &["auditHead", "revision", "lastCommand"];

/// The fields in which two versions of a record differ, each with `before` and
/// `after`, in the order of the record.
///
/// A field that was not there has no `before`, one that is gone has no `after`:
/// `null` would say that the record held it. Digests are left out before the two
/// are compared, those of a replaced secret and of an offer as well.
pub(crate) fn changes(before: Option<&Value>, after: Option<&Value>) -> Value {
    let [before, after] = [before, after].map(|record| {
        let mut told = told(record);
        told.retain(|(name, _)| !OWN.contains(&name.as_str()));
        told
    });
    let mut changes = Vec::new();
    for (name, old, new) in matched(&before, &after) {
        if old != new {
            put(&mut changes, name, change(old, new));
        }
    }
    Value::Map(changes)
}

fn change(before: Option<&Value>, after: Option<&Value>) -> Value {
    let sides = [("before", before), ("after", after)];
    Value::Map(sides.into_iter().filter_map(|(side, value)| Some((side.into(), value?.clone()))).collect())
}

type Fields = [(String, Value)];
type Match<'f> = (&'f str, Option<&'f Value>, Option<&'f Value>);

/// The fields of two versions by name: in the order of the second, then those
/// that only the first has. Sorted and not searched for one by one.
pub(super) fn matched<'f>(before: &'f Fields, after: &'f Fields) -> Vec<Match<'f>> {
    let new = after.iter().enumerate().map(|(place, field)| (place, true, field));
    let old = before.iter().enumerate().map(|(place, field)| (after.len() + place, false, field));
    let mut fields: Vec<(usize, bool, &(String, Value))> = new.chain(old).collect();
    sort(&mut fields, &|a, b| a.2.0.cmp(&b.2.0));
    let mut matched: Vec<(usize, Match<'f>)> = Vec::new();
    for (place, is_new, (name, value)) in fields {
        match matched.last_mut() {
            // The new one comes first.
            Some((_, (known, old @ None, _))) if *known == name && !is_new => *old = Some(value),
            _ if is_new => matched.push((place, (name, None, Some(value)))),
            _ => matched.push((place, (name, Some(value), None))),
        }
    }
    sort(&mut matched, &|a, b| a.0.cmp(&b.0));
    matched.into_iter().map(|(_, field)| field).collect()
}

/// The fields of a record that an event may tell of.
pub(super) fn told(record: Option<&Value>) -> Vec<(String, Value)> {
    let Some(Value::Map(fields)) = record else { return Vec::new() };
    let told = fields.iter().filter(|(name, _)| !UNSEEN.contains(&name.as_str()));
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
    fn aud_03_fields_that_a_store_sorted_have_not_changed() {
        let [before, after] = [
            r#"{"renewal":{"every":"1d","offer":{"at":"a","until":"b"}}}"#,
            r#"{"renewal":{"offer":{"until":"b","at":"a"},"every":"1d"}}"#,
        ]
        .map(record);
        assert_eq!(changes(Some(&before), Some(&after)), Value::Map(Vec::new()));
    }

    #[test]
    fn a_new_record_is_all_after_and_a_deleted_one_all_before() {
        let record = record(r#"{"v":1,"digest":"sha256:1"}"#);
        assert_eq!(changes(None, Some(&record)).to_json(), r#"{"v":{"after":1}}"#);
        assert_eq!(changes(Some(&record), None).to_json(), r#"{"v":{"before":1}}"#);
    }
}
