//! `cargo xtask prove`: the laws of the test suite with ten times the cases of the gate, and every fuzz target for a
//! minute.
//!
//! Resumable: each law is recorded as soon as it held, together with a fingerprint of the sources it
//! held for, and is not run again until one of them differs (or `--again` is given).

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::commands::{build, fuzz};
use crate::tools::{debian, npm, shell};

/// Where laws stand: in modules called `laws`. Each package with what its laws can depend on, besides other crates.
const PACKAGES: [(&str, &[&[&str]]); 2] = [
    ("portcullis-tests", &[&["core", "tests", "examples/policies"]]),
    ("portcullis-wasmtime", &[&RULES, &HOST, &["host-wasmtime/tests/suite", "tests/vectors"]]),
];

/// What every host runs.
const RULES: [&str; 2] = ["core", "wasm"];

/// What a native process runs besides.
const HOST: [&str; 5] = [
    "host-wasmtime/Cargo.toml",
    "host-wasmtime/build.rs",
    "host-wasmtime/examples",
    "host-wasmtime/schema",
    "host-wasmtime/src",
];

/// Where the rules are held against a second model, where time is measured, where a table is large, and where a
/// process is to last: these ask for a million. The gate runs 100,000.
const MILLION: [&str; 5] =
    ["laws::differential", "laws::tok_04_", "laws::wsm_", "sqlite::laws::", "tokens::laws::"];

/// Cases of every other law; the gate runs 10,000 or fewer.
const CASES: u64 = 100_000;

/// What the npm package can depend on in its tests.
const JS: [&str; 4] = ["js/package-lock.json", "js/src", "js/test", "schema"];

/// Tests of the npm package that the gate runs with a tenth of this or less: what each is recorded as, its file, and
/// what it counts.
const NPM: [(&str, &str, &str, u64); 3] = [
    ("npm::rot_01_node_and_a_native_process_redeem_one_key", RACE, "ROUNDS", 1_000),
    ("npm::wsm_02_wsm_03_many_calls_leave_memory_as_it_was", "module/memory-growth", "CALLS", 1_000_000),
    (
        "npm::sea_06_the_handler_that_runs_is_the_one_that_was_decided",
        "frameworks/routers",
        "PAIRS",
        1_000_000,
    ),
];

/// The one of them that starts a native process: two languages on one SQLite file, on one PostgreSQL database and on
/// one Redis server.
const RACE: &str = "tokens/race";

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

/// One law to be held.
struct Law {
    name: String,
    tree: String,
    cases: u64,
    work: Box<dyn Fn() -> Result<()>>,
}

pub(crate) fn run(args: &[&str]) -> Result<()> {
    let (mut again, mut wanted) = (false, "");
    for arg in args {
        match *arg {
            "--again" => again = true,
            flag if flag.starts_with('-') => bail!("prove takes only --again and a part of a law's name"),
            part => wanted = part,
        }
    }
    let laws = laws()?;
    let mut proofs = recorded()?;
    proofs.retain(|name, _| laws.iter().any(|law| law.name == *name));
    for Law { name, tree, cases, work } in laws.iter().filter(|law| law.name.contains(wanted)) {
        if !again && proofs.get(name).is_some_and(|proof| proof.tree == *tree && proof.cases >= *cases) {
            println!("{name}: recorded");
            continue;
        }
        let begin = Instant::now();
        work()?;
        let seconds = (begin.elapsed().as_secs_f64() * 10.0).round() / 10.0;
        println!("{name}: held in {cases} cases, {seconds} s");
        proofs.insert(name.clone(), Proof { tree: tree.clone(), cases: *cases, seconds });
        record(&proofs)?;
    }
    Ok(())
}

