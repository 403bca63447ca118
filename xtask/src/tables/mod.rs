//! `cargo xtask tables`: published route tables become policies, and every operation is checked.
//!
//! A route table says which scopes, kinds of token or areas each operation of
//! a vendor's interface takes. Each table is translated into a policy
//! document, opened, and asked for every operation with real tokens: exactly
//! what is needed must pass; anything less, and everything else, must not, and
//! the answer must name what is missing.

mod case;
mod checks;
mod document;
mod draft;
mod gate;
mod operation;
mod table;
mod template;
mod translation;
mod vocabulary;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail, ensure};

use checks::Outcome;
use document::PolicyDocument;
use table::Table;
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
    for path in json_files(directory)? {
        let translation =
            Translation::of(&Table::read(&path)?).with_context(|| path.display().to_string())?;
        let document = PolicyDocument::of(&translation);
        if let Some(directory) = written {
            fs::create_dir_all(directory)?;
            fs::write(directory.join(format!("{}.json", translation.name)), document.json() + "\n")?;
        }
        let outcome =
            checks::run(&document, &translation.operations).with_context(|| path.display().to_string())?;
        let Translation { name, corrections, dropped, .. } = translation;
        reports.push(Report { name, corrections, dropped, outcome });
    }
    Ok(reports)
}

fn examples() -> Result<Vec<Report>> {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/policies");
    let mut reports = Vec::new();
    for path in json_files(&directory)? {
        let document = PolicyDocument::read(&path)?;
        let operations = document.operations().with_context(|| path.display().to_string())?;
        let outcome = checks::run(&document, &operations).with_context(|| path.display().to_string())?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        reports.push(Report { name, corrections: Vec::new(), dropped: 0, outcome });
    }
    Ok(reports)
}

fn json_files(directory: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(directory).with_context(|| format!("{} cannot be read", directory.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "json"));
    ensure!(!files.is_empty(), "{} holds no .json file", directory.display());
    files.sort();
    Ok(files)
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
