//! Files that are written from the tables of the crates and from `schema`, so that they cannot say anything else.

mod abi;
mod documents;
mod lifecycle;
mod markdown;
mod names;
mod policy;
#[cfg(test)]
mod promises;
mod reasons;
mod refusals;
mod schema;
mod test_ids;
mod words;

use std::fs;

use anyhow::{Context, Result, bail, ensure};

use crate::tools::shell;

/// A generated file: its path from the root of the project, and what it must hold.
type File = (String, String);

/// Files of the npm package. They are built like its module, so no commit holds them.
const BUILT: [&str; 2] = ["js/sql/", "js/src/generated/"];

/// `cargo xtask generate`.
pub(crate) fn run(args: &[&str]) -> Result<()> {
    match args {
        [] => write(),
        ["--check"] => check(),
        _ => bail!("generate takes no argument but --check"),
    }
}

/// Writes the files that are not as they should be.
pub(crate) fn write() -> Result<()> {
    put(stale()?)
}

/// Writes the files of the npm package alone, which its compiler reads.
pub(crate) fn write_built() -> Result<()> {
    put(stale()?.into_iter().filter(|(path, _)| is_built(path)).collect())
}

fn is_built(path: &str) -> bool {
    BUILT.iter().any(|folder| path.starts_with(folder))
}

fn put(files: Vec<File>) -> Result<()> {
    for folder in BUILT {
        fs::create_dir_all(shell::root().join(folder))?;
    }
    for (path, text) in files {
        let path = shell::root().join(path);
        fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        println!("wrote {}", path.display());
    }
    Ok(())
}

/// Fails when a committed file is not as it should be. The gate asks before it builds, since a build writes the files.
pub(crate) fn check() -> Result<()> {
    let stale = stale()?.into_iter().map(|(path, _)| path);
    let stale: Vec<String> = stale.filter(|path| !is_built(path)).collect();
    ensure!(
        stale.is_empty(),
        "run `cargo xtask generate` and commit; these files do not hold what it writes: {}",
        stale.join(", ")
    );
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
    files.push(names::file()?);
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
