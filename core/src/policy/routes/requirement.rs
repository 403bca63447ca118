//! What a route needs: an OR of ANDs, never empty.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::abi::frame;
use crate::base::join;
use crate::document::{ObjectReader, Place, Problems, Value, expected, suggestion, text};
use crate::policy::catalog::{Catalog, Permission};
use crate::policy::scope::{Resources, Scope, push_instance};

/// What must hold for a route to be passed.
#[derive(Debug)]
pub(crate) enum Requirement {
    /// No token at all.
    Open,
    /// Any valid token.
    Authenticated,
    /// One of these lists, wholly. Neither the outer list nor an inner one is empty.
    AnyOf(Vec<Vec<Need>>),
}

impl Requirement {
    /// Whether a permission is needed on an instance that the path names.
    pub(crate) fn takes_instances(&self) -> bool {
        match self {
            Requirement::Open | Requirement::Authenticated => false,
            Requirement::AnyOf(alternatives) => {
                alternatives.iter().flatten().any(|need| matches!(need.instance, Instance::Parameter(_)))
            }
        }
    }
}

/// One permission that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Need {
    pub(crate) permission: Permission,
    pub(crate) instance: Instance,
}

/// On which instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Instance {
    /// On all of them.
    All,
    /// On the one that the path names, by the number of its parameter.
    Parameter(u16),
    /// On this one.
    Named(String),
}

impl Catalog {
    /// `"a:read"`, `{ "all": […] }` or `{ "any": [… | { "all": […] }] }`.
    pub(crate) fn read_requirement(
        &self,
        value: &Value,
        at: &Place<'_>,
        parameters: &[String],
        problems: &mut Problems,
    ) -> Option<Requirement> {
        let Value::Map(_) = value else {
            return Some(Requirement::AnyOf(alloc::vec![self.read_needs(value, at, parameters, problems)?]));
        };
        let mut object = ObjectReader::read(value, *at, problems)?;
        let any = object.optional("any", problems, |value, at, problems| {
            each(value, at, problems, |item, at, problems| match item {
                Value::Map(_) => {
                    let mut object = ObjectReader::read(item, *at, problems)?;
                    let all =
                        object.required("all", problems, |v, at, p| self.read_all(v, at, parameters, p));
                    object.finish(problems);
                    all
                }
                Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::List(_) => {
                    self.read_needs(item, at, parameters, problems)
                }
            })
        });
        let all = object.optional("all", problems, |v, at, p| self.read_all(v, at, parameters, p));
        object.finish(problems);
        match (any, all) {
            (Some(any), None) => Some(Requirement::AnyOf(any)),
            (None, Some(all)) => Some(Requirement::AnyOf(alloc::vec![all])),
            (Some(_), Some(_)) | (None, None) => {
                problems.add(
                    at,
                    "bad_requirement",
                    "a requirement is a scope, { \"all\": [scopes] } or { \"any\": [scopes or { \"all\" }] }"
                        .into(),
                );
                None
            }
        }
    }

    fn read_all(
        &self,
        value: &Value,
        at: &Place<'_>,
        parameters: &[String],
        problems: &mut Problems,
    ) -> Option<Vec<Need>> {
        let needs =
            each(value, at, problems, |item, at, problems| self.read_needs(item, at, parameters, problems))?;
        Some(distinct(needs.into_iter().flatten()))
    }

