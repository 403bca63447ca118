//! `cargo xtask demo`: builds what the demo starts, then plays it.

use anyhow::{Result, bail};

use super::build;
use crate::demo;
use crate::tools::{npm, shell};

pub(crate) fn run(args: &[&str]) -> Result<()> {
    let serve = match args {
        [] => false,
        ["--serve"] => true,
        _ => bail!("demo takes no argument but --serve"),
    };
    build::run(&[])?;
    npm::install(&npm::js())?;
    shell::run(&mut shell::cargo("build --package native-service --package token-life"))?;
    demo::play(serve)
}

/// For the gate, which has built everything but the programs. They are selected as the tests were: with another
/// selection, dependencies get other features and compile anew.
pub(super) fn of_the_gate() -> Result<()> {
    shell::run(shell::cargo("build --workspace --exclude xtask --all-targets").arg(shell::FEATURES))?;
    demo::play(false)
}
