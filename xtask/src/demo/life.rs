//! The second act: a program of its own tells what becomes of two tokens.

use std::path::Path;

use anyhow::Result;

use crate::tools::shell;

/// Runs it on an empty store. It fails when something does not go as it should.
pub(crate) fn play(folder: &Path) -> Result<()> {
    let program = shell::built("token-life");
    shell::run(shell::program(program).arg("examples/policies").arg(folder.join("life.db")))
}
