//! How far the check of a trail came that is handed over in parts.

use alloc::string::String;

use crate::audit::replay::Replay;
use crate::document::{ObjectReader, Place, Problems, Value, count, expected, map, text};

/// What the parts so far led to.
#[derive(Default)]
pub(super) struct Progress {
    /// How many events there were.
    pub(super) events: i64,
    pub(super) token: Option<String>,
    /// Those of the last event.
    pub(super) sequence: i64,
    pub(super) head: Option<String>,
    /// The first of the last events that were sealed without the key.
    pub(super) unkeyed: Option<i64>,
    pub(super) replay: Replay,
}

impl Progress {
    pub(super) fn read(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Progress> {
        let mut fields = ObjectReader::read(value, *at, problems)?;
        let events = fields.required("events", problems, count);
        let token = fields.optional("token", problems, text).map(String::from);
        let sequence = fields.required("sequence", problems, count);
        let head = fields.required("head", problems, text).map(String::from);
        let unkeyed = fields.optional("unkeyed", problems, number);
        let replay = fields.optional("replay", problems, |value, at, problems| match value {
            Value::Map(fields) => Some(fields.clone()),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => {
                expected(problems, at, "an object");
                None
            }
        });
        fields.finish(problems);
        let sequence = sequence?.into();
        Some(Progress {
            events: events?.into(),
            token,
            sequence,
            head,
            unkeyed,
            replay: Replay::after(replay.unwrap_or_default(), sequence),
        })
    }

    /// As a document, for the request about the next part.
    pub(super) fn to_value(&self) -> Value {
        map!([
            ("events", Value::Int(self.events)),
            ("token", self.token.as_deref().into()),
            ("sequence", Value::Int(self.sequence)),
            ("head", self.head.as_deref().into()),
            ("unkeyed", self.unkeyed.map_or(Value::Null, Value::Int)),
            ("replay", Value::Map(self.replay.fields.clone())),
        ])
    }
}

fn number(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<i64> {
    match value {
        Value::Int(number) => Some(*number),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => {
            expected(problems, at, "a whole number");
            None
        }
    }
}
