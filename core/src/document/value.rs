//! The shape of every document: a JSON value, read once, within bounds.

use alloc::string::String;
use alloc::vec::Vec;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::base::{decimal, join, sort};
use crate::document::budget::{Budget, TOO_LARGE};
use crate::document::json;
use crate::document::problem::Problem;

/// A JSON value whose numbers are whole and at most 2^53 - 1 in size.
///
/// No document of ours holds a fraction, and a number that JavaScript cannot
/// hold exactly would mean one thing here and another there; both are refused.
/// Fields keep the order in which they were written; a name that stands twice
/// is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
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

/// What a document may cost before it is read: deeper or larger ones are refused.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of text, keys included.
    pub bytes: usize,
    /// Lists and maps inside one another.
    pub depth: usize,
}

impl Bounds {
    /// A policy document: 8 MiB.
    pub const POLICY: Bounds = Bounds { bytes: 8 << 20, depth: 32 };
    /// A token record or a subject: 256 KiB.
    pub const RECORD: Bounds = Bounds { bytes: 256 << 10, depth: 32 };
    /// A command with the record that it speaks of and the actor who gives it: 1 MiB.
    pub const REQUEST: Bounds = Bounds { bytes: 1 << 20, depth: 40 };
    /// A list of records, events or notices: 8 MiB.
    pub const LISTING: Bounds = Bounds { bytes: 8 << 20, depth: 40 };
}

impl Value {
    /// The largest whole number that every JSON reader holds exactly: 2^53 - 1.
    pub const LARGEST: i64 = (1 << 53) - 1;

    /// Reads JSON text.
    ///
    /// # Errors
    /// A problem without a path: the text is no JSON, or breaks a rule of [`Value`] or of `bounds`.
    pub fn parse(text: &str, bounds: Bounds) -> Result<Value, Problem> {
        if text.len() > bounds.bytes {
            return Err(Problem::new("too_large", TOO_LARGE));
        }
        let budget = Budget::of(bounds);
        let value = json::read(text, &budget);
        budget.verdict()?;
        value.map_err(|error| {
            let (line, column) = error.line_and_column(text);
            let place =
                [" line ", &decimal(line as u64), ", column ", &decimal(column as u64), " on"].concat();
            Problem::new("not_json", &join(&["the text is no JSON from", &place]))
        })
    }

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

    /// The value as JSON text: one line without white space, fields in their order.
    ///
    /// Control characters, line separators and those that turn the direction of
    /// writing are escaped, so that a log shows what stands there. The text reads
    /// back as the same value.
    pub fn to_json(&self) -> String {
        let mut text = String::new();
        json::write(self, json::Escapes::Misleading, &mut text);
        text
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

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn parse(text: &str) -> Result<Value, Problem> {
        Value::parse(text, Bounds::RECORD)
    }

    #[test]
    fn dos_03_deep_long_and_huge_documents_are_refused_without_a_crash() {
        assert!(parse(&"[".repeat(10_000)).is_err());
        assert!(parse(&("[".repeat(33) + &"]".repeat(33))).is_err());
        assert!(parse(&("[".repeat(32) + &"]".repeat(32))).is_ok());
        assert!(parse(&"9".repeat(200_000)).is_err());
        assert!(parse(&alloc::format!("\"{}\"", "a".repeat(1 << 18))).is_err());
        assert!(parse(&alloc::format!("[{}0]", "0,".repeat(1 << 16))).is_ok());
    }

    #[test]
    fn numbers_mean_the_same_in_every_language() {
        assert_eq!(parse("2.0"), Ok(Value::Int(2)));
        assert_eq!(parse("2e3"), Ok(Value::Int(2000)));
        assert_eq!(parse("-0"), Ok(Value::Int(0)));
        assert_eq!(parse("9007199254740991"), Ok(Value::Int(Value::LARGEST)));
        for text in ["1.5", "9007199254740992", "1e400", "NaN", "18446744073709551615", "01"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_name_that_stands_twice_is_refused() {
        assert!(parse(r#"{"a":1,"a":1}"#).is_err());
    }

    #[test]
    fn p10_an_error_never_carries_the_input() {
        let error = parse(r#"{"plaintext": ex_pat_secret}"#).expect_err("not JSON");
        assert!(!error.message.contains("secret"), "{}", error.message);
        assert_eq!(error.code.to_string(), "not_json");
    }
}
