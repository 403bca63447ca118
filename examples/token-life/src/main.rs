//! The life of two tokens, told as it happens: a clock that is moved by hand, and tokens in an SQLite file.
//!
//! ```text
//! token-life <folder with xentral.json and plenigo.json> <new SQLite file>
//! ```
//!
//! Whatever does not go as it should ends the program with an error.
#![allow(clippy::print_stdout, reason = "a story")]

mod clock;
mod page;
mod scene;
mod story;

use std::path::Path;

use anyhow::{Context, Result};
use portcullis_wasmtime::store::Sqlite;
use portcullis_wasmtime::{Module, Policy};

use crate::page::Page;
use crate::scene::Scene;

fn main() -> Result<()> {
    let mut args = std::env::args().skip(1);
    let policies = args.next().context("which policies? Their folder is the first argument")?;
    let store = args.next().context("which store? A new SQLite file is the second argument")?;

    let module = Module::embedded()?;
    let page = Page::open();
    page.title(&format!("Two tokens in {store}; the clock is moved by hand"));
    for (name, tell) in [("xentral", story::erp_sync as Story), ("plenigo", story::shop)] {
        let document = Path::new(&policies).join(name).with_extension("json");
        let document = std::fs::read_to_string(&document).with_context(|| document.display().to_string())?;
        let policy = Policy::open(&module, &document)?;
        tell(&mut Scene::set(policy, Sqlite::open(&store)?, &page)?)?;
    }
    Ok(())
}

/// What becomes of one token.
type Story = fn(&mut Scene<'_>) -> Result<()>;
