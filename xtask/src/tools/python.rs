//! The example host in Python.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::tools::shell;

const FOLDER: &str = "examples/python-host";

/// Answers all vectors in Python and compares with core's answers; returns the reason if Python is missing.
pub(crate) fn vectors() -> Result<Option<&'static str>> {
    let root = shell::root();
    let venv = shell::target_dir().join("python");
    if !works(&["--version"]) {
        return Ok(Some("python3 is missing"));
    }
    if !works(&["-c", "import ensurepip, venv"]) {
        return Ok(Some("python3 has no venv module: apt-get install python3-venv"));
    }
    shell::run(shell::program("python3").args(["-m", "venv"]).arg(&venv))?;
    let python = python(&venv);
    let mut install = shell::program(&python);
    install.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--require-hashes"]);
    shell::run(install.arg("--requirement").arg(root.join(FOLDER).join("requirements.txt")))?;
    let mut run = shell::program(&python);
    run.arg(root.join(FOLDER).join("vectors.py")).env("PYTHONDONTWRITEBYTECODE", "1");
    shell::run(run.arg(root.join("host-wasmtime/module/portcullis.wasm")).arg(root))?;
    Ok(None)
}

fn works(args: &[&str]) -> bool {
    shell::read(shell::program("python3").args(args)).is_ok()
}

fn python(venv: &Path) -> PathBuf {
    if cfg!(windows) { venv.join("Scripts/python.exe") } else { venv.join("bin/python") }
}
