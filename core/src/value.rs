//! The shape of every document: a JSON value, read once, within bounds.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::problem::Problem;
use crate::text::join;

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
}

const MAX_SAFE: i64 = (1 << 53) - 1;

impl Value {
    /// Reads JSON text.
    pub fn parse(text: &str, bounds: Bounds) -> Result<Value, Problem> {
        if text.len() > bounds.bytes {
            return Err(Problem::at(
                "",
                "too_large",
                String::from("the document is larger than this kind of document may be"),
            ));
        }
        let mut json = serde_json::Deserializer::from_str(text);
        let value = Value::read(&mut json, bounds).and_then(|value| json.end().map(|()| value));
        value.map_err(|error| {
            let mut place = String::from("line ");
            crate::text::push_padded(&mut place, error.line() as u64, 1);
            place.push_str(", column ");
            crate::text::push_padded(&mut place, error.column() as u64, 1);
            Problem::at(
                "",
                "not_json",
                join(&["not readable as JSON at ", &place, ": every name once, whole numbers, no comments"]),
            )
        })
    }

    /// Reads any serde source, each field once.
    pub fn read<'de, D: Deserializer<'de>>(source: D, bounds: Bounds) -> Result<Value, D::Error> {
        let left = Cell::new(bounds.bytes);
        Seed { left: &left, depth: bounds.depth }.deserialize(source)
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

    /// The value as JSON text, without white space, fields in their order.
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The same value with the fields of every map in byte order.
    pub(crate) fn sorted(&self) -> Value {
        match self {
            Value::List(items) => Value::List(items.iter().map(Value::sorted).collect()),
            Value::Map(fields) => {
                let mut fields: Vec<_> =
                    fields.iter().map(|(key, value)| (key.clone(), value.sorted())).collect();
                fields.sort_unstable_by(|a, b| a.0.cmp(&b.0));
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
        Value::List(items.into_iter().map(Into::into).collect())
    }
}

/// A map with these fields.
pub(crate) fn map<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (String::from(name), value)).collect())
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

#[derive(Clone, Copy)]
struct Seed<'b> {
    left: &'b Cell<usize>,
    depth: usize,
}

impl Seed<'_> {
    fn spend<E: Error>(self, bytes: usize) -> Result<(), E> {
        // Each value counts for itself as well, so that a long list of nothing is bounded too.
        let left =
            self.left.get().checked_sub(bytes + 1).ok_or_else(|| E::custom("the document is too large"))?;
        self.left.set(left);
        Ok(())
    }

    fn deeper<E: Error>(self) -> Result<Self, E> {
        let depth =
            self.depth.checked_sub(1).ok_or_else(|| E::custom("the document is nested too deeply"))?;
        Ok(Seed { depth, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Seed<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Seed<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.spend(0)?;
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        self.deserialize(source)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        self.spend(0)?;
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        self.spend(0)?;
        if number.unsigned_abs() > MAX_SAFE as u64 {
            return Err(E::custom("a number is too large to be exact everywhere"));
        }
        Ok(Value::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        // `2.0` and `2e3` are whole numbers; JavaScript cannot tell them from `2` and `2000`.
        let whole = number as i64;
        if number == whole as f64 && whole.unsigned_abs() <= MAX_SAFE as u64 {
            return self.visit_i64(whole);
        }
        Err(E::custom("a number is not whole"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.spend(text.len())?;
        Ok(Value::Text(String::from(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        self.spend(text.len())?;
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        self.spend(0)?;
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = source.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        self.spend(0)?;
        let inner = self.deeper()?;
        let mut fields: Vec<(String, Value)> = Vec::new();
        while let Some(name) = source.next_key::<String>()? {
            self.spend(name.len())?;
            fields.push((name, source.next_value_seed(inner)?));
        }
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        names.sort_unstable();
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(A::Error::custom("a name stands twice"));
        }
        Ok(Value::Map(fields))
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
        assert_eq!(parse("9007199254740991"), Ok(Value::Int(MAX_SAFE)));
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
