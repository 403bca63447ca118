//! A record that is being written.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{Value, put};
use crate::token::FIELDS;

/// The record as it will be. Fields that this version does not know survive.
pub(crate) struct RecordDraft {
    fields: Vec<(String, Value)>,
}

impl RecordDraft {
    /// Of a new token.
    pub(crate) fn new() -> RecordDraft {
        RecordDraft { fields: Vec::new() }
    }

    /// Of a token that there is.
    pub(crate) fn of(record: &Value) -> RecordDraft {
        match record {
            Value::Map(fields) => RecordDraft { fields: fields.clone() },
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => {
                RecordDraft::new()
            }
        }
    }

    pub(crate) fn get(&self, name: &str) -> Option<&Value> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    #[inline(never)]
    pub(crate) fn set(&mut self, name: &str, value: Value) {
        set(&mut self.fields, name, value);
    }

    /// Sets the field, or removes it.
    pub(crate) fn set_or_remove(&mut self, name: &str, value: Option<Value>) {
        match value {
            Some(value) => self.set(name, value),
            None => self.remove(name),
        }
    }

    pub(crate) fn remove(&mut self, name: &str) {
        self.fields.retain(|(known, _)| known != name);
    }

    /// The fields of an object in the record.
    pub(crate) fn within(&mut self, name: &str) -> Option<RecordDraft> {
        self.get(name).filter(|value| matches!(value, Value::Map(_))).map(RecordDraft::of)
    }

    /// The record, its fields in their order, unknown ones behind.
    pub(crate) fn finish(mut self) -> Value {
        let mut fields = Vec::with_capacity(self.fields.len());
        for name in FIELDS {
            if let Some(place) = self.fields.iter().position(|(known, _)| known == name) {
                fields.push(self.fields.remove(place));
            }
        }
        fields.append(&mut self.fields);
        Value::Map(fields)
    }

    /// The record as far as it goes.
    pub(crate) fn value(&self) -> Value {
        Value::Map(self.fields.clone())
    }

    /// The fields in the order in which they were set.
    pub(crate) fn into_value(self) -> Value {
        Value::Map(self.fields)
    }
}

fn set(fields: &mut Vec<(String, Value)>, name: &str, value: Value) {
    match fields.iter_mut().find(|(known, _)| known == name) {
        Some((_, present)) => *present = value,
        None => put(fields, name, value),
    }
}
