//! A route table in the words of a policy: each operation with what it needs.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};

use super::operation::{Access, Operation, Permission};
use super::table::{Row, Says, Table};
use super::template::Template;
use super::vocabulary::{Vocabulary, camel_case};

/// The operations of a table, ready for a policy document.
#[derive(Clone, Debug)]
pub(super) struct Translation {
    pub(super) name: String,
    /// One for each row that has a template; rows of one shape and method ask for the same.
    pub(super) operations: Vec<Operation>,
    /// Permission sets for scopes that stand over others.
    pub(super) sets: BTreeMap<String, String>,
    /// The kinds of token that the table names; empty when it names none.
    pub(super) kinds: BTreeSet<String>,
    /// What was changed on the way, a line each.
    pub(super) corrections: Vec<String>,
    /// Rows whose path is no template.
    pub(super) dropped: usize,
}

impl Translation {
    /// Reads a table as a policy would say it, noting each correction.
    pub(super) fn of(table: &Table) -> Result<Translation> {
        let vocabulary = Vocabulary::of(table.rows.iter().flat_map(|row| row.says.scopes()))?;
        let mut corrections = vocabulary.corrections.clone();
        corrections.extend(
            table
                .tags()
                .iter()
                .filter(|tag| camel_case(tag) != **tag)
                .map(|tag| format!("tag `{tag}` becomes the resource {}", camel_case(tag))),
        );

        let mut routes: BTreeMap<String, Operation> = BTreeMap::new();
        let mut keys = Vec::new();
        let mut dropped = 0;
        for row in &table.rows {
            let name = format!("{} {}", row.method, row.path);
            let template = match Template::parse(&row.path) {
                Ok(template) => template,
                Err(why) => {
                    corrections.push(format!("{name} is no template, dropped: {why}"));
                    dropped += 1;
                    continue;
                }
            };
            let operation = row.operation(template, &vocabulary).with_context(|| name.clone())?;
            if operation.access == Access::Unmapped {
                corrections.push(format!("{name} has no published requirement, left unmapped"));
            }
            let key = operation.key();
            if let Some(first) = routes.get_mut(&key) {
                corrections
                    .push(format!("{name} has the shape of {}, merged as an alternative", first.name()));
                first.merge(operation);
            } else {
                routes.insert(key.clone(), operation);
            }
            keys.push(key);
        }
        Ok(Translation {
            name: table.name.clone(),
            operations: keys.iter().filter_map(|key| routes.get(key).cloned()).collect(),
            sets: vocabulary.broad.iter().map(|action| (action.clone(), format!("*:{action}"))).collect(),
            kinds: table.rows.iter().flat_map(|row| row.says.schemes()).cloned().collect(),
            corrections,
            dropped,
        })
    }
}

impl Table {
    fn tags(&self) -> BTreeSet<&str> {
        self.rows
            .iter()
            .filter_map(|row| match &row.says {
                Says::Area(tag) => Some(tag.as_str()),
                Says::Scopes(_) | Says::Schemes(_) | Says::Nothing => None,
            })
            .collect()
    }
}

impl Row {
    fn operation(&self, template: Template, vocabulary: &Vocabulary) -> Result<Operation> {
        let access = match &self.says {
            Says::Nothing => Access::Unmapped,
            Says::Schemes(kinds) if kinds.is_empty() => Access::Unmapped,
            Says::Schemes(_) => Access::Authenticated,
            Says::Scopes(alternatives) if alternatives.is_empty() => Access::Unmapped,
            Says::Scopes(alternatives) if alternatives.iter().any(Vec::is_empty) => Access::Authenticated,
            Says::Scopes(alternatives) => Access::Needs(
                alternatives
                    .iter()
                    .map(|scopes| scopes.iter().map(|scope| vocabulary.permission(scope)).collect())
                    .collect::<Option<_>>()
                    .context("a scope has no permission")?,
            ),
            Says::Area(tag) => {
                let action = if matches!(self.method.as_str(), "GET" | "HEAD") { "read" } else { "write" };
                Access::Needs(vec![vec![Permission::new(&camel_case(tag), action)]])
            }
        };
        let kinds = self.says.schemes().to_vec();
        Ok(Operation { method: self.method.clone(), template, access, kinds, optional: Vec::new() })
    }
}

impl Says {
    fn scopes(&self) -> impl Iterator<Item = &str> {
        let alternatives = match self {
            Says::Scopes(alternatives) => alternatives.as_slice(),
            Says::Schemes(_) | Says::Area(_) | Says::Nothing => &[],
        };
        alternatives.iter().flatten().map(String::as_str)
    }

    fn schemes(&self) -> &[String] {
        match self {
            Says::Schemes(kinds) => kinds,
            Says::Scopes(_) | Says::Area(_) | Says::Nothing => &[],
        }
    }
}

impl Operation {
    /// Takes in another operation of the same shape: what either of them takes will do.
    fn merge(&mut self, other: Operation) {
        for kind in other.kinds {
            if !self.kinds.contains(&kind) {
                self.kinds.push(kind);
            }
        }
        let mine = std::mem::replace(&mut self.access, Access::Unmapped);
        self.access = match (mine, other.access) {
            (Access::Unmapped, access) | (access, Access::Unmapped) => access,
            (Access::Open, _) | (_, Access::Open) => Access::Open,
            (Access::Authenticated, _) | (_, Access::Authenticated) => Access::Authenticated,
            (Access::Needs(mut mine), Access::Needs(theirs)) => {
                mine.extend(
                    theirs.into_iter().filter(|alternative| !mine.contains(alternative)).collect::<Vec<_>>(),
                );
                Access::Needs(mine)
            }
        };
    }
}
