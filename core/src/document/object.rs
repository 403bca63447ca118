//! Reads documents field by field. Every problem names its place.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Instant, Span, join};
use crate::document::problem::{Place, Problems, suggestion};
use crate::document::value::Value;

/// Reads the fields of an object and remembers which ones were read, so that it
/// can refuse the rest. A field that is `null` counts as absent.
pub(crate) struct ObjectReader<'v, 'p> {
    fields: &'v [(String, Value)],
    pub(crate) at: Place<'p>,
    asked: Vec<&'static str>,
}

impl<'v, 'p> ObjectReader<'v, 'p> {
    pub(crate) fn read(
        value: &'v Value,
        at: Place<'p>,
        problems: &mut Problems,
    ) -> Option<ObjectReader<'v, 'p>> {
        match value {
            Value::Map(fields) => Some(ObjectReader { fields, at, asked: Vec::new() }),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => {
                expected(problems, &at, "an object");
                None
            }
        }
    }

    /// Whether the value is an object.
    pub(crate) fn is_object(value: &'v Value, at: &Place<'_>, problems: &mut Problems) -> Option<()> {
        ObjectReader::read(value, *at, problems).map(|_| ())
    }

    /// The field unread, `null` included.
    #[inline(never)]
    pub(crate) fn raw(&mut self, name: &'static str) -> Option<&'v Value> {
        self.asked.push(name);
        self.fields.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }

    /// The field, unless it is absent or `null`.
    pub(crate) fn get(&mut self, name: &'static str) -> Option<&'v Value> {
        self.raw(name).filter(|value| !matches!(value, Value::Null))
    }

    /// The field read by `read`.
    pub(crate) fn optional<T>(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
        read: impl FnOnce(&'v Value, &Place<'_>, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(name)?;
        read(value, &self.at.field(name), problems)
    }

    /// The field read by `read`; a problem when it is absent.
    pub(crate) fn required<T>(
        &mut self,
        name: &'static str,
        problems: &mut Problems,
        read: impl FnOnce(&'v Value, &Place<'_>, &mut Problems) -> Option<T>,
    ) -> Option<T> {
        let value = self.demand(name, problems)?;
        read(value, &self.at.field(name), problems)
    }

    #[inline(never)]
    fn demand(&mut self, name: &'static str, problems: &mut Problems) -> Option<&'v Value> {
        let value = self.get(name);
        if value.is_none() {
            problems.add(&self.at, "missing_field", join(&["the field \"", name, "\" is required"]));
        }
        value
    }

    pub(crate) fn flag(&mut self, name: &'static str, default: bool, problems: &mut Problems) -> bool {
        self.optional(name, problems, truth).unwrap_or(default)
    }

    /// All fields, for objects whose names the author chooses.
    pub(crate) fn entries(&self) -> &'v [(String, Value)] {
        self.fields
    }

    /// Adds a problem for every field that was not read.
    pub(crate) fn finish(self, problems: &mut Problems) {
        for (name, _) in self.fields {
            if !self.asked.iter().any(|asked| asked == name) {
                let hint = suggestion(name, self.asked.iter().copied());
                problems.add(&self.at.field(name), "unknown_field", join(&["unknown field", &hint]));
            }
        }
    }
}

#[inline(never)]
pub(crate) fn expected(problems: &mut Problems, at: &Place<'_>, what: &str) {
    problems.add(at, "wrong_type", join(&["expected ", what]));
}

#[inline(never)]
pub(crate) fn truth(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<bool> {
    match value {
        Value::Bool(truth) => Some(*truth),
        Value::Null | Value::Int(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
            expected(problems, at, "true or false");
            None
        }
    }
}

#[inline(never)]
pub(crate) fn text<'v>(value: &'v Value, at: &Place<'_>, problems: &mut Problems) -> Option<&'v str> {
    let text = value.as_text();
    if text.is_none() {
        expected(problems, at, "a string");
    }
    text
}

/// A text of `1..=longest` bytes.
pub(crate) fn short_text(longest: usize) -> impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<String> {
    move |value, at, problems| text_up_to(longest, value, at, problems)
}

#[inline(never)]
fn text_up_to(longest: usize, value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<String> {
    let text = text(value, at, problems)?;
    if text.is_empty() || text.len() > longest {
        let most = crate::base::decimal(longest as u64);
        problems.add(at, "bad_length", join(&["expected a string of 1 to ", &most, " bytes"]));
        return None;
    }
    Some(text.into())
}

/// One of a closed list of words.
pub(crate) fn word<T: Copy>(
    words: &[(&'static str, T)],
) -> impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<T> {
    move |value, at, problems| {
        let found = value.as_text().and_then(|text| words.iter().find(|(word, _)| *word == text));
        if found.is_none() {
            let known: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            unknown_word(&known, at, problems);
        }
        found.map(|(_, meaning)| *meaning)
    }
}

#[inline(never)]
fn unknown_word(known: &[&str], at: &Place<'_>, problems: &mut Problems) {
    problems.add(at, "unknown_word", join(&["expected one of ", &crate::base::join_with(known, ", ")]));
}

#[inline(never)]
pub(crate) fn count(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<u32> {
    let number = match value {
        Value::Int(number) => u32::try_from(*number).ok().filter(|number| *number > 0),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
    };
    if number.is_none() {
        expected(problems, at, "a whole number above 0");
    }
    number
}

#[inline(never)]
pub(crate) fn span(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Span> {
    let span = value.as_text().and_then(Span::parse);
    if span.is_none() {
        problems.add(
            at,
            "bad_duration",
            "expected a duration such as \"180d\", \"2h\", \"30m\" or \"60s\", at most 36500d".into(),
        );
    }
    span
}

#[inline(never)]
pub(crate) fn instant(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Instant> {
    let instant = value.as_text().and_then(Instant::parse);
    if instant.is_none() {
        problems.add(
            at,
            "bad_instant",
            "expected an RFC 3339 instant between 2000 and 9999, such as \"2026-11-21T12:00:00.000Z\"".into(),
        );
    }
    instant
}

/// The items of a list, unread.
#[cfg(feature = "lifecycle")]
pub(crate) fn items<'v>(value: &'v Value, at: &Place<'_>, problems: &mut Problems) -> Option<&'v [Value]> {
    match value {
        Value::List(items) => Some(items),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Map(_) => {
            expected(problems, at, "a list");
            None
        }
    }
}

/// A list, each item read by `read`.
pub(crate) fn list<T>(
    read: impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<T>,
) -> impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<Vec<T>> {
    move |value, at, problems| {
        let Value::List(items) = value else {
            expected(problems, at, "a list");
            return None;
        };
        let mut read_items = Vec::new();
        for (i, item) in items.iter().enumerate() {
            read_items.extend(read(item, &at.item(i), problems));
        }
        (read_items.len() == items.len()).then_some(read_items)
    }
}

/// A list of texts.
pub(crate) fn texts(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    list(|value, at, problems| text(value, at, problems).map(String::from))(value, at, problems)
}
