//! The policy document for a translated table.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::document::PolicyDocument;
use super::operation::{Access, Operation, Permission};
use super::translation::Translation;

/// The only kind of a table that names no kinds.
const TOKEN: &str = "token";

impl PolicyDocument {
    /// The document that lets exactly those through who hold what the table names.
    pub(super) fn of(translation: &Translation) -> PolicyDocument {
        let mut resources = Map::new();
        let mut routes: BTreeMap<String, Value> = BTreeMap::new();
        for operation in &translation.operations {
            if let Access::Needs(alternatives) = &operation.access {
                alternatives.iter().flatten().for_each(|permission| declare(&mut resources, permission));
            }
            if operation.access != Access::Unmapped {
                routes.entry(operation.key()).or_insert_with(|| route(operation));
            }
        }
        let one = BTreeSet::from([TOKEN.to_owned()]);
        let kinds = if translation.kinds.is_empty() { &one } else { &translation.kinds };
        PolicyDocument(json!({
            "portcullis": 1,
            "name": translation.name,
            "realm": translation.name,
            "resources": resources,
            "permissionSets": translation.sets.iter()
                .map(|(name, grant)| (name.clone(), json!({ "title": name, "grants": [grant] })))
                .collect::<Map<_, _>>(),
            "routes": routes.into_values().collect::<Vec<_>>(),
            "kinds": kinds.iter().map(|name| (name.clone(), kind(name))).collect::<Map<_, _>>(),
        }))
    }
}

fn declare(resources: &mut Map<String, Value>, permission: &Permission) {
    let mut place = resources;
    let mut names = permission.resource.split('.').peekable();
    while let Some(name) = names.next() {
        let entry = place.entry(name).or_insert_with(|| json!({}));
        let field = if names.peek().is_some() { "resources" } else { "actions" };
        let Some(map) = entry.as_object_mut() else { return };
        if names.peek().is_none() {
            let actions = map.entry(field).or_insert_with(|| json!([]));
            let action = Value::from(permission.action.as_str());
            if let Some(actions) = actions.as_array_mut().filter(|actions| !actions.contains(&action)) {
                actions.push(action);
            }
            return;
        }
        let Some(inner) = map.entry(field).or_insert_with(|| json!({})).as_object_mut() else { return };
        place = inner;
    }
}

fn route(operation: &Operation) -> Value {
    let mut route = json!({ "on": operation.name() });
    match &operation.access {
        Access::Open => route["open"] = Value::from(true),
        Access::Authenticated => route["authenticated"] = Value::from(true),
        Access::Needs(alternatives) => route["needs"] = needs(alternatives),
        Access::Unmapped => {}
    }
    if !operation.kinds.is_empty() {
        route["kinds"] = Value::from(operation.kinds.clone());
    }
    route
}

fn needs(alternatives: &[Vec<Permission>]) -> Value {
    let all = |alternative: &Vec<Permission>| match &alternative[..] {
        [only] => Value::from(only.to_string()),
        many => json!({ "all": many.iter().map(ToString::to_string).collect::<Vec<_>>() }),
    };
    match alternatives {
        [only] => all(only),
        many => json!({ "any": many.iter().map(all).collect::<Vec<_>>() }),
    }
}

fn kind(name: &str) -> Value {
    let letters = name.to_ascii_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    json!({
        "prefix": format!("t_{}", &letters[..letters.len().min(18)]),
        "lifetime": { "default": null },
        "revoke": "final",
        "may": { "revoke": ["admin"] },
    })
}
