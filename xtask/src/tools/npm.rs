//! npm, with exact versions from lock files only.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::tools::shell;

/// The folder of the npm package.
pub(crate) fn js() -> PathBuf {
    shell::root().join("js")
}

/// npm in one folder of the project.
pub(crate) fn npm(folder: &Path) -> Command {
    let mut command = shell::program(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.current_dir(folder);
    command
}

/// A tool from the node_modules of a folder.
pub(crate) fn tool(folder: &Path, name: &str) -> Command {
    let name = if cfg!(windows) { format!("{name}.cmd") } else { name.to_owned() };
    let mut command = Command::new(folder.join("node_modules/.bin").join(name));
    command.current_dir(folder).stdin(std::process::Stdio::null());
    command
}

/// `npm ci`, unless the installed packages come from the present lock file.
pub(crate) fn install(folder: &Path) -> Result<()> {
    let lock = folder.join("package-lock.json");
    let wanted = fs::read_to_string(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let stamp = folder.join("node_modules/.installed-lock.json");
    if fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    shell::run(npm(folder).args(["ci", "--no-audit", "--no-fund"]))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))
}
