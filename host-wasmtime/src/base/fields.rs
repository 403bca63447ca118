//! Fields of JSON documents, read by name.

use portcullis_core::{Instant, Value};

/// The field, unless it is absent or `null`.
pub(crate) fn present<'v>(document: &'v Value, name: &str) -> Option<&'v Value> {
    document.get(name).filter(|value| **value != Value::Null)
}

pub(crate) fn text<'v>(document: &'v Value, name: &str) -> Option<&'v str> {
    document.get(name)?.as_text()
}

pub(crate) fn instant(document: &Value, name: &str) -> Option<Instant> {
    Instant::parse(text(document, name)?)
}

pub(crate) fn number(document: &Value, name: &str) -> Option<u64> {
    match document.get(name)? {
        Value::Int(number) => u64::try_from(*number).ok(),
        Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
    }
}

/// The field, converted: absent is `Some(None)`, and a wrong type is `None`.
pub(crate) fn optional<'v, T>(
    document: &'v Value,
    name: &str,
    read: impl FnOnce(&'v Value, &str) -> Option<T>,
) -> Option<Option<T>> {
    match present(document, name) {
        Some(_) => read(document, name).map(Some),
        None => Some(None),
    }
}

/// A list, if every item can be converted.
pub(crate) fn list<T>(document: &Value, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    match document.get(name)? {
        Value::List(items) => items.iter().map(read).collect(),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Map(_) => None,
    }
}
