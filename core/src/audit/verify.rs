//! Was this trail left as it was written, and is it whole?

use alloc::string::String;
use alloc::vec::Vec;

use subtle::ConstantTimeEq;

use crate::audit::fault::Fault;
use crate::audit::kept::Kept;
use crate::audit::key::strong;
use crate::audit::progress::Progress;
use crate::audit::seal::{KEYED, PLAIN, head_of};
use crate::document::{ObjectReader, Place, Problems, Value, items, map, put, text};

/// Checks the events of one token, in the order of their sequence.
///
/// The request holds `events` and, as far as they are known, the `token`, the
/// `head` that was kept elsewhere, and what the store has for the token: its
/// `record`, or the `tombstone` of a deleted one. The answer holds `verified`,
/// the number of `events`, the last `head` and the `faults`, each with its
/// place, code and sentence.
///
/// It finds events that were altered, removed or reordered, events of another
/// token and of another key, and a trail without events. With the record or the
/// tombstone it also finds an end that was cut off, and a record that was
/// changed by something other than a command: the replay must lead to it. It
/// does not see digests, observations, `endsAt` and `dueAt`, which no event
/// holds. A person who can write trail and record can rewrite both from the
/// start, unless a key seals the events or a head is kept elsewhere. Events
/// that were sealed before a key was in use count only if one that takes the
/// key follows them.
///
/// A long trail is checked in parts: with `"more": true` the answer of a part
/// without faults holds `state`, which goes into the request for the next part
/// as `after`. The time that it takes is linear in the size of the events.
///
/// # Errors
/// The request has another form, or the key has fewer than 16 bytes. A broken
/// trail is an answer, not an error.
pub fn verify_trail(request: &Value, audit_key: Option<&[u8]>) -> Result<Value, Problems> {
    let audit_key = strong(audit_key)?;
    let mut problems = Problems::default();
    let trail = Trail::read(request, &mut problems);
    problems.into_result(())?;
    Ok(trail.unwrap_or_default().verify(audit_key))
}

#[derive(Default)]
struct Trail<'v> {
    events: &'v [Value],
    head: Option<&'v str>,
    token: Option<&'v str>,
    kept: Kept<'v>,
    /// What the parts before this one led to.
    after: Progress,
    /// Whether another part follows.
    more: bool,
}

impl<'v> Trail<'v> {
    fn read(request: &'v Value, problems: &mut Problems) -> Option<Trail<'v>> {
        let mut request = ObjectReader::read(request, Place::Root, problems)?;
        let events = request.required("events", problems, items);
        let head = request.optional("head", problems, text);
        let token = request.optional("token", problems, text);
        let kept = match (request.get("record"), request.get("tombstone")) {
            (Some(record), _) => Kept::Record(record),
            (None, Some(tombstone)) => Kept::Tombstone(tombstone),
            (None, None) => Kept::Unknown,
        };
        let after = request.optional("after", problems, Progress::read);
        let more = request.flag("more", false, problems);
        request.finish(problems);
        Some(Trail { events: events?, head, token, kept, after: after.unwrap_or_default(), more })
    }
}

/// What of an event the chain rests on.
struct Link<'v> {
    token: &'v str,
    sequence: i64,
    previous: Option<&'v str>,
    head: &'v str,
}

