//! The bounds on a document's size and depth, and the budget that enforces them.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use crate::base::sort;
use crate::document::problem::{Place, Problem};
use crate::document::value::Value;

/// The bounds on a document; a deeper or larger one is refused.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Bytes of text, keys included.
    pub bytes: usize,
    /// Levels of nested lists and maps.
    pub depth: usize,
}

impl Bounds {
    /// A policy document: 8 MiB.
    pub const POLICY: Bounds = Bounds { bytes: 8 << 20, depth: 32 };
    /// A token record or a subject: 256 KiB.
    pub const RECORD: Bounds = Bounds { bytes: 256 << 10, depth: 32 };
    /// A command with its record and its actor: 1 MiB.
    pub const REQUEST: Bounds = Bounds { bytes: 1 << 20, depth: 40 };
    /// A list of records, events or notices: 8 MiB.
    pub const LISTING: Bounds = Bounds { bytes: 8 << 20, depth: 40 };
}

pub(crate) const TOO_LARGE: &str = "the document is too large";

/// A rule that a document breaks although it may be valid JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    TooLarge,
    TooDeep,
    BadNumber,
    NotJson,
}

/// The rest of a document's budget, and its first fault. A fault is noted here
/// while reading continues: raising an error would bring in the formatting
/// machinery.
#[derive(Debug)]
pub(crate) struct Budget {
    bytes: Cell<usize>,
    pub(crate) depth: usize,
    fault: Cell<Option<Fault>>,
}

impl Budget {
    pub(crate) fn of(bounds: Bounds) -> Budget {
        Budget { bytes: Cell::new(bounds.bytes), depth: bounds.depth, fault: Cell::new(None) }
    }

    /// Takes the cost of one value; `false` when the budget is spent. Every value
    /// costs something, so that a long list of empty values is bounded.
    pub(crate) fn spend(&self, bytes: usize) -> bool {
        let left = self.bytes.get().checked_sub(bytes + 1);
        self.bytes.set(left.unwrap_or(0));
        if left.is_none() {
            self.fault(Fault::TooLarge);
        }
        left.is_some()
    }

    /// Notes a fault; the first one is reported.
    pub(crate) fn fault(&self, fault: Fault) {
        self.fault.set(self.fault.get().or(Some(fault)));
    }

    /// The first fault, if there was one.
    pub(crate) fn verdict(&self) -> Result<(), Problem> {
        let (code, message) = match self.fault.get() {
            None => return Ok(()),
            Some(Fault::TooLarge) => ("too_large", TOO_LARGE),
            Some(Fault::TooDeep) => ("too_deep", "the document is nested too deeply"),
            Some(Fault::BadNumber) => ("bad_number", "a number must be whole and at most 2^53 - 1"),
            Some(Fault::NotJson) => ("not_json", "the document holds a value that JSON cannot represent"),
        };
        Err(Problem::new(code, message))
    }
}

/// The value, unless an object in it has two fields of one name.
pub(crate) fn with_distinct_names(value: Value) -> Result<Value, Problem> {
    match doubled_name(&value, &Place::Root) {
        Some(path) => {
            Err(Problem { path, code: "twice", message: "the field is there twice; keep one".into() })
        }
        None => Ok(value),
    }
}

/// The pointer to the first name that an object has twice.
fn doubled_name(value: &Value, at: &Place<'_>) -> Option<String> {
    match value {
        Value::List(items) => items.iter().enumerate().find_map(|(i, item)| doubled_name(item, &at.item(i))),
        Value::Map(fields) => {
            let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
            sort(&mut names, &Ord::cmp);
            match names.windows(2).find(|pair| pair[0] == pair[1]) {
                Some(pair) => Some(at.field(pair[0]).pointer()),
                None => fields.iter().find_map(|(name, value)| doubled_name(value, &at.field(name))),
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => None,
    }
}
