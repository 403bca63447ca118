//! `cargo xtask dist`: what would be published, made and left in `dist/`. It publishes nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::{build, npm, shell};

/// The crates that others may link, in the order in which they need each other.
const CRATES: [&str; 2] = ["portcullis-core", "portcullis-wasmtime"];

pub(crate) fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("dist does not know `{arg}`");
    }
    let dist = shell::root().join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::create_dir_all(&dist)?;
    build::run(&[])?;
    shell::run(npm::npm(&build::js()).args(["pack", "--silent", "--pack-destination"]).arg(&dist))?;
    let mut cargo = shell::cargo();
    cargo.args(["package", "--no-verify", "--allow-dirty"]);
    for name in CRATES {
        cargo.args(["--package", name]);
    }
    shell::run(&mut cargo)?;
    let version = env!("CARGO_PKG_VERSION");
    for name in CRATES {
        let file = format!("{name}-{version}.crate");
        let made = shell::target_dir().join("package").join(&file);
        fs::copy(&made, dist.join(&file)).with_context(|| format!("cargo made no {}", made.display()))?;
    }
    list(&dist)
}

fn list(dist: &Path) -> Result<()> {
    let mut files = fs::read_dir(dist)?.collect::<std::io::Result<Vec<_>>>()?;
    files.sort_by_key(fs::DirEntry::file_name);
    println!("\nin {}:", dist.display());
    for file in files {
        println!("{:>10} bytes  {}", file.metadata()?.len(), file.file_name().to_string_lossy());
    }
    Ok(())
}