/// Everything there is to prove.
fn laws() -> Result<Vec<Law>> {
    let mut laws = Vec::new();
    for (package, sources) in PACKAGES {
        let tree = fingerprint(package, &sources.concat())?;
        for name in named(package)? {
            let cases = if MILLION.iter().any(|part| name.contains(part)) { 1_000_000 } else { CASES };
            let law = name.clone();
            laws.push(Law {
                name,
                tree: tree.clone(),
                cases,
                work: Box::new(move || prove(package, &law, cases)),
            });
        }
    }
    for (name, test, counted, cases) in NPM {
        let (package, host) =
            if test == RACE { ("portcullis-wasmtime", &HOST[..]) } else { ("portcullis-wasm", &[][..]) };
        let tree = fingerprint(package, &[&RULES[..], host, &JS].concat())?;
        let work = Box::new(move || npm_test(test, counted, cases));
        laws.push(Law { name: name.to_owned(), tree, cases, work });
    }
    let tree = fingerprint("portcullis-tests", &fuzz::SOURCES)?;
    for (target, cases) in fuzz::TARGETS {
        let work = Box::new(move || match fuzz::build()? {
            None => fuzz::run(target, cases),
            Some(missing) => bail!(missing),
        });
        laws.push(Law { name: format!("fuzz::{target}"), tree: tree.clone(), cases, work });
    }
    Ok(laws)
}

/// One test of the npm package as just built.
fn npm_test(test: &str, counted: &str, cases: u64) -> Result<()> {
    build::run(&[])?;
    let mut node = shell::program("node");
    node.args(["--test", &format!("test/{test}.test.mjs")]).current_dir(npm::js());
    node.env(format!("PORTCULLIS_{counted}"), cases.to_string());
    if test == RACE {
        let features = "--features postgres,redis";
        shell::run(&mut shell::cargo(&format!("build -p portcullis-wasmtime --example tokens {features}")))?;
        node.env("PORTCULLIS_NATIVE", shell::built("examples/tokens"));
        debian::servers(&mut node)?;
    }
    shell::run(&mut node)
}

fn prove(package: &str, law: &str, cases: u64) -> Result<()> {
    let mut cargo = shell::cargo(&format!("test --quiet --package {package} -- --exact {law}"));
    shell::run(cargo.env("PORTCULLIS_CASES", cases.to_string()))
}

/// The full names of the tests in modules called `laws`.
fn named(package: &str) -> Result<Vec<String>> {
    let words = format!("test --quiet --package {package} -- --list --format terse");
    let list = shell::read(&mut shell::cargo(&words))?;
    let tests = list.lines().filter_map(|line| line.strip_suffix(": test"));
    let laws = tests.filter(|name| name.split("::").any(|part| part == "laws"));
    let laws: Vec<String> = laws.map(str::to_owned).collect();
    ensure!(!laws.is_empty(), "{package} has no test in a module `laws`");
    Ok(laws)
}

/// One hash over everything a law can depend on: these sources, and the releases of other crates that the package
/// links. Uncommitted changes have no hash, so they cannot be recorded.
fn fingerprint(package: &str, sources: &[&str]) -> Result<String> {
    let changed = shell::read(shell::program("git").args(["status", "--porcelain", "--"]).args(sources))?;
    ensure!(changed.is_empty(), "commit first: a proof is recorded for a commit\n{changed}");
    let mut tree = shell::read(shell::program("git").args(["ls-tree", "HEAD"]).args(sources))?;
    let words =
        format!("tree --quiet --locked --package {package} --edges normal --prefix none --format {{p}}");
    let linked = shell::read(&mut shell::cargo(&words))?;
    // Crates of the project are listed with their folder; they are among the sources already.
    tree.extend(linked.lines().filter(|line| !line.contains('(')).flat_map(|line| ["\n", line]));
    shell::fed(&tree, shell::program("git").args(["hash-object", "--stdin"]))
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
         that fingerprint; behind `fuzz::` stand the [targets of libFuzzer](../fuzz/src/lib.rs), with the inputs that each got.\n\n| law | cases | seconds | sources |\n|---|---:|---:|---|\n",
    );
    for (law, Proof { tree, cases, seconds }) in proofs {
        writeln!(page, "| `{law}` | {cases} | {seconds} | `{}` |", tree.get(..12).unwrap_or(tree))?;
    }
    fs::write(root.join(PAGE), page)?;
    Ok(())
}
