//! Programs that checks start and that neither Cargo nor npm brings. A missing one is installed on Debian and its
//! descendants.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::tools::shell;

/// Where PostgreSQL keeps its programs: each version apart, and not on the path.
const POSTGRES: &str = "/usr/lib/postgresql";

/// Where a program of a Debian package is; the package is installed when it is missing.
///
/// It starts nothing. What the package itself starts when it is installed is left alone: checks start servers of
/// their own, on ports of their own.
pub(crate) fn need(package: &str, program: &str) -> Result<PathBuf> {
    if let Some(found) = find(program) {
        return Ok(found);
    }
    install(package).with_context(|| format!("`{program}` is missing: install {package}"))?;
    find(program).with_context(|| format!("{package} is installed, but contains no `{program}`"))
}

/// Tells tests where the database servers are, so that they start them and skip nothing.
pub(crate) fn servers(tests: &mut Command) -> Result<&mut Command> {
    tests.env("PORTCULLIS_POSTGRES", need("postgresql", "postgres")?);
    Ok(tests.env("PORTCULLIS_REDIS", need("redis-server", "redis-server")?))
}

fn find(program: &str) -> Option<PathBuf> {
    folders().into_iter().map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The path, the folders of servers, and PostgreSQL's own, the newest version first.
fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = env::split_paths(&env::var_os("PATH").unwrap_or_default()).collect();
    folders.extend(["/usr/sbin", "/usr/local/sbin"].map(PathBuf::from));
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir(POSTGRES)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_by_key(|(version, _)| std::cmp::Reverse(*version));
    folders.extend(versions.into_iter().map(|(_, folder)| folder));
    folders
}

fn install(package: &str) -> Result<()> {
    if find("apt-get").is_none() {
        bail!("`{package}` can be installed automatically only on Debian and its descendants");
    }
    apt(&["update", "--quiet"])?;
    apt(&["install", "--quiet", "--yes", "--no-install-recommends", package])
}

/// apt-get without questions; through sudo unless this is root.
fn apt(arguments: &[&str]) -> Result<()> {
    let root = shell::read(shell::program("id").arg("-u"))? == "0";
    let mut command = shell::program(if root { "env" } else { "sudo" });
    if !root {
        command.args(["--non-interactive", "env"]);
    }
    shell::run(command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(arguments))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_here_is_found_and_nothing_is_installed_for_it() {
        let found = need("no-such-package", "sh").unwrap();
        assert!(found.is_absolute() && found.ends_with("sh"), "{}", found.display());
        assert!(find("no-such-program").is_none());
    }
}
