//! The record, made again out of its trail.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{ObjectReader, Place, Problems, Value, items, put};
use crate::token::FIELDS;

/// The record that the events of one token, all of them in order, lead to;
/// `null` when the last one deleted it.
///
/// Digests, the observations `lastUsedAt` and `secretUsedAt`, and `endsAt` and
/// `dueAt`, which the policy works out, are no part of it: no event tells them.
/// It does not look at the seals; [`verify_trail`](crate::verify_trail) does.
///
/// # Errors
/// The request is not `{"events": […]}`, or the events do not fit together: one
/// is missing, or the record was changed by something other than a command.
pub fn replay(request: &Value) -> Result<Value, Problems> {
    let mut problems = Problems::default();
    let events = ObjectReader::read(request, Place::Root, &mut problems)
        .and_then(|mut request| request.required("events", &mut problems, items));
    let events_at = Place::Root.field("events");
    let mut record = Replayed::default();
    for (i, event) in events.unwrap_or_default().iter().enumerate() {
        record.take(event, &events_at.item(i), &mut problems);
    }
    problems.into_result(record.finish())
}

#[derive(Default)]
struct Replayed {
    fields: Vec<(String, Value)>,
    last: Option<i64>,
    deleted: bool,
}

impl Replayed {
    fn take(&mut self, event: &Value, at: &Place<'_>, problems: &mut Problems) {
        let (Some(Value::Int(sequence)), Some(Value::Map(changes))) =
            (event.get("sequence"), event.get("changes"))
        else {
            problems.add(at, "malformed", "this is no event: sequence or changes are missing".into());
            return;
        };
        if self.last.is_some_and(|last| last.checked_add(1) != Some(*sequence)) {
            problems.add(&at.field("sequence"), "removed", "an event is missing before this one".into());
        }
        self.last = Some(*sequence);
        for (name, change) in changes {
            let place = self.fields.iter().position(|(known, _)| known == name);
            let present = place.and_then(|place| self.fields.get(place)).map(|(_, value)| value);
            if present != change.get("before") {
                let message = "the record held something else before this event".into();
                problems.add(&at.field("changes").field(name), "does_not_follow", message);
            }
            match (place.and_then(|place| self.fields.get_mut(place)), change.get("after")) {
                (Some((_, value)), Some(after)) => *value = after.clone(),
                (None, Some(after)) => put(&mut self.fields, name, after.clone()),
                (_, None) => self.fields.retain(|(known, _)| known != name),
            }
        }
        self.deleted = event.get("event").and_then(Value::as_text) == Some("deleted");
        let told = [("sequence", "revision"), ("command", "lastCommand"), ("head", "auditHead")];
        for (of_event, of_record) in told {
            self.fields.retain(|(known, _)| known != of_record);
            if let Some(value) = event.get(of_event) {
                put(&mut self.fields, of_record, value.clone());
            }
        }
    }

    /// The fields in the order in which records have them, unknown ones behind.
    fn finish(mut self) -> Value {
        if self.deleted || self.last.is_none() {
            return Value::Null;
        }
        let mut fields = Vec::new();
        for name in FIELDS {
            if let Some(place) = self.fields.iter().position(|(known, _)| known == name) {
                fields.push(self.fields.remove(place));
            }
        }
        fields.append(&mut self.fields);
        Value::Map(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::{changes, seal};
    use crate::document::{Bounds, map};

    fn read(text: &str) -> Value {
        Value::parse(text, Bounds::RECORD).expect("JSON")
    }

    /// The trail of a token whose record went through these versions.
    fn trail(versions: &[Option<Value>]) -> Vec<Value> {
        let mut head: Option<String> = None;
        let mut before: Option<&Value> = None;
        let mut events = Vec::new();
        for (sequence, after) in (1..).zip(versions) {
            let event = map!([
                ("sequence", Value::Int(sequence)),
                ("command", "c".into()),
                ("event", if after.is_some() { "edited" } else { "deleted" }.into()),
                ("changes", changes(before, after.as_ref())),
            ]);
            let Value::Map(fields) = event else { panic!("a map") };
            let (event, sealed) = seal(fields, head.as_deref(), None);
            events.push(event);
            head = Some(sealed);
            before = after.as_ref();
        }
        events
    }

    fn replayed(events: &[Value]) -> Result<Value, Problems> {
        replay(&map!([("events", events.iter().cloned().collect())]))
    }

    #[test]
    fn aud_02_events_replayed_are_the_record_but_for_digests_and_observations() {
        let first = read(
            r#"{"v":1,"id":"a","name":"old","digest":"sha256:1","expiresAt":null,"lock":{"by":"x"},"team":"t"}"#,
        );
        let second = read(
            r#"{"v":1,"id":"a","name":"new","digest":"sha256:2","previous":{"digest":"sha256:1","until":"u"},
                "createdAt":"c","expiresAt":"e","lastUsedAt":"l","team":null}"#,
        );
        let events = trail(&[Some(first), Some(second)]);
        let record = replayed(&events).expect("a trail").to_json();
        let head = events[1].get("head").and_then(Value::as_text).expect("a head");
        let expected = r#"{"v":1,"id":"a","name":"new","previous":{"until":"u"},"createdAt":"c","expiresAt":"e","auditHead":"HEAD","revision":2,"lastCommand":"c","team":null}"#;
        assert_eq!(record, expected.replace("HEAD", head));
    }

    #[test]
    fn a_deleted_token_has_no_record() {
        let events = trail(&[Some(read(r#"{"v":1}"#)), None]);
        assert_eq!(replayed(&events), Ok(Value::Null));
        assert_eq!(replayed(&[]), Ok(Value::Null));
    }

    #[test]
    fn events_that_do_not_fit_together_are_named() {
        let versions = ["a", "b", "c"].map(|name| Some(map!([("name", name.into())])));
        let mut events = trail(&versions);
        events.remove(1);
        let problems = replayed(&events).expect_err("a gap");
        let found: Vec<_> = problems.iter().map(|problem| (problem.path.as_str(), problem.code)).collect();
        assert_eq!(found, [("/events/1/sequence", "removed"), ("/events/1/changes/name", "does_not_follow")]);
        assert!(replay(&Value::Null).is_err());
        assert!(replayed(&["x".into()]).is_err());
    }
}
