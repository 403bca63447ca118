//! Random bytes against the readers of the rules: the targets in `fuzz`, with libFuzzer. It comes as a crate and needs a
//! C++ compiler, but no other toolchain than the project's own.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::tools::shell;

/// Each target with as many inputs as take a minute or so.
pub(super) const TARGETS: [(&str, u64); 6] = [
    ("path", 1_000_000),
    ("credential", 1_000_000),
    ("policy", 800_000),
    ("record", 800_000),
    ("command", 3_000_000),
    ("frame", 4_000_000),
];

/// What the targets are made of, besides other crates.
pub(super) const SOURCES: [&str; 4] = ["core", "fuzz", "tests", "wasm"];

/// Counters in every branch, as `cargo fuzz` sets them.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1";

/// Builds the targets. `Some`: why they cannot be built here.
pub(super) fn build() -> Result<Option<&'static str>> {
    if !cfg!(unix) || shell::read(shell::program("c++").arg("--version")).is_err() {
        return Ok(Some("libFuzzer needs a C++ compiler: apt-get install g++"));
    }
    let mut cargo = shell::cargo("build --quiet --release --locked --manifest-path fuzz/Cargo.toml");
    // With a target named, build scripts and macros get no counters.
    cargo.args(["--target", &host()?, "--target-dir"]).arg(folder());
    shell::run(cargo.env_remove("CARGO_ENCODED_RUSTFLAGS").env("RUSTFLAGS", FLAGS))?;
    Ok(None)
}

/// Gives a target its corpus and then so many more inputs. What fails is left in the folder of inputs.
pub(super) fn run(target: &str, inputs: u64) -> Result<()> {
    let built = folder().join(host()?).join("release").join(target);
    let found = folder().join("inputs").join(target);
    fs::create_dir_all(&found).with_context(|| format!("cannot make {}", found.display()))?;
    let mut fuzzer = shell::program(built);
    fuzzer.arg(format!("-runs={inputs}")).args(["-timeout=10", "-rss_limit_mb=1024", "-verbosity=0"]);
    fuzzer.arg(format!("-artifact_prefix={}/", found.display())).arg(&found);
    shell::run(fuzzer.arg(format!("fuzz/corpus/{target}")))
}

fn folder() -> PathBuf {
    shell::target_dir().join("fuzz")
}

/// The platform of this machine, as rustc names it.
fn host() -> Result<String> {
    shell::read(shell::program("rustc").args(["--print", "host-tuple"]))
}

/// In the gate: each for a few seconds.
pub(super) fn briefly() -> Result<Option<&'static str>> {
    let missing = build()?;
    if missing.is_none() {
        TARGETS.iter().try_for_each(|(target, inputs)| run(target, inputs / 20))?;
    }
    Ok(missing)
}
