//! A route table: what a vendor publishes about its operations.

use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::Value;

/// The operations of one vendor, as published.
#[derive(Clone, Debug)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) rows: Vec<Row>,
}

/// One published operation.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) method: String,
    pub(super) path: String,
    pub(super) says: Says,
}

/// What the vendor says about the rights that an operation takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Says {
    /// Alternatives, each a list of scopes that must all be held (`anyOf`).
    Scopes(Vec<Vec<String>>),
    /// The kinds of token that it takes, any one of them (`auth`).
    Schemes(Vec<String>),
    /// The area of the interface to which it belongs (`tags`).
    Area(String),
    /// Nothing.
    Nothing,
}

impl Table {
    /// Reads the table in a file; its name is that of the file.
    pub(super) fn read(path: &Path) -> Result<Table> {
        let text =
            std::fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        Table::parse(&name, &text).with_context(|| format!("{} is no route table", path.display()))
    }

    /// Reads a table from its JSON text.
    pub(super) fn parse(name: &str, text: &str) -> Result<Table> {
        let document: Value = serde_json::from_str(text)?;
        let routes = document["routes"].as_array().context("`routes` is not a list")?;
        let rows = routes
            .iter()
            .enumerate()
            .map(|(index, route)| Row::parse(route).with_context(|| format!("at /routes/{index}")))
            .collect::<Result<_>>()?;
        Ok(Table { name: name.to_owned(), rows })
    }
}

impl Row {
    fn parse(route: &Value) -> Result<Row> {
        let text = |name: &str| -> Result<String> {
            Ok(route[name].as_str().with_context(|| format!("`{name}` is not a text"))?.to_owned())
        };
        Ok(Row { method: text("method")?, path: text("path")?, says: Says::parse(route)? })
    }
}

impl Says {
    fn parse(route: &Value) -> Result<Says> {
        let said: Vec<&str> =
            ["anyOf", "auth", "tags"].into_iter().filter(|name| !route[*name].is_null()).collect();
        match said[..] {
            [] => Ok(Says::Nothing),
            ["anyOf"] => {
                let alternatives = route["anyOf"].as_array().context("`anyOf` is not a list")?;
                Ok(Says::Scopes(alternatives.iter().map(texts).collect::<Result<_>>()?))
            }
            ["auth"] => Ok(Says::Schemes(texts(&route["auth"])?)),
            ["tags"] => match texts(&route["tags"])?.into_iter().next() {
                Some(area) => Ok(Says::Area(area)),
                None => Ok(Says::Nothing),
            },
            _ => bail!("{said:?} stand together; one of them says what an operation needs"),
        }
    }
}

pub(super) fn texts(list: &Value) -> Result<Vec<String>> {
    list.as_array()
        .context("not a list")?
        .iter()
        .map(|item| item.as_str().map(str::to_owned).context("not a text"))
        .collect()
}
