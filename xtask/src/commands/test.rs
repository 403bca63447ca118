//! `cargo xtask test`: the gate. Every step that fails makes it fail; a step that cannot run here says why.

use std::fs;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::commands::build;
use crate::demo;
use crate::tools::{debian, licences, npm, packed, python, shell};

/// What became of one step.
enum Outcome {
    Passed,
    Failed,
    Skipped(&'static str),
    NotRun,
}

/// One line of the summary.
struct Line {
    step: &'static str,
    outcome: Outcome,
    time: Duration,
}

/// A check that either ran to its end or says why it cannot run on this machine.
enum Done {
    Ran,
    Skip(&'static str),
}

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

type Check = fn() -> Result<Done>;

const STEPS: &[(&str, Check)] = &[
    ("format", format),
    ("lints", lints),
    ("lints of both doors", door_lints),
    ("rust docs", docs),
    ("build", build),
    ("rust tests", rust_tests),
    ("crates: as packed", crates),
    ("npm package: types and tests", js_tests),
    ("npm package: as published", js_package),
    ("npm package: in every runtime", runtimes),
    ("a host in Python", python_host),
    ("vectors: all hosts agree", hosts),
    ("the demo", demo),
    ("licences and sources", licences),
    ("long checks", || Ok(Done::Skip("too long for a gate: cargo xtask prove"))),
    ("benchmarks", || Ok(Done::Skip("timings are no gate: cargo xtask bench"))),
];

pub(crate) fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("test does not know `{arg}`");
    }
    let start = Instant::now();
    let mut lines = Vec::new();
    let mut failed = None;
    for &(step, check) in STEPS {
        if failed.is_some() {
            lines.push(Line { step, outcome: Outcome::NotRun, time: Duration::ZERO });
            continue;
        }
        println!("\n==> {step}");
        let begin = Instant::now();
        let outcome = match check() {
            Ok(Done::Ran) => Outcome::Passed,
            Ok(Done::Skip(reason)) => Outcome::Skipped(reason),
            Err(error) => {
                eprintln!("error: {error:#}");
                failed = Some(step);
                Outcome::Failed
            }
        };
        lines.push(Line { step, outcome, time: begin.elapsed() });
    }
    summary(&lines, start.elapsed());
    match failed {
        Some(step) => bail!("the gate is closed: {step}"),
        None => Ok(()),
    }
}

fn summary(lines: &[Line], total: Duration) {
    println!("\n{:<32} {:>8}  result", "step", "seconds");
    for Line { step, outcome, time } in lines {
        let result = match outcome {
            Outcome::Passed => "passed".to_owned(),
            Outcome::Failed => "FAILED".to_owned(),
            Outcome::Skipped(reason) => format!("skipped: {reason}"),
            Outcome::NotRun => "not run".to_owned(),
        };
        println!("{step:<32} {:>8.1}  {result}", time.as_secs_f64());
    }
    println!("{:<32} {:>8.1}", "all", total.as_secs_f64());
}

fn format() -> Result<Done> {
    shell::run(shell::cargo().args(["fmt", "--all", "--check"]))?;
    Ok(Done::Ran)
}

fn lints() -> Result<Done> {
    let mut cargo = shell::cargo();
    cargo
        .args(["clippy", "--workspace", "--all-targets"])
        .args(shell::FEATURES)
        .args(["--", "-D", "warnings"]);
    shell::run(&mut cargo)?;
    Ok(Done::Ran)
}

fn door_lints() -> Result<Done> {
    build::add_target()?;
    for door in ["js,life", "abi,life", "js", "abi"] {
        let mut cargo = shell::cargo();
        cargo.args(["clippy", "--package", "portcullis-wasm", "--target", build::TARGET]);
        cargo.args(["--no-default-features", "--features", door, "--", "-D", "warnings"]);
        shell::run(&mut cargo)?;
    }
    Ok(Done::Ran)
}

