//! One operation of an interface, and what it takes to call it.

use anyhow::{Result, anyhow};
use portcullis_core::Policy;
use serde_json::Value;

/// A method and a path, what they need, and which kinds of token may ask.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    /// `GET /x/{id}`: the way a decision names its route.
    pub(super) on: String,
    pub(super) access: Access,
    /// The kinds that may call it; empty means every kind.
    pub(super) kinds: Vec<String>,
    pub(super) optional: Vec<String>,
}

/// What an operation asks of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing at all.
    Open,
    /// Any valid token.
    Authenticated,
    /// All scopes of one alternative.
    Needs(Vec<Vec<String>>),
    /// The vendor says nothing, so the operation is denied.
    Unmapped,
}

impl Operation {
    /// Every operation that the routes of a policy declare, as core lists them. What each must answer is also asked of
    /// the naive model, which reads the policy by itself.
    pub(super) fn declared(policy: &Value) -> Result<Vec<Operation>> {
        let policy = Policy::from_json(&policy.to_string()).map_err(|problems| anyhow!("{problems}"))?;
        let description: Value = serde_json::from_str(&policy.describe().to_json())?;
        let operation = |route: &Value| Operation {
            on: route["on"].as_str().unwrap_or_default().to_owned(),
            access: match route["requirement"].as_str() {
                Some("open") => Access::Open,
                Some("authenticated") => Access::Authenticated,
                _ => Access::Needs(route["needs"].as_array().into_iter().flatten().map(texts).collect()),
            },
            kinds: texts(&route["kinds"]),
            optional: texts(&route["optional"]),
        };
        Ok(description["routes"].as_array().into_iter().flatten().map(operation).collect())
    }

    /// The operation without the names of its parameters: equal shapes are one route.
    pub(super) fn shape(&self) -> String {
        self.filled(|name| if name.ends_with("...") { "{...}" } else { "{}" }.to_owned())
    }

    /// The operation with a text for each parameter.
    pub(super) fn filled(&self, mut value: impl FnMut(&str) -> String) -> String {
        let mut parts = self.on.split('{');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, after) = part.split_once('}').unwrap_or((part, ""));
            text.extend([&value(name), after]);
        }
        text
    }

    /// The scopes that it can need, whichever alternative is taken.
    pub(super) fn alternatives(&self) -> &[Vec<String>] {
        match &self.access {
            Access::Needs(alternatives) => alternatives,
            Access::Open | Access::Authenticated | Access::Unmapped => &[],
        }
    }
}

/// The texts of a list; empty when there is no list.
pub(super) fn texts(list: &Value) -> Vec<String> {
    list.as_array().into_iter().flatten().filter_map(|text| text.as_str().map(str::to_owned)).collect()
}

/// Every resource under its whole name.
pub(super) fn resources(policy: &Value) -> Vec<(String, &Value)> {
    fn collect<'p>(group: &str, resources: &'p Value, into: &mut Vec<(String, &'p Value)>) {
        for (name, resource) in resources.as_object().into_iter().flatten() {
            let name = format!("{group}{name}");
            match &resource["resources"] {
                Value::Null => into.push((name, resource)),
                inner => collect(&format!("{name}."), inner, into),
            }
        }
    }
    let mut all = Vec::new();
    collect("", &policy["resources"], &mut all);
    all
}

/// The actions of a resource.
pub(super) fn actions(resource: &Value) -> Vec<String> {
    match &resource["actions"] {
        Value::Null => ["create", "read", "update", "delete"].map(str::to_owned).to_vec(),
        list => texts(list),
    }
}
