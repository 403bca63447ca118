//! The project's own commands, run as `cargo xtask <command>`.
//!
//! | command | what it does |
//! |---|---|
//! | `demo`   | sends requests through an edge worker and a native service, and tells the life of two tokens |
//! | `test`   | the gate: everything that must hold before a change is merged |
//! | `build`  | both doors of the module, whole and for deciding only, the npm package, their sizes |
//! | `bench`  | timings beside hand-written code and other engines |
//! | `prove`  | the checks that take too long for the gate; resumable, results recorded |
//! | `tables` | checks whole route tables, operation by operation |
//! | `dist`   | the npm tarball and the crates, as they would be published |
//!
//! Nothing has to be installed but Rust and Node: the wasm target is added with rustup when missing,
//! wasm-bindgen is linked as a library, and wasm-opt comes from npm.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]

mod commands;
mod demo;
mod generate;
mod tables;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

use commands::{bench, build, dist, prove, test};

const USAGE: &str = "\
usage: cargo xtask <command>

  demo [--serve]        real requests through an edge worker and a native service; the life of two tokens
  test                  the gate: format, lints, docs, build, every test
  build [--wasm-opt=-O] both doors of the module and the npm package, with their sizes
  bench                 timings beside hand-written code and other engines
  prove [--again] [LAW] the long checks, or those with this in their names; resumes where it stopped
  tables DIR            checks the route tables in DIR, operation by operation
  dist                  the npm tarball and the crates, in dist/
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[String]) -> Result<()> {
    let Some((command, rest)) = args.split_first() else { bail!("no command\n\n{USAGE}") };
    match command.as_str() {
        "demo" => demo::run(rest),
        "test" => test::run(rest),
        "build" => build::run(rest),
        "bench" => bench::run(rest),
        "prove" => prove::run(rest),
        "tables" => tables::run(rest),
        "dist" => dist::run(rest),
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{USAGE}"),
    }
}
