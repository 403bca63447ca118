//! The record, made again out of its trail.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::sort;
use crate::document::{ObjectReader, Place, Problems, Value, items, put};
use crate::token::FIELDS;

/// The record that all events of one token, in order, lead to; `null` if the
/// last one deleted it.
///
/// Digests, the observations `lastUsedAt` and `secretUsedAt`, and `endsAt` and
/// `dueAt`, which the policy works out, are not part of it: no event holds them.
/// It does not check the seals; [`verify_trail`](crate::verify_trail) does. The
/// time that it takes is linear in the size of the events.
///
/// # Errors
/// The request is not `{"events": […]}`, or the events do not fit together: one
/// is missing, or something other than a command changed the record.
pub fn replay(request: &Value) -> Result<Value, Problems> {
    let mut problems = Problems::default();
    let events = ObjectReader::read(request, Place::Root, &mut problems)
        .and_then(|mut request| request.required("events", &mut problems, items));
    let mut replay = Replay::default();
    for gap in replay.follow(events.unwrap_or_default()) {
        gap.report(&mut problems);
    }
    problems.into_result(replay.record().map_or(Value::Null, Value::Map))
}

/// What the events so far lead to.
#[derive(Default)]
pub(super) struct Replay {
    /// The fields that events tell of, in the order in which they were set.
    pub(super) fields: Vec<(String, Value)>,
    pub(super) sequence: Option<i64>,
    /// What the last event says about itself: revision, command and head of the record.
    own: Vec<(String, Value)>,
    deleted: bool,
}

/// An event that does not follow from those before it.
pub(super) struct Gap {
    /// The place of the event in the list.
    pub(super) event: usize,
    place: usize,
    kind: GapKind,
}

enum GapKind {
    Malformed,
    Removed,
    DoesNotFollow(String),
}

impl Gap {
    fn report(&self, problems: &mut Problems) {
        let events = Place::Root.field("events");
        let at = events.item(self.event);
        match &self.kind {
            GapKind::Malformed => {
                problems.add(&at, "malformed", "not an event: sequence or changes are missing".into());
            }
            GapKind::Removed => {
                problems.add(&at.field("sequence"), "removed", "an event before this one is missing".into());
            }
            GapKind::DoesNotFollow(name) => {
                let message = "the record held another value before this event".into();
                problems.add(&at.field("changes").field(name), "does_not_follow", message);
            }
        }
    }
}

/// One change of one field.
struct Step<'v> {
    name: &'v str,
    event: usize,
    place: usize,
    before: Option<&'v Value>,
    after: Option<&'v Value>,
}

impl Replay {
    /// Goes on from what earlier events led to.
    pub(super) fn after(fields: Vec<(String, Value)>, sequence: i64) -> Replay {
        Replay { fields, sequence: Some(sequence), ..Replay::default() }
    }

    /// Goes on with these events; gives those that do not follow, in order.
    ///
    /// The changes are sorted by field and followed field by field, so that
    /// neither many events nor many fields are looked through for each change.
    pub(super) fn follow(&mut self, events: &[Value]) -> Vec<Gap> {
        let known = core::mem::take(&mut self.fields);
        let known_steps = known.iter().enumerate().map(|(place, (name, value))| Step {
            name,
            event: 0,
            place,
            before: None,
            after: Some(value),
        });
        let mut steps: Vec<Step<'_>> = known_steps.collect();
        let mut gaps = Vec::new();
        for (event, document) in events.iter().enumerate() {
            let (Some(Value::Int(sequence)), Some(Value::Map(changes))) =
                (document.get("sequence"), document.get("changes"))
            else {
                gaps.push(Gap { event, place: 0, kind: GapKind::Malformed });
                continue;
            };
            if self.sequence.is_some_and(|last| last.checked_add(1) != Some(*sequence)) {
                gaps.push(Gap { event, place: 0, kind: GapKind::Removed });
            }
            self.sequence = Some(*sequence);
            self.deleted = document.get("event").and_then(Value::as_text) == Some("deleted");
            self.own.clear();
            for (of_event, of_record) in
                [("sequence", "revision"), ("command", "lastCommand"), ("head", "auditHead")]
            {
                if let Some(value) = document.get(of_event) {
                    put(&mut self.own, of_record, value.clone());
                }
            }
            steps.extend(changes.iter().enumerate().map(|(place, (name, change))| Step {
                name,
                event: event + 1,
                place: place + 1,
                before: change.get("before"),
                after: change.get("after"),
            }));
        }
        sort(&mut steps, &|a, b| a.name.cmp(b.name));
        let mut fields: Vec<(&Step<'_>, &Value)> = Vec::new();
        for steps in steps.chunk_by(|a, b| a.name == b.name) {
            let mut present: Option<(&Step<'_>, &Value)> = None;
            for step in steps {
                let held = present.map(|(_, value)| value);
                if held != step.before {
                    let kind = GapKind::DoesNotFollow(step.name.into());
                    gaps.push(Gap { event: step.event.saturating_sub(1), place: step.place, kind });
                }
                present = step.after.map(|after| (present.map_or(step, |(since, _)| since), after));
            }
            fields.extend(present);
        }
        sort(&mut fields, &|(a, _), (b, _)| (a.event, a.place).cmp(&(b.event, b.place)));
        self.fields = fields.into_iter().map(|(step, value)| (step.name.into(), value.clone())).collect();
        sort(&mut gaps, &|a, b| (a.event, a.place).cmp(&(b.event, b.place)));
        gaps
    }

    /// The record: its fields in their order, unknown ones last. `None` before the
    /// token is created and after it is deleted.
    pub(super) fn record(&self) -> Option<Vec<(String, Value)>> {
        if self.deleted || self.sequence.is_none() {
            return None;
        }
        let place = |name: &str| FIELDS.iter().position(|known| *known == name).unwrap_or(FIELDS.len());
        let told = self.fields.iter().filter(|(name, _)| self.own.iter().all(|(own, _)| own != name));
        let mut fields: Vec<_> = told.chain(&self.own).map(|field| (place(&field.0), field)).collect();
        sort(&mut fields, &|a, b| a.0.cmp(&b.0));
        Some(fields.into_iter().map(|(_, field)| field.clone()).collect())
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
