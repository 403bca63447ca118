//! Files that are written from the tables of the crates and from `schema`, so that they cannot say anything else.

mod abi;
mod documents;
mod lifecycle;
mod markdown;
mod policy;
#[cfg(test)]
mod promises;
mod reasons;
mod refusals;
mod schema;
mod test_ids;
mod words;

use std::fs;

use anyhow::{Context, Result, ensure};

use crate::tools::shell;

/// A generated file: its path from the root of the project, and what it must hold.
type File = (String, String);

/// Writes the files that are not as they should be.
pub(crate) fn write() -> Result<()> {
    for (path, text) in stale()? {
        let path = shell::root().join(path);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Fails when a file is not as it should be. The gate asks before it builds, since a build writes the files.
pub(crate) fn check() -> Result<()> {
    let stale: Vec<String> = stale()?.into_iter().map(|(path, _)| path).collect();
    ensure!(stale.is_empty(), "stale: {}. Run `cargo xtask generate` and commit", stale.join(", "));
    Ok(())
}

/// The files that are not as they should be.
fn stale() -> Result<Vec<File>> {
    let mut files = files()?;
    files.retain(|(path, text)| fs::read_to_string(shell::root().join(path)).ok().as_ref() != Some(text));
    Ok(files)
}

fn files() -> Result<Vec<File>> {
    let mut files = abi::files()?;
    files.extend(reasons::files());
    files.extend(refusals::files());
    files.push(words::file());
    files.push(lifecycle::file()?);
    files.push(policy::file()?);
    files.push(documents::file()?);
    files.push(test_ids::file()?);
    files.extend(schema::files()?);
    Ok(files)
}

/// Puts a text between the lines `<!-- generated: NAME -->` and `<!-- end: NAME -->` of a page.
fn between_marks(page: &str, name: &str, text: &str) -> Result<String> {
    let (start, end) = (format!("<!-- generated: {name} -->\n"), format!("<!-- end: {name} -->"));
    let (before, rest) = page.split_once(&start).with_context(|| format!("no line {start}"))?;
    let (_, after) = rest.split_once(&end).with_context(|| format!("no line {end}"))?;
    Ok(format!("{before}{start}\n{text}\n{end}{after}"))
}
