//! What became of the checks.

use std::fmt;

/// What became of each check.
#[derive(Debug)]
pub struct Report {
    /// The checks, in their order.
    pub checks: Vec<Checked>,
}

/// One promise, and whether it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The promise.
    pub promise: &'static str,
    /// What was seen instead.
    pub fault: Option<String>,
}

impl Report {
    /// Whether every promise was kept.
    pub fn passed(&self) -> bool {
        self.faults().next().is_none()
    }

    /// The promises that were broken.
    pub fn faults(&self) -> impl Iterator<Item = &Checked> {
        self.checks.iter().filter(|checked| checked.fault.is_some())
    }
}

impl fmt::Display for Report {
    /// One line for each promise that was broken.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} of {} promises are broken", self.faults().count(), self.checks.len())?;
        for Checked { promise, fault } in self.faults() {
            writeln!(out, "{promise}: {}", fault.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}
