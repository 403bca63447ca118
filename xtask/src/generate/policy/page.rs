//! The page: a table for each object of the document, the types, and a whole document.

use std::fmt::Write as _;

use anyhow::{Context, Result};

use super::schema::{Node, Schema, Shape};
use crate::generate::File;
use crate::generate::markdown::{cell, code, one_line, pretty};

const TITLE: &str = "\
# The policy document

Every field of a policy: its type, its default, an example, and what it does. Generated from `js/policy.schema.json` \
by `cargo xtask build`. `portcullis lint policy.json` checks a policy and says what to fix.

A policy is one JSON object. Unknown fields are refused. Names are 1 to 64 of `A-Z`, `a-z`, `0-9`, `_` and `-`. \
Lengths of time are texts such as `\"180d\"`, `\"2h\"`, `\"30m\"` or `\"60s\"`. [The whole example](#the-whole-example) \
at the end of the page uses every field.
";

/// What a reader of `may` must know besides.
const MAY: &str = "
| an entry | means |
|---|---|
| a role, such as `admin` | an actor to whom your application gave this role, in the tenant of the token. A role named `system` is a role like any other |
| `owner` | the actor whose id is the owner of the token |
| `token` | a request that proves the token's own secret; for `rotate` only |
";

/// Wider examples are found in the whole example.
const WIDEST: usize = 80;

pub(in crate::generate) fn file() -> Result<File> {
    let schema = Schema::read()?;
    let mut page = TITLE.to_owned();
    let about = schema.root().description().unwrap_or_default();
    section(&mut page, "", "The document", about, schema.root());
    types(&mut page, &schema);
    let whole = schema.root().example().context("the schema has no examples")?;
    let _ = write!(page, "\n## The whole example\n\n```json\n{}\n```\n", pretty(&whole));
    Ok(("docs/policy.md".into(), page))
}

/// The table of one object, then a section for each object inside it.
fn section(page: &mut String, path: &str, title: &str, about: &str, object: Node<'_>) {
    let object = object.resolved();
    let Shape::Fields(fields) = object.shape() else { return };
    let _ = write!(page, "\n## {title}\n\n");
    if !path.is_empty() {
        let _ = write!(page, "`{path}`: ");
    }
    let _ = write!(
        page,
        "{about}\n\n| field | type | default | example | what it does |\n|---|---|---|---|---|\n"
    );
    for (name, field) in &fields {
        let default = match field.default() {
            Some(default) => code(default),
            None if object.requires(name) => "**required**".to_owned(),
            None => String::new(),
        };
        let example = field.example().filter(|example| one_line(example).len() <= WIDEST);
        let example = example.map_or_else(String::new, |example| code(&example));
        let says = field.description().unwrap_or_default();
        let type_in_words = match inner(*field) {
            Some(_) => format!("[{}](#{})", plain(&field.type_in_words()), name.to_lowercase()),
            None => field.type_in_words(),
        };
        let _ = writeln!(
            page,
            "| `{name}` | {} | {default} | {example} | {} |",
            cell(&type_in_words),
            cell(says)
        );
    }
    if title == "may" {
        page.push_str(MAY);
    }
    for (name, field) in fields {
        if let Some((step, inner)) = inner(field).filter(|_| !path.ends_with("NAME") || name != "resources") {
            let path = if path.is_empty() { format!("{name}{step}") } else { format!("{path}.{name}{step}") };
            let about = inner.resolved().description().or(field.description()).unwrap_or_default();
            section(page, &path, name, about, inner);
        }
    }
}

/// The object that a field holds, in a map or a list or by itself, and how a path goes on to it.
fn inner(field: Node<'_>) -> Option<(&'static str, Node<'_>)> {
    let object = |node: Node<'_>| matches!(node.shape(), Shape::Fields(_));
    match field.shape() {
        Shape::Fields(_) => Some(("", field)),
        Shape::Map(values) if object(values) => Some((".NAME", values)),
        Shape::List(items) if object(items) => Some(("[]", items)),
        Shape::Map(_) | Shape::List(_) | Shape::Plain => None,
    }
}

/// A type in words without its links: a link cannot stand in a link.
fn plain(words: &str) -> String {
    let mut text = String::new();
    for (index, part) in words.split('[').enumerate() {
        let rest = if index == 0 { part.to_owned() } else { part.replacen(']', "", 1) };
        text += rest.split("(#").next().unwrap_or_default();
    }
    text
}

fn types(page: &mut String, schema: &Schema) {
    page.push_str("\n## Types\n\n| type | examples | what it is |\n|---|---|---|\n");
    for (name, node) in schema.definitions() {
        if matches!(node.shape(), Shape::Fields(_)) {
            continue;
        }
        let examples: Vec<String> = node.examples().iter().map(code).collect();
        let says = cell(node.description().unwrap_or_default());
        let _ = writeln!(page, "| {name} | {} | {says} |", examples.join(", "));
    }
}