impl<'v> Link<'v> {
    fn read(event: &'v Value) -> Option<Link<'v>> {
        let Some(Value::Int(sequence)) = event.get("sequence") else { return None };
        Some(Link {
            token: event.get("token")?.as_text()?,
            sequence: *sequence,
            previous: event.get("previous").and_then(Value::as_text),
            head: event.get("head")?.as_text()?,
        })
    }

    fn is_keyed(&self) -> bool {
        self.head.starts_with(KEYED)
    }
}

impl Trail<'_> {
    fn verify(mut self, key: Option<&[u8]>) -> Value {
        let mut faults = Vec::new();
        let links: Vec<Option<Link<'_>>> = self.events.iter().map(Link::read).collect();
        let keyed = links.iter().rposition(|link| link.as_ref().is_some_and(Link::is_keyed));
        let seals: Vec<Option<Fault>> = links
            .iter()
            .zip(self.events)
            .enumerate()
            .map(|(i, (link, event))| match link {
                Some(link) => sealed(event, link.head, key, keyed.is_some_and(|last| i < last)),
                None => Some(Fault::Malformed),
            })
            .collect();
        let wrong_key = is_wrong_key(&links, &seals);
        if keyed.is_some() {
            self.after.unkeyed = None;
        }
        let first = links.iter().flatten().next().map(|link| link.token);
        let token: Option<String> = self.token.or(self.after.token.as_deref()).or(first).map(String::from);
        for (i, (link, seal)) in links.iter().zip(&seals).enumerate() {
            let index = self.after.events + i as i64;
            let place = link.as_ref().map(|link| link.sequence);
            let mut say = |fault: Fault| faults.push(fault.to_value(Some(index), place));
            match seal {
                Some(Fault::Altered) if wrong_key => {}
                // The key may come in a later part.
                Some(Fault::Unkeyed) if self.more => {
                    self.after.unkeyed = self.after.unkeyed.or(Some(index));
                }
                Some(fault) => say(*fault),
                None => {}
            }
            let Some(link) = link else { continue };
            if token.as_deref() != Some(link.token) {
                say(Fault::OtherToken);
            }
            if let Some(fault) = follows(&self.after, link) {
                say(fault);
            }
            self.after.sequence = link.sequence;
            self.after.head = Some(link.head.into());
        }
        if wrong_key {
            faults.push(Fault::WrongKey.to_value(None, None));
        }
        let total = self.after.events + self.events.len() as i64;
        if !self.more {
            faults.extend(self.after.unkeyed.map(|index| Fault::Unkeyed.to_value(Some(index), None)));
            faults.extend(self.end(&links, total).map(|fault| fault.to_value(None, None)));
        }
        // What a broken chain says about the record means nothing.
        if faults.is_empty() {
            let gaps = self.after.replay.follow(self.events);
            let mut places: Vec<usize> = gaps.iter().map(|gap| gap.event).collect();
            places.dedup();
            faults.extend(places.into_iter().map(|place| {
                let sequence = links.get(place).and_then(Option::as_ref).map(|link| link.sequence);
                Fault::DoesNotFollow.to_value(Some(self.after.events + place as i64), sequence)
            }));
        }
        if faults.is_empty() && !self.more {
            faults = self.kept.faults(&self.after.replay, self.events.last());
        }
        let mut report = map!([
            ("verified", faults.is_empty().into()),
            ("events", Value::Int(total)),
            ("head", self.after.head.as_deref().into()),
        ]);
        if let Value::Map(fields) = &mut report {
            if self.more && faults.is_empty() {
                self.after.events = total;
                self.after.token = token;
                put(fields, "state", self.after.to_value());
            }
            put(fields, "faults", Value::List(faults));
        }
        report
    }

