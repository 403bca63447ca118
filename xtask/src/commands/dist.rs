//! `cargo xtask dist`: what would be published, made and left in `dist/`. It publishes nothing.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::commands::build;
use crate::tools::{npm, packed, shell};

pub(crate) fn run() -> Result<()> {
    let dist = shell::root().join("dist");
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    fs::create_dir_all(&dist)?;
    build::run(&[])?;
    shell::run(npm::npm(&npm::js()).args(["pack", "--silent", "--pack-destination"]).arg(&dist))?;
    for made in packed::pack()? {
        let name = made.file_name().context("a file has no name")?;
        fs::copy(&made, dist.join(name))?;
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
