//! What became of the checks.

use std::fmt;

/// What became of each check.
#[derive(Debug)]
pub struct ConformanceReport {
    /// The checks, in their order.
    pub checks: Vec<CheckResult>,
}

/// One name, and whether it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// The promise.
    pub name: &'static str,
    /// What was seen instead.
    pub fault: Option<String>,
}

impl ConformanceReport {
    /// Whether every promise was kept.
    pub fn passed(&self) -> bool {
        self.faults().next().is_none()
    }

    /// The promises that were broken.
    pub fn faults(&self) -> impl Iterator<Item = &CheckResult> {
        self.checks.iter().filter(|checked| checked.fault.is_some())
    }
}

impl fmt::Display for ConformanceReport {
    /// One line for each promise that was broken.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} of {} promises are broken", self.faults().count(), self.checks.len())?;
        for CheckResult { name, fault } in self.faults() {
            writeln!(out, "{name}: {}", fault.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}