    /// Whether the trail ends where the head that was kept elsewhere says.
    fn end(&self, links: &[Option<Link<'_>>], total: i64) -> Option<Fault> {
        let Some(head) = self.head.or(self.kept.head()) else { return (total == 0).then_some(Fault::Empty) };
        let place = links.iter().rposition(|link| link.as_ref().is_some_and(|link| link.head == head));
        match place {
            Some(place) if place + 1 < links.len() => Some(Fault::BeyondHead),
            Some(_) => None,
            None if self.after.head.as_deref() == Some(head) => None,
            None => Some(Fault::CutOff),
        }
    }
}

/// Whether the event's head is that of what it says. `key_came_later`: an event
/// that was sealed with a key follows.
fn sealed(event: &Value, head: &str, key: Option<&[u8]>, key_came_later: bool) -> Option<Fault> {
    let keyed = head.starts_with(KEYED);
    let Value::Map(fields) = event else { return Some(Fault::Malformed) };
    if keyed && key.is_none() {
        return Some(Fault::KeyNeeded);
    }
    if key.is_some() && head.starts_with(PLAIN) && !key_came_later {
        return Some(Fault::Unkeyed);
    }
    let fields: Vec<(String, Value)> = fields.iter().filter(|(name, _)| name != "head").cloned().collect();
    let expected = head_of(&Value::Map(fields), key.filter(|_| keyed));
    let same: bool = expected.as_bytes().ct_eq(head.as_bytes()).into();
    (!same).then_some(Fault::Altered)
}

/// Every event that takes a key, and there is one, has another head than the key gives.
fn is_wrong_key(links: &[Option<Link<'_>>], seals: &[Option<Fault>]) -> bool {
    let mut keyed = links
        .iter()
        .zip(seals)
        .filter_map(|(link, seal)| link.as_ref().filter(|link| link.is_keyed()).map(|_| *seal))
        .peekable();
    keyed.peek().is_some() && keyed.all(|seal| seal == Some(Fault::Altered))
}

/// Whether an event is the one that comes after those before it.
fn follows(before: &Progress, link: &Link<'_>) -> Option<Fault> {
    let Some(head) = before.head.as_deref() else {
        return (link.previous.is_some() || link.sequence != 1).then_some(Fault::Removed);
    };
    if link.sequence <= before.sequence {
        Some(Fault::Reordered)
    } else if link.sequence > before.sequence + 1 {
        Some(Fault::Removed)
    } else {
        (link.previous != Some(head)).then_some(Fault::Replaced)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audit::seal;

    const KEY: Option<&[u8]> = Some(b"a key of the host, 32 bytes long");

    fn trail(token: &str, keys: &[Option<&[u8]>]) -> Vec<Value> {
        let mut head: Option<String> = None;
        let mut events = Vec::new();
        for (sequence, key) in (1..).zip(keys) {
            let Value::Map(fields) = map!([
                ("token", token.into()),
                ("sequence", Value::Int(sequence)),
                ("reason", "why".into()),
                ("changes", Value::Map(Vec::new())),
            ]) else {
                panic!("a map")
            };
            let (event, sealed) = seal(fields, head.as_deref(), *key);
            events.push(event);
            head = Some(sealed);
        }
        events
    }

    fn head(event: &Value) -> Value {
        event.get("head").cloned().expect("a head")
    }

    fn set(event: &mut Value, name: &str, value: Value) {
        let Value::Map(fields) = event else { panic!("a map") };
        fields.iter_mut().find(|(known, _)| known == name).expect("a field").1 = value;
    }

    /// The codes with the places they stand at, -1 for the trail as a whole.
    fn faults(events: &[Value], head: Option<&Value>, key: Option<&[u8]>) -> Vec<(i64, String)> {
        let request = map!([
            ("events", events.iter().cloned().collect()),
            ("head", head.cloned().unwrap_or(Value::Null))
        ]);
        let answer = verify_trail(&request, key).expect("a request");
        let Some(Value::List(faults)) = answer.get("faults") else { panic!("a list") };
        assert_eq!(answer.get("verified"), Some(&Value::Bool(faults.is_empty())));
        let fault = |fault: &Value| {
            let index = match fault.get("index") {
                Some(Value::Int(index)) => *index,
                _ => -1,
            };
            (index, fault.get("code").and_then(Value::as_text).expect("a code").into())
        };
        faults.iter().map(fault).collect()
    }

    fn one(index: i64, code: &str) -> Vec<(i64, String)> {
        alloc::vec![(index, code.into())]
    }

    #[test]
    fn aud_02_a_trail_that_was_not_touched_is_verified() {
        for key in [None, KEY] {
            let events = trail("a", &[key; 3]);
            assert_eq!(faults(&events, Some(&head(&events[2])), key), []);
            assert_eq!(faults(&events, None, key), []);
        }
        assert_eq!(faults(&[], None, None), one(-1, "empty"));
    }

    #[test]
    fn an_altered_event_is_found() {
        let mut events = trail("a", &[KEY; 3]);
        set(&mut events[1], "reason", "another".into());
        assert_eq!(faults(&events, None, KEY), one(1, "altered"));
    }

    #[test]
    fn a_resealed_event_is_found_by_the_next_event_or_by_the_head() {
        let mut events = trail("a", &[None; 3]);
        let kept = head(&events[2]);
        for place in [1, 2] {
            let Value::Map(mut fields) = events[place].clone() else { panic!("a map") };
            fields.retain(|(name, _)| name != "previous" && name != "head");
            fields.push(("by".into(), "another".into()));
            let before = head(&events[place - 1]);
            events[place] = seal(fields, before.as_text(), None).0;
        }
        assert_eq!(faults(&events, None, None), []);
        assert_eq!(faults(&events, Some(&kept), None), one(-1, "cut_off"));
        events[2] = trail("a", &[None; 3])[2].clone();
        assert_eq!(faults(&events, None, None), one(2, "replaced"));
    }

    #[test]
    fn removed_reordered_repeated_and_cut_off_events_are_found() {
        let events = trail("a", &[KEY; 4]);
        let kept = head(&events[3]);
        let without = |place: usize| {
            let mut rest = events.clone();
            rest.remove(place);
            rest
        };
        assert_eq!(faults(&without(0), Some(&kept), KEY), one(0, "removed"));
        assert_eq!(faults(&without(2), Some(&kept), KEY), one(2, "removed"));
        assert_eq!(faults(&without(3), None, KEY), []);
        assert_eq!(faults(&without(3), Some(&kept), KEY), one(-1, "cut_off"));
        assert_eq!(faults(&[], Some(&kept), KEY), one(-1, "cut_off"));
        assert_eq!(faults(&events, Some(&head(&events[2])), KEY), one(-1, "beyond_head"));
        let mut swapped = events.clone();
        swapped.swap(1, 2);
        assert_eq!(
            faults(&swapped, Some(&kept), KEY),
            [(1, "removed".into()), (2, "reordered".into()), (3, "removed".into())]
        );
        let mut twice = events.clone();
        twice.insert(1, events[0].clone());
        assert_eq!(faults(&twice, Some(&kept), KEY), one(1, "reordered"));
    }

    #[test]
    fn another_key_and_no_key_are_told_apart_from_an_altered_event() {
        let events = trail("a", &[KEY; 2]);
        assert_eq!(faults(&events, None, Some(b"another key of the host")), one(-1, "wrong_key"));
        assert_eq!(faults(&events, None, None), [(0, "key_needed".into()), (1, "key_needed".into())]);
    }

    #[test]
    fn events_from_before_the_key_count_when_one_with_the_key_follows() {
        assert_eq!(faults(&trail("a", &[None, None, KEY]), None, KEY), []);
        assert_eq!(faults(&trail("a", &[None, KEY, None]), None, KEY), one(2, "unkeyed"));
        assert_eq!(faults(&trail("a", &[None]), None, KEY), one(0, "unkeyed"));
    }

    #[test]
    fn events_of_another_token_are_found() {
        let events = trail("a", &[None; 2]);
        let request =
            |token: &str| map!([("events", events.iter().cloned().collect()), ("token", token.into())]);
        let of = |token| verify_trail(&request(token), None).expect("a request");
        assert_eq!(of("a").get("verified"), Some(&Value::Bool(true)));
        assert!(of("b").to_json().contains(r#""index":1,"sequence":2,"code":"other_token""#));
        let mixed = [trail("a", &[None])[0].clone(), trail("b", &[None; 2])[1].clone()];
        assert_eq!(faults(&mixed, None, None), [(1, "other_token".into()), (1, "replaced".into())]);
    }

    #[test]
    fn what_is_no_event_is_a_fault_and_another_form_of_request_a_problem() {
        assert_eq!(
            faults(&["x".into(), Value::Null], None, None),
            [(0, "malformed".into()), (1, "malformed".into())]
        );
        assert!(verify_trail(&Value::Null, None).is_err());
        assert!(verify_trail(&map!([("events", "x".into())]), None).is_err());
        let weak = verify_trail(&map!([("events", Value::List(Vec::new()))]), Some(b"fifteen bytes !"));
        assert_eq!(
            weak.expect_err("weak").iter().map(|problem| problem.code).collect::<Vec<_>>(),
            ["weak_key"]
        );
    }
}
