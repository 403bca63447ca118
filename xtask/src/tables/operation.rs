//! One operation of an interface, and what it takes to call it.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result, ensure};

use super::template::Template;

/// A method and a path, what they need, and which kinds of token may ask.
#[derive(Clone, Debug)]
pub(super) struct Operation {
    pub(super) method: String,
    pub(super) template: Template,
    pub(super) access: Access,
    /// The kinds that may call it; empty means every kind.
    pub(super) kinds: Vec<String>,
    pub(super) optional: Vec<Permission>,
}

/// What an operation asks of its caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Access {
    /// Nothing at all.
    Open,
    /// Any valid token.
    Authenticated,
    /// All permissions of one alternative.
    Needs(Vec<Vec<Permission>>),
    /// The vendor says nothing, so the operation is denied.
    Unmapped,
}

/// One action on one resource, or on the instance that a path parameter names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Permission {
    pub(super) resource: String,
    pub(super) parameter: Option<String>,
    pub(super) action: String,
}

impl Operation {
    /// `GET /x/{id}`: the way a decision names its route.
    pub(super) fn name(&self) -> String {
        format!("{} {}", self.method, self.template.text())
    }

    /// Operations with the same key are one route.
    pub(super) fn key(&self) -> String {
        format!("{} {}", self.method, self.template.shape())
    }
}

impl Permission {
    /// `resource:action`, on all instances.
    pub(super) fn new(resource: &str, action: &str) -> Permission {
        Permission { resource: resource.to_owned(), parameter: None, action: action.to_owned() }
    }

    /// Reads what a route needs: `a:read`, `a:read,update`, `base/{base}:read`.
    pub(super) fn parse(text: &str) -> Result<Vec<Permission>> {
        let (subject, actions) = text.split_once(':').with_context(|| format!("`{text}` has no action"))?;
        let (resource, parameter) = match subject.split_once('/') {
            None => (subject, None),
            Some((resource, instance)) => {
                let name = instance.strip_prefix('{').and_then(|rest| rest.strip_suffix('}'));
                ensure!(name.is_some(), "`{text}` names an instance that is no path parameter");
                (resource, name.map(str::to_owned))
            }
        };
        Ok(actions
            .split(',')
            .map(|action| Permission {
                resource: resource.to_owned(),
                parameter: parameter.clone(),
                action: action.to_owned(),
            })
            .collect())
    }

    /// The scope that a request with these parameters needs.
    pub(super) fn scope(&self, parameters: &BTreeMap<String, String>) -> String {
        match self.parameter.as_ref().and_then(|name| parameters.get(name)) {
            Some(instance) => format!("{}/{}:{}", self.resource, encoded(instance), self.action),
            None => format!("{}:{}", self.resource, self.action),
        }
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.parameter {
            Some(name) => write!(out, "{}/{{{name}}}:{}", self.resource, self.action),
            None => write!(out, "{}:{}", self.resource, self.action),
        }
    }
}

fn encoded(instance: &str) -> String {
    let mut text = String::new();
    for byte in instance.bytes() {
        if byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-' {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_need_names_permissions() {
        let scopes = |text: &str| -> Vec<String> {
            Permission::parse(text).unwrap().iter().map(ToString::to_string).collect()
        };
        assert_eq!(scopes("a:read"), ["a:read"]);
        assert_eq!(scopes("crm.leads:read,update"), ["crm.leads:read", "crm.leads:update"]);
        assert_eq!(scopes("base/{base}:read"), ["base/{base}:read"]);
        assert!(Permission::parse("a").is_err());
        assert!(Permission::parse("base/abc:read").is_err());
    }

    #[test]
    fn an_instance_is_encoded_in_a_scope() {
        let parameters = BTreeMap::from([("base".to_owned(), "v1 x".to_owned())]);
        assert_eq!(Permission::parse("base/{base}:read").unwrap()[0].scope(&parameters), "base/v1%20x:read");
    }
}
