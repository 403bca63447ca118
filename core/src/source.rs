//! Values out of any serde source, such as JavaScript's objects.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use crate::budget::{Budget, Fault};
use crate::value::Value;

/// Reads a value from a source, each of its fields once.
pub(crate) fn read<'de, D: Deserializer<'de>>(source: D, budget: &Budget) -> Result<Value, D::Error> {
    Seed { budget, depth: budget.depth }.deserialize(source)
}

#[derive(Clone, Copy)]
struct Seed<'b> {
    budget: &'b Budget,
    depth: usize,
}

impl Seed<'_> {
    /// For what stands inside this value; `None` when it stands too deep.
    fn inner(self) -> Option<Self> {
        if self.depth == 0 {
            self.budget.fault(Fault::TooDeep);
        }
        Some(Seed { depth: self.depth.checked_sub(1)?, ..self })
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
        self.budget.spend(0);
        Ok(Value::Null)
    }

    fn visit_none<E: Error>(self) -> Result<Value, E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, source: D) -> Result<Value, D::Error> {
        self.deserialize(source)
    }

    fn visit_bool<E: Error>(self, truth: bool) -> Result<Value, E> {
        self.budget.spend(0);
        Ok(Value::Bool(truth))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
        self.budget.spend(0);
        if number.unsigned_abs() > Value::LARGEST as u64 {
            self.budget.fault(Fault::BadNumber);
        }
        Ok(Value::Int(number))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
        // Every number of JavaScript is one of these; whole ones are meant as such.
        let whole = number as i64;
        if number != whole as f64 {
            self.budget.fault(Fault::BadNumber);
        }
        self.visit_i64(whole)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
        self.budget.spend(text.len());
        Ok(Value::Text(String::from(text)))
    }

    fn visit_string<E: Error>(self, text: String) -> Result<Value, E> {
        self.budget.spend(text.len());
        Ok(Value::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let Some(inner) = self.inner() else { return Ok(Value::Null) };
        let mut items = Vec::new();
        while self.budget.spend(0)
            && let Some(item) = source.next_element_seed(inner)?
        {
            items.push(item);
        }
        Ok(Value::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut source: A) -> Result<Value, A::Error> {
        let Some(inner) = self.inner() else { return Ok(Value::Null) };
        let mut fields: Vec<(String, Value)> = Vec::new();
        while self.budget.spend(0)
            && let Some(Value::Text(name)) = source.next_key_seed(inner)?
        {
            fields.push((name, source.next_value_seed(inner)?));
        }
        Ok(self.budget.map(fields))
    }
}
