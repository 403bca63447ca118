//! `cargo xtask prove`: the laws of the test suite with ten times the cases of the gate.
//!
//! Resumable: each law is recorded as soon as it held, together with a fingerprint of the sources it
//! held for, and is not run again until one of them differs (or `--again` is given).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::process::Stdio;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::{build, shell};

/// Random cases per law; the gate runs 100,000.
const CASES: u64 = 1_000_000;

/// Rounds of the race between Node and a native process; the gate runs 100.
const ROUNDS: u64 = 1_000;

/// What that race is recorded as.
const RACE: &str = "npm::rot_01_node_and_a_native_process_redeem_one_key";

/// Where laws stand: in modules called `laws`.
const PACKAGES: [&str; 2] = ["portcullis-tests", "portcullis-wasmtime"];

/// What a law can depend on.
const SOURCES: [&str; 6] = ["core", "wasm", "host-wasmtime", "tests", "examples", "Cargo.lock"];

/// What the race can depend on.
const RACE_SOURCES: [&str; 5] = ["core", "wasm", "host-wasmtime", "js", "Cargo.lock"];

const RECORD: &str = "docs/proofs.json";
const PAGE: &str = "docs/proofs.md";

/// One law that held.
#[derive(Serialize, Deserialize)]
struct Proof {
    /// Fingerprint of the sources.
    tree: String,
    cases: u64,
    seconds: f64,
}

pub(crate) fn run(args: &[String]) -> Result<()> {
    let again = match args {
        [] => false,
        [flag] if flag == "--again" => true,
        _ => bail!("prove knows only --again"),
    };
    let (tree, race_tree) = (fingerprint(&SOURCES)?, fingerprint(&RACE_SOURCES)?);
    let mut proofs = recorded()?;
    let laws = laws()?;
    proofs.retain(|law, _| laws.contains_key(law) || law == RACE);
    let mut hold = |law: &str, tree: &str, cases, work: &dyn Fn() -> Result<()>| {
        if !again && proofs.get(law).is_some_and(|proof| proof.tree == tree && proof.cases >= cases) {
            println!("{law}: recorded");
            return Ok(());
        }
        let begin = Instant::now();
        work()?;
        let seconds = (begin.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        println!("{law}: held in {cases} cases, {seconds} s");
        proofs.insert(law.to_owned(), Proof { tree: tree.to_owned(), cases, seconds });
        record(&proofs)
    };
    for (law, package) in &laws {
        hold(law, &tree, CASES, &|| prove(package, law))?;
    }
    hold(RACE, &race_tree, ROUNDS, &race)
}

/// Two languages on one SQLite file.
fn race() -> Result<()> {
    build::run(&[])?;
    shell::run(shell::cargo().args(["build", "--package", "portcullis-wasmtime", "--example", "tokens"]))?;
    let mut node = shell::program("node");
    node.args(["--test", "test/race.test.mjs"]).current_dir(build::js());
    node.env("PORTCULLIS_NATIVE", build::native_companion()).env("PORTCULLIS_ROUNDS", ROUNDS.to_string());
    shell::run(&mut node)
}

fn prove(package: &str, law: &str) -> Result<()> {
    let mut cargo = shell::cargo();
    cargo.args(["test", "--quiet", "--package", package, "--", "--exact", law]);
    shell::run(cargo.env("PORTCULLIS_CASES", CASES.to_string()))
}

/// The tests in modules called `laws`, by their full names, each with its package.
fn laws() -> Result<BTreeMap<String, &'static str>> {
    let mut laws = BTreeMap::new();
    for package in PACKAGES {
        let mut cargo = shell::cargo();
        cargo.args(["test", "--quiet", "--package", package, "--", "--list", "--format", "terse"]);
        let list = shell::read(&mut cargo)?;
        let tests = list.lines().filter_map(|line| line.strip_suffix(": test"));
        let found = tests.filter(|name| name.split("::").any(|part| part == "laws"));
        let before = laws.len();
        laws.extend(found.map(|law| (law.to_owned(), package)));
        ensure!(laws.len() > before, "{package} has no test in a module `laws`");
    }
    Ok(laws)
}

/// One hash over everything a law can depend on. Uncommitted changes have none, so they cannot be recorded.
fn fingerprint(sources: &[&str]) -> Result<String> {
    let changed = shell::read(shell::program("git").args(["status", "--porcelain", "--"]).args(sources))?;
    ensure!(changed.is_empty(), "commit first: a proof is recorded for a commit\n{changed}");
    let tree = shell::read(shell::program("git").args(["ls-tree", "HEAD"]).args(sources))?;
    let mut hash = shell::program("git");
    hash.args(["hash-object", "--stdin"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut git = hash.spawn().context("could not start git")?;
    git.stdin.take().context("git takes no input")?.write_all(tree.as_bytes())?;
    let output = git.wait_with_output()?;
    ensure!(output.status.success(), "git hash-object ended with {}", output.status);
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

fn recorded() -> Result<BTreeMap<String, Proof>> {
    let path = shell::root().join(RECORD);
    if !path.exists() {
        return Ok(BTreeMap::new());
    }
    serde_json::from_str(&fs::read_to_string(&path)?).with_context(|| format!("{RECORD} cannot be read"))
}

fn record(proofs: &BTreeMap<String, Proof>) -> Result<()> {
    let root = shell::root();
    fs::write(root.join(RECORD), serde_json::to_string_pretty(proofs)? + "\n")?;
    let mut page = String::from(
        "# Proofs\n\nWritten by `cargo xtask prove`. Each law held in that many random cases, for the sources with \
         that fingerprint.\n\n| law | cases | seconds | sources |\n|---|---:|---:|---|\n",
    );
    for (law, Proof { tree, cases, seconds }) in proofs {
        writeln!(page, "| `{law}` | {cases} | {seconds} | `{}` |", tree.get(..12).unwrap_or(tree))?;
    }
    fs::write(root.join(PAGE), page)?;
    Ok(())
}
