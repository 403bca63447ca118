//! The results of the checks.

use std::fmt;

/// The results of all checks.
#[derive(Debug)]
pub struct ConformanceReport {
    /// The results, in the order of the checks.
    pub checks: Vec<CheckResult>,
}

/// The result of one check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckResult {
    /// What the check requires.
    pub name: &'static str,
    /// What the store did instead.
    pub fault: Option<String>,
}

impl ConformanceReport {
    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.faults().next().is_none()
    }

    /// The checks that failed.
    pub fn faults(&self) -> impl Iterator<Item = &CheckResult> {
        self.checks.iter().filter(|checked| checked.fault.is_some())
    }
}

impl fmt::Display for ConformanceReport {
    /// One line for each check that failed.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{} of {} promises are broken", self.faults().count(), self.checks.len())?;
        for CheckResult { name, fault } in self.faults() {
            writeln!(out, "{name}: {}", fault.as_deref().unwrap_or_default())?;
        }
        Ok(())
    }
}
