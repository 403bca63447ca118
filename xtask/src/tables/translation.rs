//! A published route table as a policy: each operation with what it needs.

use std::collections::BTreeSet;
use std::collections::btree_map::{BTreeMap, Entry};

use anyhow::{Context, Result, ensure};
use portcullis_core::Policy;
use serde_json::{Map, Value, json};

use super::operation::{Access, Operation, texts};

/// The action of a scope that names no action (`push`).
const USE: &str = "use";
/// The resource of a scope that covers all resources (`read` over `read:accounts`).
const EVERYTHING: &str = "everything";
/// Words that name an action when they come first (`write:accounts`).
const LEVELS: [&str; 6] = ["read", "write", "create", "update", "delete", "admin"];
/// The only kind of a table that names no kinds.
const TOKEN: &str = "token";

/// The operations of a table, and the policy that lets exactly those through who hold what the table names.
#[derive(Clone, Debug)]
pub(super) struct Translation {
    pub(super) policy: Value,
    /// One for each method and shape of path.
    pub(super) operations: Vec<Operation>,
    /// What was changed on the way, a line each.
    pub(super) corrections: Vec<String>,
    /// Rows whose path is no template.
    pub(super) dropped: usize,
}

impl Translation {
    /// Reads a table. Each row says what it needs in one way: `anyOf` lists alternatives of scopes, `auth` kinds of
    /// token, `tags` the area of the interface to which it belongs.
    pub(super) fn of(name: &str, table: &Value) -> Result<Translation> {
        let rows = table["routes"].as_array().context("`routes` is not a list")?;
        let mut corrections = Vec::new();
        let scopes =
            rows.iter().flat_map(|row| row["anyOf"].as_array().into_iter().flatten().flat_map(texts));
        let words = words(&scopes.collect(), &mut corrections)?;
        let mut routes: BTreeMap<String, Operation> = BTreeMap::new();
        let mut dropped = 0;
        for row in rows {
            let operation = operation(row, &words, &mut corrections)?;
            let on = &operation.on;
            if let Err(why) = Policy::from_json(&open_route(on).to_string()) {
                corrections.push(format!("{on} is no template, dropped: {why}"));
                dropped += 1;
                continue;
            }
            if operation.access == Access::Unmapped {
                corrections.push(format!("{on} has no published requirement, left unmapped"));
            }
            match routes.entry(operation.shape()) {
                Entry::Vacant(entry) => _ = entry.insert(operation),
                Entry::Occupied(mut entry) => {
                    let first = entry.get_mut();
                    corrections.push(format!("{on} has the shape of {}, merged as an alternative", first.on));
                    first.merge(operation);
                }
            }
        }
        let operations: Vec<Operation> = routes.into_values().collect();
        Ok(Translation { policy: document(name, &operations, &words), operations, corrections, dropped })
    }
}

/// What the vendor says about one operation, in the words of a policy.
fn operation(
    row: &Value,
    words: &BTreeMap<String, String>,
    corrections: &mut Vec<String>,
) -> Result<Operation> {
    let text = |name: &str| row[name].as_str().with_context(|| format!("`{name}` is not a text: {row}"));
    let said = ["anyOf", "auth", "tags"].iter().filter(|name| !row[**name].is_null()).count();
    ensure!(said <= 1, "one of `anyOf`, `auth` and `tags` says what an operation needs: {row}");
    let method = text("method")?;
    let kinds = texts(&row["auth"]);
    let scopes = |list: &Value| texts(list).iter().filter_map(|scope| words.get(scope).cloned()).collect();
    let alternatives: Vec<Vec<String>> = row["anyOf"].as_array().into_iter().flatten().map(scopes).collect();
    let access = if let Some(tag) = row["tags"][0].as_str() {
        let area = camel_case(tag);
        let line = format!("tag `{tag}` becomes the resource {area}");
        if area != tag && !corrections.contains(&line) {
            corrections.push(line);
        }
        let action = if ["GET", "HEAD"].contains(&method) { "read" } else { "write" };
        Access::Needs(vec![vec![format!("{area}:{action}")]])
    } else if !kinds.is_empty() || alternatives.iter().any(Vec::is_empty) {
        Access::Authenticated
    } else if alternatives.is_empty() {
        Access::Unmapped
    } else {
        Access::Needs(alternatives)
    };
    Ok(Operation { on: format!("{method} {}", text("path")?), access, kinds, optional: Vec::new() })
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
                mine.extend(theirs);
                Access::Needs(mine)
            }
        };
    }

    fn route(&self) -> Value {
        let all = |alternative: &Vec<String>| match &alternative[..] {
            [only] => json!(only),
            many => json!({ "all": many }),
        };
        let mut route = match &self.access {
            Access::Open | Access::Unmapped => json!({ "open": true }),
            Access::Authenticated => json!({ "authenticated": true }),
            Access::Needs(alternatives) => match &alternatives[..] {
                [only] => json!({ "needs": all(only) }),
                many => json!({ "needs": { "any": many.iter().map(all).collect::<Vec<_>>() } }),
            },
        };
        route["on"] = self.on.as_str().into();
        if !self.kinds.is_empty() {
            route["kinds"] = json!(self.kinds);
        }
        route
    }
}

