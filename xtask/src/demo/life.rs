//! The second act: a program of its own tells what becomes of two tokens.

use std::fs;
use std::io::ErrorKind;

use anyhow::{Context, Result};

use crate::tools::shell;

/// Runs it on an empty store. It ends with an error when something does not go as it should.
pub(crate) fn play() -> Result<()> {
    let store = shell::target_dir().join("demo/life.db");
    for file in ["db", "db-wal", "db-shm"].map(|extension| store.with_extension(extension)) {
        match fs::remove_file(&file) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", file.display()));
            }
            Ok(()) | Err(_) => {}
        }
    }
    shell::run(shell::program(shell::built("token-life")).arg("examples/policies").arg(&store))
}