fn docs() -> Result<Done> {
    let mut cargo = shell::cargo();
    cargo.args(["doc", "--workspace", "--no-deps"]).args(shell::FEATURES).env("RUSTDOCFLAGS", "-D warnings");
    shell::run(&mut cargo)?;
    // As docs.rs shows it.
    let mut whole = shell::cargo();
    whole.args(["doc", "--package", "portcullis-wasmtime", "--no-deps", "--all-features"]);
    shell::run(whole.env("RUSTDOCFLAGS", "-D warnings"))?;
    Ok(Done::Ran)
}

fn build() -> Result<Done> {
    build::run(&[])?;
    Ok(Done::Ran)
}

/// xtask apart: in one build with the rest, its dependencies would get other features and compile twice.
fn rust_tests() -> Result<Done> {
    // What was drawn and answered in an earlier run says nothing about this one.
    for stale in [ANSWERS, DRAWN] {
        let stale = shell::root().join(stale);
        if stale.exists() {
            fs::remove_dir_all(stale)?;
        }
    }
    let mut tests = shell::cargo();
    tests.args(["test", "--workspace", "--exclude", "xtask"]).args(shell::FEATURES);
    tests.env("PORTCULLIS_POSTGRES", debian::need("postgresql", "postgres")?);
    tests.env("PORTCULLIS_REDIS", debian::need("redis-server", "redis-server")?);
    shell::run(&mut tests)?;
    shell::run(shell::cargo().args(["test", "--package", "xtask"]))?;
    Ok(Done::Ran)
}

fn crates() -> Result<Done> {
    packed::prove()?;
    Ok(Done::Ran)
}

/// `cargo test` built the native process that some of them race with: here they are never skipped.
fn js_tests() -> Result<Done> {
    let native = shell::built("examples/tokens");
    ensure!(native.exists(), "{} is missing", native.display());
    let mut tests = npm::npm(&npm::js());
    tests.args(["run", "--silent", "test"]).env("PORTCULLIS_NATIVE", native);
    // Whoever names a server to the tests means them to start one.
    tests.env("PORTCULLIS_POSTGRES", debian::need("postgresql", "postgres")?);
    tests.env("PORTCULLIS_REDIS", debian::need("redis-server", "redis-server")?);
    shell::run(&mut tests)?;
    Ok(Done::Ran)
}

fn js_package() -> Result<Done> {
    shell::run(npm::npm(&npm::js()).args(["run", "--silent", "test:package"]))?;
    Ok(Done::Ran)
}

/// What cannot run on this system is a line that says so.
fn runtimes() -> Result<Done> {
    let matrix = npm::js().join("matrix");
    npm::install(&matrix)?;
    let mut node = shell::program("node");
    node.arg("run.mjs").current_dir(&matrix);
    if !RUNTIMES.is_empty() {
        node.env("PORTCULLIS_CHROMIUM", debian::need("chromium", "chromium")?);
    }
    shell::run(&mut node)?;
    Ok(Done::Ran)
}

/// Compares with the core's answers of the step before, and leaves its own for the one after.
fn python_host() -> Result<Done> {
    Ok(python::vectors()?.map_or(Done::Ran, Done::Skip))
}

/// Every host wrote its answers in the steps before; `cargo test` built the program that compares them.
fn hosts() -> Result<Done> {
    for host in HOSTS.iter().chain(RUNTIMES) {
        let answers = shell::root().join(ANSWERS).join(host);
        ensure!(answers.exists(), "{host} answered no vectors: {} is missing", answers.display());
    }
    shell::run(&mut shell::program(shell::built("hosts")))?;
    Ok(Done::Ran)
}

fn licences() -> Result<Done> {
    licences::check()?;
    Ok(Done::Ran)
}

/// Everything that it starts was built by the steps before.
fn demo() -> Result<Done> {
    demo::run(&["--built".to_owned()])?;
    Ok(Done::Ran)
}
