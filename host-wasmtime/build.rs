//! Finds the module that the crate carries, or builds it.
//!
//! A packaged crate brings it along. In the workspace, where its sources stand beside this crate, the file that
//! `cargo xtask build` has left in `module/` is used as long as it is newer than all of them; otherwise the
//! module is built anew, so that a stale one is never carried. `PORTCULLIS_MODULE` names another file.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "wasm-abi";
/// As in `cargo xtask build`; a test compares the two.
const RUSTFLAGS: &str = "-C link-arg=-zstack-size=65536 -C target-feature=+simd128";

/// What the module is made of, seen from the root of the workspace.
const SOURCES: [&str; 7] = [
    "core/src",
    "core/Cargo.toml",
    "wasm/src",
    "wasm/verdict",
    "wasm/Cargo.toml",
    "Cargo.toml",
    "Cargo.lock",
];

fn main() -> Result<(), Box<dyn Error>> {
    let here = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let module = find(&here)?;
    println!("cargo::rustc-env=PORTCULLIS_EMBEDDED={}", module.display());
    Ok(())
}

fn find(here: &Path) -> Result<PathBuf, Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=PORTCULLIS_MODULE");
    if let Some(named) = std::env::var_os("PORTCULLIS_MODULE") {
        let named = fs::canonicalize(&named).map_err(|error| format!("PORTCULLIS_MODULE: {error}"))?;
        println!("cargo::rerun-if-changed={}", named.display());
        return Ok(named);
    }
    let made = here.join("module/portcullis.wasm");
    println!("cargo::rerun-if-changed={}", here.join("module").display());
    let Some(root) = here.parent().filter(|root| root.join("wasm/Cargo.toml").exists()) else {
        return Ok(made);
    };
    let sources = SOURCES.map(|source| root.join(source));
    for source in &sources {
        println!("cargo::rerun-if-changed={}", source.display());
    }
    let newest = sources.iter().map(|source| changed(source)).max().flatten();
    if made.exists() && changed(&made) > newest { Ok(made) } else { build(root) }
}

/// When a file, or anything in a folder, was last changed.
fn changed(path: &Path) -> Option<SystemTime> {
    let inside = fs::read_dir(path).into_iter().flatten().flatten();
    let own = fs::metadata(path).ok()?.modified().ok();
    inside.map(|entry| changed(&entry.path())).chain([own]).max().flatten()
}

/// A cargo inside cargo, with a target folder of its own and nothing of the outer one's flags.
fn build(root: &Path) -> Result<PathBuf, Box<dyn Error>> {
    add_target()?;
    let target_dir = PathBuf::from(std::env::var("OUT_DIR")?).join("guest");
    let mut cargo = Command::new(std::env::var("CARGO")?);
    cargo.current_dir(root);
    cargo.args([
        "build",
        "--package",
        "portcullis-wasm",
        "--no-default-features",
        "--features",
        "abi,lifecycle",
    ]);
    cargo.args(["--target", TARGET, "--profile", PROFILE, "--target-dir"]).arg(&target_dir);
    for outer in
        ["CARGO_ENCODED_RUSTFLAGS", "RUSTC_WORKSPACE_WRAPPER", "CARGO_TARGET_DIR", "CARGO_BUILD_TARGET"]
    {
        cargo.env_remove(outer);
    }
    cargo.env("RUSTFLAGS", RUSTFLAGS);
    run(&mut cargo)?;
    let module = target_dir.join(TARGET).join(PROFILE).join("portcullis_wasm.wasm");
    if module.exists() { Ok(module) } else { Err(format!("cargo made no {}", module.display()).into()) }
}

/// Adds the wasm target where rustup has not installed it yet.
fn add_target() -> Result<(), Box<dyn Error>> {
    let printed = Command::new(std::env::var("RUSTC")?).args(["--print", "sysroot"]).output()?;
    let sysroot = String::from_utf8(printed.stdout)?;
    if Path::new(sysroot.trim()).join("lib/rustlib").join(TARGET).exists() {
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add", TARGET]))
}

fn run(command: &mut Command) -> Result<(), Box<dyn Error>> {
    let output = command.output().map_err(|error| format!("could not start {command:?}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    Err(format!("{command:?} ended with {}:\n{}", output.status, String::from_utf8_lossy(&output.stderr))
        .into())
}
