//! The project's own commands, run as `cargo xtask <command>`; `cargo xtask help` lists them.
//!
//! | folder | what it holds |
//! |---|---|
//! | `commands` | one file for each command |
//! | `generate` | sources and pages that are written from the tables of the crates |
//! | `demo`     | what `cargo xtask demo` plays |
//! | `tables`   | what `cargo xtask tables` checks |
//! | `tools`    | other programs, and the files that they make |
//!
//! Only Rust and Node have to be installed: rustup adds the wasm target when it is missing, wasm-bindgen is linked as
//! a library, and wasm-opt comes from npm.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to its user")]

mod commands;
mod demo;
mod generate;
mod tables;
mod tools;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
usage: cargo xtask <command>

every day:
  check [--all]         the fast loop, under a minute: format, lints of what changed, core's tests, vectors, types
  build [--wasm-opt=-O] the modules and the npm package, with their sizes, and all generated files
  generate [--check]    only the generated files: sources and pages that are written from tables;
                        --check writes nothing and fails when a committed one is stale
  demo [--serve]        requests through an edge worker and a native service, then the life of two tokens;
                        --serve keeps both up and prints curl lines to try

before a merge:
  test                  the gate: every check that must pass

now and then:
  bench                 timings beside hand-written code and other engines
  prove [--again] [LAW] the long checks, or only those with LAW in their names; continues where it stopped
  tables DIR            checks the published route tables in DIR, operation by operation
  dist                  packs the npm package and the crates into dist/; publishes nothing
";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    match dispatch(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(args: &[&str]) -> Result<()> {
    match *args {
        ["help" | "--help" | "-h"] => print!("{USAGE}"),
        ["bench"] => commands::bench::run()?,
        ["build", ref rest @ ..] => commands::build::run(rest)?,
        ["check", ref rest @ ..] => commands::check::run(rest)?,
        ["demo", ref rest @ ..] => commands::demo::run(rest)?,
        ["dist"] => commands::dist::run()?,
        ["generate", ref rest @ ..] => generate::run(rest)?,
        ["prove", ref rest @ ..] => commands::prove::run(rest)?,
        ["tables", ref rest @ ..] => tables::run(rest)?,
        ["test"] => commands::test::run()?,
        ["bench" | "dist" | "test", odd, ..] => {
            bail!("{} takes no argument `{odd}`\n\n{USAGE}", args[0])
        }
        [] => bail!("no command\n\n{USAGE}"),
        [other, ..] => bail!("no command `{other}`\n\n{USAGE}"),
    }
    Ok(())
}
