//! Fields of JSON documents, read by name.

use portcullis_core::{Bounds, Instant, Value};

use crate::base::Error;

/// An answer of the rules, which must be a complete JSON document.
pub(crate) fn parse(text: &str) -> Result<Value, Error> {
    let bounds = Bounds { bytes: usize::MAX, depth: 2 * Bounds::LISTING.depth };
    Value::parse(text, bounds).map_err(|_| Error::BadAnswer("invalid JSON"))
}

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
    let Value::Int(number) = document.get(name)? else { return None };
    u64::try_from(*number).ok()
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

/// An object of the fields that are there.
pub(crate) fn object<const N: usize>(fields: [(&str, Option<Value>); N]) -> Value {
    Value::Map(there(fields).collect())
}

/// The fields that are there.
pub(crate) fn there<const N: usize>(
    fields: [(&str, Option<Value>); N],
) -> impl Iterator<Item = (String, Value)> {
    fields.into_iter().filter_map(|(name, value)| Some((name.into(), value?)))
}

/// A list, if every item can be converted.
pub(crate) fn list<T>(document: &Value, name: &str, read: impl Fn(&Value) -> Option<T>) -> Option<Vec<T>> {
    let Value::List(items) = document.get(name)? else { return None };
    items.iter().map(read).collect()
}