fn document(name: &str, operations: &[Operation], words: &BTreeMap<String, String>) -> Value {
    let mut resources = json!({});
    for scope in operations.iter().flat_map(|operation| operation.alternatives().iter().flatten()) {
        let (resource, action) = scope.split_once(':').unwrap_or_default();
        let own = resource.split('.').enumerate().fold(&mut resources, |place, (depth, name)| {
            if depth == 0 { &mut place[name] } else { &mut place["resources"][name] }
        });
        match own["actions"].as_array_mut() {
            Some(actions) if actions.iter().any(|known| known == action) => {}
            Some(actions) => actions.push(action.into()),
            None => own["actions"] = json!([action]),
        }
    }
    let broad = words.values().filter_map(|scope| scope.strip_prefix(EVERYTHING)?.strip_prefix(':'));
    let sets = broad
        .map(|action| (action.to_owned(), json!({ "title": action, "grants": [format!("*:{action}")] })));
    let mut kinds: BTreeSet<&str> =
        operations.iter().flat_map(|it| it.kinds.iter().map(String::as_str)).collect();
    if kinds.is_empty() {
        kinds.insert(TOKEN);
    }
    let mapped = operations.iter().filter(|operation| operation.access != Access::Unmapped);
    json!({
        "portcullis": 1, "name": name, "realm": name, "resources": resources,
        "permissionSets": sets.collect::<Map<_, _>>(),
        "routes": mapped.map(Operation::route).collect::<Vec<_>>(),
        "kinds": kinds.into_iter().map(|name| (name.to_owned(), kind(name))).collect::<Map<_, _>>(),
    })
}

/// A policy that opens when `on` is the method and the template of a route.
fn open_route(on: &str) -> Value {
    json!({
        "portcullis": 1, "name": TOKEN, "realm": TOKEN, "resources": {}, "routes": [{ "on": on, "open": true }],
        "kinds": { TOKEN: kind(TOKEN) },
    })
}

fn kind(name: &str) -> Value {
    let letters =
        name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).take(18).collect::<String>();
    let lifetime = json!({ "default": null });
    json!({ "prefix": format!("t_{letters}"), "lifetime": lifetime, "revoke": "final", "may": { "revoke": ["admin"] } })
}

/// Each scope of a vendor in our words, `resource:action`; refused when two would become one.
fn words(scopes: &BTreeSet<String>, corrections: &mut Vec<String>) -> Result<BTreeMap<String, String>> {
    let pairs: Vec<(&str, &str)> = scopes.iter().filter_map(|scope| scope.split_once(':')).collect();
    let is_level = |word: &str| LEVELS.contains(&word);
    let action_first =
        pairs.iter().all(|(first, _)| is_level(first)) && !pairs.iter().all(|(_, last)| is_level(last));
    let mut words = BTreeMap::new();
    for scope in scopes {
        let (resource, action) = match scope.rsplit_once(':') {
            Some((last, first)) if !action_first => (last, first),
            Some(_) => scope.split_once(':').map(|(action, resource)| (resource, action)).unwrap_or_default(),
            None if action_first && pairs.iter().any(|(first, _)| first == scope) => {
                (EVERYTHING, scope.as_str())
            }
            None => (scope.as_str(), USE),
        };
        let word = format!("{}:{}", dotted(resource), plain(action));
        ensure!(
            !words.values().any(|known| *known == word),
            "`{scope}` and another scope would both become {word}"
        );
        if word != *scope {
            let set = if resource == EVERYTHING {
                format!(", and the permission set @{action} that grants *:{action}")
            } else {
                String::new()
            };
            corrections.push(format!("scope `{scope}` becomes {word}{set}"));
        }
        words.insert(scope.clone(), word);
    }
    Ok(words)
}

/// A tag in camel case: `Access Rights` becomes `accessRights`.
fn camel_case(tag: &str) -> String {
    let words = tag.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let capital = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
    words
        .enumerate()
        .map(|(index, word)| if index == 0 { word.to_ascii_lowercase() } else { capital(word) })
        .collect()
}

/// The text as a name: what a name may not hold becomes a hyphen.
fn plain(text: &str) -> String {
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    text.chars().take(64).map(|c| if allowed(c) { c } else { '-' }).collect()
}

/// The text as the name of a resource: groups are parted by dots.
fn dotted(text: &str) -> String {
    text.split([':', '/', '.']).filter(|part| !part.is_empty()).map(plain).collect::<Vec<_>>().join(".")
}
