//! The shape of every document: a JSON value, read once, within bounds.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::base::sort;

/// A JSON value whose numbers are whole and at most 2^53 - 1 in size.
///
/// Fractions are refused because no document needs them, and larger numbers
/// because JavaScript would round them. Fields keep the order in which they were
/// written, but two maps are equal in any order: a store may sort them. An object
/// with two fields of one name is refused.
#[derive(Clone, Debug, Eq)]
pub enum Value {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number
    Int(i64),
    /// Text
    Text(String),
    /// `[…]`
    List(Vec<Value>),
    /// `{…}`
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The largest whole number that every JSON reader holds exactly: 2^53 - 1.
    pub const LARGEST: i64 = (1 << 53) - 1;

    /// The field of that name, when this is a map that has it.
    pub fn get(&self, name: &str) -> Option<&Value> {
        match self {
            Value::Map(fields) => fields.iter().find(|(key, _)| key == name).map(|(_, value)| value),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => None,
        }
    }

    /// The text, when this is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Value::Text(text) => Some(text),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The same value with the fields of every map in byte order.
    pub(crate) fn sorted(&self) -> Value {
        match self {
            Value::List(items) => Value::List(items.iter().map(Value::sorted).collect()),
            Value::Map(fields) => {
                let mut fields: Vec<_> =
                    fields.iter().map(|(key, value)| (key.clone(), value.sorted())).collect();
                sort(&mut fields, &|a, b| a.0.cmp(&b.0));
                Value::Map(fields)
            }
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => self.clone(),
        }
    }
}

impl PartialEq for Value {
    fn eq(&self, other: &Value) -> bool {
        match (self, other) {
            (Value::Null, Value::Null) => true,
            (Value::Bool(one), Value::Bool(other)) => one == other,
            (Value::Int(one), Value::Int(other)) => one == other,
            (Value::Text(one), Value::Text(other)) => one == other,
            (Value::List(one), Value::List(other)) => one == other,
            (Value::Map(one), Value::Map(other)) => {
                one.len() == other.len() && by_name(one) == by_name(other)
            }
            (
                Value::Null
                | Value::Bool(_)
                | Value::Int(_)
                | Value::Text(_)
                | Value::List(_)
                | Value::Map(_),
                _,
            ) => false,
        }
    }
}

fn by_name(fields: &[(String, Value)]) -> Vec<&(String, Value)> {
    let mut fields: Vec<_> = fields.iter().collect();
    sort(&mut fields, &|a, b| a.0.cmp(&b.0));
    fields
}

impl From<&str> for Value {
    fn from(text: &str) -> Value {
        Value::Text(String::from(text))
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text)
    }
}

impl From<bool> for Value {
    fn from(truth: bool) -> Value {
        Value::Bool(truth)
    }
}

impl<T: Into<Value>> From<Option<T>> for Value {
    fn from(value: Option<T>) -> Value {
        value.map_or(Value::Null, Into::into)
    }
}

impl<T: Into<Value>> FromIterator<T> for Value {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Value {
        let mut list = Vec::new();
        for item in items {
            list.push(item.into());
        }
        Value::List(list)
    }
}

/// A map with these fields: `map!([("name", value), …])`.
macro_rules! map {
    ([$(($name:expr, $value:expr $(,)?)),* $(,)?]) => {{
        let mut fields = ::alloc::vec::Vec::new();
        $($crate::document::put(&mut fields, $name, $value);)*
        $crate::document::Value::Map(fields)
    }};
}
pub(crate) use map;

#[inline(never)]
pub(crate) fn put(fields: &mut Vec<(String, Value)>, name: &str, value: Value) {
    fields.push((String::from(name), value));
}

impl Serialize for Value {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Value::Null => out.serialize_unit(),
            Value::Bool(truth) => out.serialize_bool(*truth),
            Value::Int(number) => out.serialize_i64(*number),
            Value::Text(text) => out.serialize_str(text),
            Value::List(items) => {
                let mut list = out.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(item)?;
                }
                list.end()
            }
            Value::Map(fields) => {
                let mut map = out.serialize_map(Some(fields.len()))?;
                for (name, value) in fields {
                    map.serialize_entry(name, value)?;
                }
                map.end()
            }
        }
    }
}
