//! The crates as they would be published, and a check that they build from the packed files, without a network.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::tools::shell;

/// The crates that are published, each after those that it depends on.
const CRATES: [&str; 2] = ["portcullis-core", "portcullis-wasmtime"];

/// Links in the folder of each crate, files in the package.
const LICENCES: [&str; 2] = ["LICENSE-APACHE", "LICENSE-MIT"];

/// This file is not in the repository, but must be in the package.
const MODULE: &str = "module/portcullis.wasm";

/// Packs the crates from the working folder. The module must have been built.
pub(crate) fn pack() -> Result<Vec<PathBuf>> {
    let mut cargo = shell::cargo("package --quiet --no-verify --allow-dirty");
    shell::run(cargo.args(CRATES.map(|name| format!("--package={name}"))))?;
    let version = env!("CARGO_PKG_VERSION");
    let made = CRATES.map(|name| shell::target_dir().join("package").join(format!("{name}-{version}.crate")));
    for file in &made {
        ensure!(file.exists(), "cargo made no {}", file.display());
    }
    Ok(made.into())
}

/// Unpacks them beside nothing else, and checks the second against the first, with every feature: each includes files of
/// its own.
pub(crate) fn prove() -> Result<()> {
    let proof = shell::target_dir().join("packed");
    if proof.exists() {
        fs::remove_dir_all(&proof)?;
    }
    fs::create_dir_all(&proof)?;
    for file in pack()? {
        // With new times (`m`): cargo takes files as old as those in the archive for built already.
        shell::run(shell::program("tar").arg("xzmf").arg(&file).arg("-C").arg(&proof))?;
    }
    let version = env!("CARGO_PKG_VERSION");
    let [core, host] = CRATES.map(|name| format!("{name}-{version}"));
    for (name, file) in [&core, &host].iter().flat_map(|name| LICENCES.map(|file| (name, file))) {
        let text = fs::read_to_string(proof.join(name).join(file))?;
        ensure!(text == fs::read_to_string(shell::root().join(file))?, "{name} carries another {file}");
    }
    carries_the_module(&proof.join(&host))?;
    let manifest = format!(
        "[workspace]\nresolver = \"3\"\nmembers = [\"{core}\", \"{host}\"]\n\n\
         [patch.crates-io]\nportcullis-core = {{ path = \"{core}\" }}\n\n{}",
        profiles()?
    );
    fs::write(proof.join("Cargo.toml"), manifest)?;
    fs::copy(shell::root().join("Cargo.lock"), proof.join("Cargo.lock"))?;
    let mut cargo = shell::cargo("check --quiet --offline --all-features --package");
    shell::run(cargo.arg(CRATES[1]).current_dir(&proof).env("CARGO_TARGET_DIR", shell::target_dir()))
}

fn carries_the_module(unpacked: &Path) -> Result<()> {
    let read = |path: PathBuf| fs::read(&path).with_context(|| format!("cannot read {}", path.display()));
    let (packed, built) =
        (read(unpacked.join(MODULE))?, read(shell::root().join("host-wasmtime").join(MODULE))?);
    ensure!(packed == built, "the packed module is not the one that was built");
    ensure!(unpacked.join("README.md").exists(), "the crate has no README");
    Ok(())
}

/// The profiles of the workspace: with others, every dependency would be compiled again.
fn profiles() -> Result<String> {
    let manifest = fs::read_to_string(shell::root().join("Cargo.toml"))?;
    let sections = manifest.split("\n[").filter(|section| section.starts_with("profile.dev"));
    let known = sections.filter(|section| !section.contains("portcullis-tests"));
    Ok(known.map(|section| format!("[{section}\n")).collect())
}
