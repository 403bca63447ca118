//! `cargo xtask test`: the gate. It fails when a step fails; a step that cannot run here says why.

use std::fs;

use anyhow::{Result, ensure};

use super::steps::{self, Work};
use super::{build, check, demo, fuzz};
use crate::generate;
use crate::tools::{debian, licences, npm, packed, python, shell};

/// Where hosts write what they answer to the shared vectors.
const ANSWERS: &str = "target/vectors";

/// Where the core leaves the vectors that it drew at random.
const DRAWN: &str = "target/drawn";

/// The hosts that must all give the same bytes.
const HOSTS: [&str; 5] = ["core", "wasmtime", "direct", "node", "workerd"];

/// Those of the matrix of runtimes, whose programs come for this system and no other.
const RUNTIMES: &[&str] = if cfg!(all(target_os = "linux", target_arch = "x86_64")) {
    &["node-20", "node-22", "node-24", "node-26", "deno", "bun", "edge-runtime", "chromium"]
} else {
    &[]
};

const STEPS: &[(&str, Work<'_>)] = &[
    ("format", Work::Run(&check::format)),
    ("lints", Work::Run(&lints)),
    ("lints of both doors", Work::Run(&door_lints)),
    ("rust docs", Work::Run(&docs)),
    ("generated files", Work::Run(&generate::check)),
    ("build", Work::Run(&|| build::run(&[]))),
    ("rust tests", Work::Run(&rust_tests)),
    ("crates: as packed", Work::Run(&packed::prove)),
    ("npm package: types and tests", Work::Run(&js_tests)),
    ("npm package: as published", Work::Run(&js_package)),
    ("npm package: in every runtime", Work::Run(&runtimes)),
    // Compares with core's answers of the step "rust tests", and leaves its own for the next step.
    ("a host in Python", Work::RunOrSkip(&python::vectors)),
    ("vectors: all hosts agree", Work::Run(&hosts)),
    ("the demo", Work::Run(&demo::of_the_gate)),
    ("fuzz targets", Work::RunOrSkip(&fuzz::briefly)),
    ("licences and sources", Work::Run(&licences::check)),
    ("long checks", Work::Skip("too long for the gate: cargo xtask prove")),
    ("benchmarks", Work::Skip("timings are not a gate: cargo xtask bench")),
];

pub(crate) fn run() -> Result<()> {
    steps::run(STEPS)
}

fn lints() -> Result<()> {
    let mut cargo = shell::cargo("clippy --workspace --all-targets");
    shell::run(cargo.arg(shell::FEATURES).args(["--", "-D", "warnings"]))
}

fn door_lints() -> Result<()> {
    build::add_target()?;
    for door in ["js,lifecycle", "abi,lifecycle", "js", "abi"] {
        let mut cargo = shell::cargo("clippy --package portcullis-wasm --no-default-features --target");
        shell::run(cargo.args([build::TARGET, "--features", door, "--", "-D", "warnings"]))?;
    }
    Ok(())
}

fn docs() -> Result<()> {
    let mut workspace = shell::cargo("doc --workspace --no-deps");
    shell::run(workspace.arg(shell::FEATURES).env("RUSTDOCFLAGS", "-D warnings"))?;
    // As docs.rs shows it.
    let mut host = shell::cargo("doc --package portcullis-wasmtime --no-deps --all-features");
    shell::run(host.env("RUSTDOCFLAGS", "-D warnings"))
}

/// xtask apart: in one build with the rest, its dependencies would get other features and compile twice.
fn rust_tests() -> Result<()> {
    // What was drawn and answered in an earlier run says nothing about this one.
    for stale in [ANSWERS, DRAWN] {
        let stale = shell::root().join(stale);
        if stale.exists() {
            fs::remove_dir_all(stale)?;
        }
    }
    let mut tests = shell::cargo("test --workspace --exclude xtask");
    shell::run(debian::servers(tests.arg(shell::FEATURES))?)?;
    shell::run(&mut shell::cargo("test --package xtask"))
}

/// `cargo test` built the native process that some of them race with: here they are never skipped.
fn js_tests() -> Result<()> {
    let native = shell::built("examples/tokens");
    ensure!(native.exists(), "{} is missing", native.display());
    let mut tests = npm::npm(&npm::js());
    tests.args(["run", "--silent", "test"]).env("PORTCULLIS_NATIVE", native);
    shell::run(debian::servers(&mut tests)?)
}

fn js_package() -> Result<()> {
    shell::run(npm::npm(&npm::js()).args(["run", "--silent", "test:package"]))
}

/// What cannot run on this system is a line that says so.
fn runtimes() -> Result<()> {
    let matrix = npm::js().join("matrix");
    npm::install(&matrix)?;
    let mut node = shell::program("node");
    node.arg("run.mjs").current_dir(&matrix);
    if !RUNTIMES.is_empty() {
        node.env("PORTCULLIS_CHROMIUM", debian::need("chromium", "chromium")?);
    }
    shell::run(&mut node)
}

/// Every host wrote its answers in the steps before; `cargo test` built the program that compares them.
fn hosts() -> Result<()> {
    for host in HOSTS.iter().chain(RUNTIMES) {
        let answers = shell::root().join(ANSWERS).join(host);
        ensure!(answers.exists(), "{host} answered no vectors: {} is missing", answers.display());
    }
    shell::run(&mut shell::program(shell::built("hosts")))
}
