//! The SQL and Lua of the stores: written once in `schema`, copied into the packages that ship them.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result, ensure};

use super::File;
use crate::tools::shell;

/// Files that a package ships as they are.
const COPIES: [(&str, &str); 5] = [
    ("sqlite.sql", "host-wasmtime/schema/sqlite.sql"),
    ("postgres.sql", "host-wasmtime/schema/postgres.sql"),
    ("redis.lua", "host-wasmtime/schema/redis.lua"),
    ("sqlite.sql", "js/sql/sqlite.sql"),
    ("postgres.sql", "js/sql/postgres.sql"),
];

/// Engines whose statements are shared as well.
const SQL: [&str; 2] = ["sqlite", "postgres"];

/// Every copy, with what it must hold.
pub(super) fn files() -> Result<Vec<File>> {
    let mut files = Vec::new();
    for (from, to) in COPIES {
        files.push((to.into(), source(from)?));
    }
    for engine in SQL {
        let statements = statements(&source(&format!("{engine}-statements.sql"))?)?;
        let tables = source(&format!("{engine}.sql"))?;
        files.push((format!("js/src/generated/{engine}.ts"), typescript(engine, &tables, &statements)));
        files.push((format!("host-wasmtime/src/store/{engine}/statements.rs"), rust(engine, &statements)));
    }
    let script = format!(
        "// Generated from schema/redis.lua by `cargo xtask build`.\n\n\
         /** What the store does in one step. */\nexport const script = {}\n",
        template(&source("redis.lua")?)
    );
    files.push(("js/src/generated/redis.ts".into(), script));
    Ok(files)
}

fn source(name: &str) -> Result<String> {
    let path = shell::root().join("schema").join(name);
    fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
}

/// One statement under its name.
struct Statement {
    name: String,
    /// What it does, line by line.
    about: Vec<String>,
    sql: String,
}

/// Reads `-- name: …`, lines of comment, and a statement up to its semicolon, again and again.
fn statements(text: &str) -> Result<Vec<Statement>> {
    let mut statements = Vec::new();
    for part in text.split("-- name: ").skip(1) {
        let (name, rest) = part.split_once('\n').context("a name without a statement")?;
        let mut about = Vec::new();
        let mut sql = rest;
        while let Some((line, after)) = sql.split_once('\n').filter(|(line, _)| line.starts_with("--")) {
            about.push(line.trim_start_matches("--").trim().to_owned());
            sql = after;
        }
        let (sql, behind) = sql.split_once(";\n").with_context(|| format!("{name} has no end"))?;
        let is_comment = |line: &str| line.is_empty() || line.starts_with("--");
        ensure!(behind.lines().all(is_comment), "{name} holds more than one statement");
        statements.push(Statement { name: name.into(), about, sql: sql.into() });
    }
    Ok(statements)
}

fn typescript(engine: &str, tables: &str, statements: &[Statement]) -> String {
    let mut text = format!(
        "// Generated from schema/{engine}.sql and schema/{engine}-statements.sql by `cargo xtask build`.\n\n\
         /** The tables. */\nexport const schema = {}\n\nexport const statements = {{\n",
        template(tables)
    );
    for Statement { name, about, sql } in statements {
        if !about.is_empty() {
            let _ = writeln!(text, "  /** {} */", about.join(" "));
        }
        let _ = writeln!(text, "  {}: {},", camel_case(name), template(sql));
    }
    text + "} as const\n"
}

fn rust(engine: &str, statements: &[Statement]) -> String {
    let mut text = format!("//! Generated from schema/{engine}-statements.sql by `cargo xtask build`.\n");
    for Statement { name, about, sql } in statements {
        text.push('\n');
        text.extend(about.iter().map(|line| format!("/// {line}\n")));
        let sql = sql.replace('\\', "\\\\").replace('"', "\\\"");
        let _ = writeln!(text, "pub(super) const {}: &str = \"\\\n{sql}\";", name.to_uppercase());
    }
    text
}

fn template(text: &str) -> String {
    format!("`{}`", text.replace('\\', "\\\\").replace('`', "\\`").replace("${", "\\${"))
}

fn camel_case(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |name, word| {
        let (initial, rest) = word.split_at(word.len().min(1));
        name + &initial.to_uppercase() + rest
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_statement_is_read_with_its_name_and_what_it_does() {
        let text = "-- about the file\n\n-- name: take_one\n-- Takes\n-- one.\nSELECT 1\nWHERE true;\n\n-- The rest.\n";
        let [Statement { name, about, sql }] = &statements(text).unwrap()[..] else {
            panic!("one statement")
        };
        assert_eq!((name.as_str(), about.join(" ").as_str()), ("take_one", "Takes one."));
        assert_eq!(sql, "SELECT 1\nWHERE true");
        assert_eq!(camel_case(name), "takeOne");
        assert!(statements("-- name: two\nSELECT 1;\nSELECT 2;\n").is_err());
    }
}
