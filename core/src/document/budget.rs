//! What a document may cost to read: its bounds, and the count that is kept against them.

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;

use crate::base::sort;
use crate::document::problem::Problem;
use crate::document::value::Value;

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

pub(crate) const TOO_LARGE: &str = "the document is too large";

/// What is wrong with a document although it may be JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Fault {
    TooLarge,
    TooDeep,
    BadNumber,
    DuplicateName,
    NotJson,
}

/// What a document may still cost, and what was wrong with it. A fault is
/// noted here and reading goes on to the next error or the end: serde's own
/// way of raising one would bring the formatting machinery along.
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

    /// Takes the cost of one value; whether there was enough left. A value
    /// counts for itself too, so that a long list of nothing is bounded.
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

    /// A map of these fields; each name may occur once.
    pub(crate) fn map(&self, fields: Vec<(String, Value)>) -> Value {
        let mut names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
        sort(&mut names, &Ord::cmp);
        if names.windows(2).any(|pair| pair[0] == pair[1]) {
            self.fault(Fault::DuplicateName);
        }
        Value::Map(fields)
    }

    /// The first fault, if there was one.
    pub(crate) fn verdict(&self) -> Result<(), Problem> {
        let (code, message) = match self.fault.get() {
            None => return Ok(()),
            Some(Fault::TooLarge) => ("too_large", TOO_LARGE),
            Some(Fault::TooDeep) => ("too_deep", "the document is nested too deeply"),
            Some(Fault::BadNumber) => ("bad_number", "a number must be whole and at most 2^53 - 1"),
            Some(Fault::NotJson) => ("not_json", "the document holds a value that JSON cannot represent"),
            Some(Fault::DuplicateName) => ("twice", "an object has two fields of one name; keep one"),
        };
        Err(Problem::new(code, message))
    }
}
