//! `cargo xtask bench`: timings beside hand-written code and other engines, good as ratios.

use anyhow::Result;

use crate::commands::build;
use crate::tools::{npm, shell};

pub(crate) fn run() -> Result<()> {
    build::run(&[])?;
    shell::run(&mut shell::cargo("bench --manifest-path bench/Cargo.toml"))?;
    let node = shell::root().join("bench/node");
    npm::install(&node)?;
    for contest in ["bench.mjs", "gate.mjs", "cold.mjs"] {
        shell::run(shell::program("node").current_dir(&node).arg(contest))?;
    }
    shell::run(npm::npm(&npm::js()).args(["run", "--silent", "sizes"]))
}
