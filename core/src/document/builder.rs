//! Builds values that do not come as text: a host passes them piece by piece.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::budget::{Bounds, Budget, Fault, with_distinct_names};
use crate::document::problem::Problem;
use crate::document::value::Value;

/// Builds one document, within bounds, by the rules of [`Value`].
///
/// A piece that breaks a rule is noted and replaced by a placeholder;
/// [`ValueBuilder::finish`] returns the first fault. A host that reads a large
/// source checks [`ValueBuilder::is_ok`] as it goes, and stops when it is `false`.
#[derive(Debug)]
pub struct ValueBuilder(Budget);

impl ValueBuilder {
    /// An empty builder with these bounds.
    pub fn new(bounds: Bounds) -> ValueBuilder {
        ValueBuilder(Budget::of(bounds))
    }

    /// `null`, `true` or `false`.
    pub fn null_or_bool(&self, value: Option<bool>) -> Value {
        self.0.spend(0);
        value.into()
    }

    /// A number, which must be whole and at most 2^53 - 1 in size.
    pub fn number(&self, number: f64) -> Value {
        self.0.spend(0);
        let whole = number as i64;
        if number != whole as f64 || whole.unsigned_abs() > Value::LARGEST as u64 {
            self.0.fault(Fault::BadNumber);
        }
        Value::Int(whole)
    }

    /// A text, or the name of a field.
    pub fn text(&self, text: String) -> String {
        self.0.spend(text.len());
        text
    }

    /// The fields of an object.
    pub fn map(&self, fields: Vec<(String, Value)>) -> Value {
        self.0.spend(0);
        Value::Map(fields)
    }

    /// Whether lists and objects may be nested this deep.
    pub fn allows_depth(&self, depth: usize) -> bool {
        if depth > self.0.depth {
            self.0.fault(Fault::TooDeep);
        }
        depth <= self.0.depth
    }

    /// Notes a value that JSON cannot represent.
    pub fn unsupported(&self) -> Value {
        self.0.fault(Fault::NotJson);
        Value::Null
    }

    /// Whether no fault was noted so far.
    pub fn is_ok(&self) -> bool {
        self.0.verdict().is_ok()
    }

    /// The document.
    ///
    /// # Errors
    /// The first fault that was noted, or a name that an object has twice.
    pub fn finish(self, value: Value) -> Result<Value, Problem> {
        self.0.verdict()?;
        with_distinct_names(value)
    }
}