    /// The permissions that one scope text needs, all of them.
    pub(crate) fn read_needs(
        &self,
        value: &Value,
        at: &Place<'_>,
        parameters: &[String],
        problems: &mut Problems,
    ) -> Option<Vec<Need>> {
        let written = text(value, at, problems)?;
        // `base/{base}:read` takes the instance from the path.
        let placeholder = written.split_once('{').and_then(|(resource, rest)| {
            let resource = resource.strip_suffix('/')?;
            let (name, actions) = rest.split_once('}')?;
            Some((name, join(&[resource, "/x", actions])))
        });
        let (instance, plain) = match &placeholder {
            Some((name, plain)) => match parameters.iter().position(|parameter| parameter == name) {
                Some(place) => (Instance::Parameter(place as u16), plain.as_str()),
                None => {
                    let hint = problems.hint(|| suggestion(name, parameters.iter().map(String::as_str)));
                    problems.add(
                        at,
                        "unknown_parameter",
                        join(&["the template has no parameter {", name, "}", &hint]),
                    );
                    return None;
                }
            },
            None => (Instance::All, written),
        };
        let scope = self.read_scope(&plain.into(), at, problems)?;
        let Scope::On { resources: Resources::Named(_), instance: named, actions } = &scope else {
            problems.add(
                at,
                "bad_requirement",
                "name each permission of a requirement; write resource:action".into(),
            );
            return None;
        };
        if actions.is_empty() {
            problems.add(
                at,
                "bad_requirement",
                "name the actions of a requirement; \"*\" would change with the policy".into(),
            );
            return None;
        }
        let instance = match (instance, named) {
            (Instance::All, Some(named)) => Instance::Named(named.clone()),
            (instance, _) => instance,
        };
        let mut needs = Vec::new();
        self.expand(&scope, &mut |permission, _| needs.push(Need { permission, instance: instance.clone() }));
        Some(distinct(needs))
    }

    /// Scope texts with spaces between them, all of them needed; `None` when one is unknown
    /// or when they are longer than a frame has room for.
    pub(crate) fn needs_of(&self, scopes: &str) -> Option<Vec<Need>> {
        if scopes.len() > frame::NEEDS {
            return None;
        }
        let mut problems = Problems::default();
        let needs =
            scopes.split(' ').map(|scope| self.read_needs(&scope.into(), &Place::Root, &[], &mut problems));
        let needs: Vec<Need> = needs.collect::<Option<Vec<_>>>()?.into_iter().flatten().collect();
        Some(distinct(needs))
    }

    /// A need as the policy writes it, `base/{base}:read` for an instance from the path.
    pub(crate) fn written(&self, need: &Need, parameters: &[String]) -> String {
        let plain = self.text_of(need.permission, None);
        let Some((resource, action)) = plain.split_once(':') else { return plain };
        let mut text = String::from(resource);
        match &need.instance {
            Instance::All => {}
            Instance::Named(name) => push_instance(&mut text, name),
            Instance::Parameter(place) => {
                let name = parameters.get(usize::from(*place)).map_or("", String::as_str);
                text.push_str(&join(&["/{", name, "}"]));
            }
        }
        text.push(':');
        text.push_str(action);
        text
    }

    /// The text form of a need, its instance taken from the path. An empty one has no name: only a
    /// grant on all instances passes.
    pub(crate) fn need_text(&self, need: &Need, parameters: &[String]) -> String {
        self.text_of(need.permission, need.instance.value(parameters).filter(|name| !name.is_empty()))
    }
}

impl Instance {
    /// The instance, given the values of the path's parameters.
    pub(crate) fn value<'i>(&'i self, parameters: &'i [String]) -> Option<&'i str> {
        match self {
            Instance::All => None,
            // A parameter that is absent names an instance that no token has.
            Instance::Parameter(place) => {
                Some(parameters.get(usize::from(*place)).map_or("", String::as_str))
            }
            Instance::Named(name) => Some(name),
        }
    }
}

fn distinct(needs: impl IntoIterator<Item = Need>) -> Vec<Need> {
    let mut kept: Vec<Need> = Vec::new();
    for need in needs {
        if !kept.contains(&need) {
            kept.push(need);
        }
    }
    kept
}

/// A list that is not empty, each item read by `read`.
fn each<T>(
    value: &Value,
    at: &Place<'_>,
    problems: &mut Problems,
    read: impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<T>,
) -> Option<Vec<T>> {
    if matches!(value, Value::List(items) if items.is_empty()) {
        expected(
            problems,
            at,
            "at least one item; for a route without permissions write \"authenticated\": true or \"open\": true",
        );
        return None;
    }
    crate::document::list(read)(value, at, problems)
}
