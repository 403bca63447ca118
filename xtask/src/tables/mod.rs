//! `cargo xtask tables`: published route tables become policies, and every operation is checked.
//!
//! A route table says which scopes, kinds of token or areas each operation of a vendor's interface takes. Each table is
//! translated into a policy, opened, and asked for every operation: exactly what is needed must pass; anything less, and
//! everything else, must not. Every answer must also be the one of the naive model, with what is missing.

mod checks;
mod operation;
mod translation;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::tools::shell;
use checks::Outcome;
use operation::Operation;
use translation::Translation;

const USAGE: &str = "\
usage: cargo xtask tables DIR              check the route tables in DIR
       cargo xtask tables DIR --out OUT    and write their policies to OUT
       cargo xtask tables --examples       check the policies in examples/policies";

/// Failures that are printed for one policy.
const SHOWN: usize = 50;

/// Checks every operation of the tables or policies that `args` name.
///
/// Fails when there is nothing to check, and when a single check failed.
pub(crate) fn run(args: &[&str]) -> Result<()> {
    let mut out = io::stdout().lock();
    let reports = match *args {
        ["--examples"] => examples()?,
        [directory] if !directory.starts_with('-') => tables(Path::new(directory), None)?,
        [directory, "--out", written] => tables(Path::new(directory), Some(Path::new(written)))?,
        _ => bail!(USAGE),
    };
    print(&mut out, &reports)?;
    let failed: usize = reports.iter().map(|report| report.outcome.failures.len()).sum();
    ensure!(failed == 0, "checks failed: {failed}");
    Ok(())
}

/// One checked policy.
struct Report {
    name: String,
    /// What was changed to make a policy of it, a line each.
    corrections: Vec<String>,
    dropped: usize,
    outcome: Outcome,
}

fn tables(directory: &Path, written: Option<&Path>) -> Result<Vec<Report>> {
    let mut reports = Vec::new();
    for (name, table) in json_files(directory)? {
        let Translation { policy, operations, corrections, dropped } =
            Translation::of(&name, &table).with_context(|| format!("{name} is no route table"))?;
        if let Some(directory) = written {
            fs::create_dir_all(directory)?;
            fs::write(directory.join(format!("{name}.json")), format!("{policy:#}\n"))?;
        }
        let outcome = checks::run(&policy, &operations).with_context(|| name.clone())?;
        reports.push(Report { name, corrections, dropped, outcome });
    }
    Ok(reports)
}

fn examples() -> Result<Vec<Report>> {
    let policies = json_files(&shell::root().join("examples/policies"))?;
    let report = |(name, policy): (String, Value)| {
        let outcome = checks::run(&policy, &Operation::declared(&policy)?).with_context(|| name.clone())?;
        Ok(Report { name, corrections: Vec::new(), dropped: 0, outcome })
    };
    policies.into_iter().map(report).collect()
}

/// The documents in a folder, under the names of their files.
fn json_files(directory: &Path) -> Result<Vec<(String, Value)>> {
    let entries =
        fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    let mut paths = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<PathBuf>>>()?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    ensure!(!paths.is_empty(), "{} holds no .json file", directory.display());
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let document = serde_json::from_str(&fs::read_to_string(&path)?);
        Ok((name, document.with_context(|| format!("{} is not JSON", path.display()))?))
    };
    paths.into_iter().map(read).collect()
}

fn print(out: &mut impl Write, reports: &[Report]) -> Result<()> {
    for report in reports {
        for correction in &report.corrections {
            writeln!(out, "{}: {correction}", report.name)?;
        }
    }
    writeln!(
        out,
        "{:<16}{:>12}{:>10}{:>14}{:>8}{:>10}{:>8}",
        "policy", "operations", "dropped", "corrections", "lints", "checks", "failed"
    )?;
    for Report { name, corrections, dropped, outcome } in reports {
        let Outcome { operations, checks, lints, failures } = outcome;
        let (corrections, failed) = (corrections.len(), failures.len());
        writeln!(
            out,
            "{name:<16}{operations:>12}{dropped:>10}{corrections:>14}{lints:>8}{checks:>10}{failed:>8}"
        )?;
    }
    for report in reports {
        let failures = &report.outcome.failures;
        for failure in failures.iter().take(SHOWN) {
            writeln!(out, "failed: {}: {failure}", report.name)?;
        }
        if let Some(more) = failures.len().checked_sub(SHOWN + 1) {
            writeln!(out, "failed: {}: and {} more", report.name, more + 1)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
