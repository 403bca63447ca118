//! `cargo xtask check`: the fast loop. It finds most mistakes in under a minute; only `cargo xtask test` finds all.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::steps::{self, Work};
use crate::generate;
use crate::tools::{npm, shell};

/// A change to one of these concerns every crate.
const SHARED: [&str; 4] = ["Cargo.lock", "Cargo.toml", "clippy.toml", "rust-toolchain.toml"];

/// The crate whose features are all checked: stores, frameworks, and the rules without a sandbox.
const HOST: &str = "portcullis-wasmtime";

pub(crate) fn run(args: &[&str]) -> Result<()> {
    let all = match args {
        [] => false,
        ["--all"] => true,
        _ => bail!("check takes no argument but --all"),
    };
    steps::run(&[
        ("format", Work::Run(&format)),
        ("lints of changed crates", Work::RunOrSkip(&|| lints(all))),
        ("unit tests of core", Work::Run(&|| tests("portcullis-core --lib"))),
        ("vectors against core", Work::Run(&|| tests("portcullis-tests --test=suite every_vector"))),
        ("tidy tests", Work::Run(&|| tests("portcullis-tests --test=suite -- tidy:: floors:: links::"))),
        ("types of the npm package", Work::RunOrSkip(&types)),
    ])
}

/// Also a step of the gate.
pub(super) fn format() -> Result<()> {
    shell::run(&mut shell::cargo("fmt --all --check"))
}

/// One run for the host with all its features, one for the other crates.
fn lints(all: bool) -> Result<Option<&'static str>> {
    let crates = crates()?;
    let changed: BTreeSet<&str> = match (all, changed()?) {
        (false, files) if !files.lines().any(|file| SHARED.contains(&file)) => {
            files.lines().filter_map(|file| owner(&crates, Path::new(file))).collect()
        }
        _ => crates.iter().map(|(name, _)| name.as_str()).collect(),
    };
    let (host, others): (Vec<&str>, Vec<&str>) = changed.iter().partition(|name| **name == HOST);
    for (names, features) in [(others, &[][..]), (host, &["--all-features"][..])] {
        if names.is_empty() {
            continue;
        }
        println!("{}", names.join(", "));
        let mut clippy = shell::cargo("clippy --quiet --all-targets");
        clippy.args(features);
        // Lints do not look into the module: a stale one need not be built anew.
        let module = shell::root().join("host-wasmtime/module/portcullis.wasm");
        if module.exists() {
            clippy.env("PORTCULLIS_MODULE", module);
        }
        clippy.args(names.iter().flat_map(|name| ["--package", name])).args(["--", "-D", "warnings"]);
        shell::run(&mut clippy)?;
    }
    Ok(changed.is_empty().then_some("no file of a crate differs from main"))
}

/// The crates of the workspace, each with its folder.
fn crates() -> Result<Vec<(String, String)>> {
    let text = shell::read(&mut shell::cargo("metadata --no-deps --format-version 1"))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let root = shell::root();
    let read = |package: &Value| {
        let folder = Path::new(package["manifest_path"].as_str()?).parent()?.strip_prefix(&root).ok()?;
        Some((package["name"].as_str()?.to_owned(), folder.to_str()?.to_owned()))
    };
    packages.iter().map(|package| read(package).context("cargo metadata reads differently")).collect()
}

/// The files that differ from where this branch left main, a line each. On main itself: what is not committed.
fn changed() -> Result<String> {
    let git = |args: &[&str]| shell::read(shell::program("git").args(args));
    let base = git(&["merge-base", "HEAD", "main"]).unwrap_or_else(|_| "HEAD".to_owned());
    let tracked = git(&["diff", "--name-only", &base])?;
    Ok(tracked + "\n" + &git(&["ls-files", "--others", "--exclude-standard"])?)
}

/// The crate that a file belongs to: of crates inside each other, the inner one.
fn owner<'c>(crates: &'c [(String, String)], file: &Path) -> Option<&'c str> {
    let around = crates.iter().filter(|(_, folder)| file.starts_with(folder));
    around.max_by_key(|(_, folder)| folder.len()).map(|(name, _)| name.as_str())
}

/// A filter that selects no test is an error: a test may have got another name.
fn tests(selection: &str) -> Result<()> {
    let mut cargo = shell::cargo("test --quiet --package");
    cargo.args(selection.split_whitespace());
    let output = cargo.stderr(Stdio::inherit()).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    println!("{}", text.trim());
    ensure!(output.status.success(), "{} ended with {}", shell::line(&cargo), output.status);
    ensure!(!text.contains("running 0 tests"), "{} selects no test", shell::line(&cargo));
    Ok(())
}

fn types() -> Result<Option<&'static str>> {
    let js = npm::js();
    if !js.join("node_modules").exists() {
        return Ok(Some("js/node_modules is missing: run `npm ci` in js"));
    }
    if !js.join("wasm").exists() {
        return Ok(Some("js/wasm is missing: run `cargo xtask build`"));
    }
    generate::write_built()?;
    shell::run(npm::tool(&js, "tsc").args(["--project", "tsconfig.json", "--noEmit"]))?;
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_belongs_to_the_innermost_crate_around_it() {
        let crates = [("module", "wasm"), ("verdict", "wasm/verdict")];
        let crates = crates.map(|(name, folder)| (name.to_owned(), folder.to_owned()));
        assert_eq!(owner(&crates, Path::new("wasm/src/lib.rs")), Some("module"));
        assert_eq!(owner(&crates, Path::new("wasm/verdict/src/lib.rs")), Some("verdict"));
        assert_eq!(owner(&crates, Path::new("wasmtime/src/lib.rs")), None);
        assert_eq!(owner(&crates, Path::new("README.md")), None);
    }

    #[test]
    fn every_crate_of_the_workspace_is_known() {
        let crates = crates().unwrap();
        assert!(crates.contains(&("portcullis-core".to_owned(), "core".to_owned())), "{crates:?}");
        assert!(crates.iter().any(|(name, _)| name == HOST));
    }
}
