//! One operation as the checks ask for it, and a plain reading of who may pass.

use std::collections::BTreeSet;
use std::fmt;

use super::document::{Kind, Resource};
use super::gate::{Answer, Owner, Question};
use super::operation::{Access, Operation, Permission};
use super::template::Filled;

/// An instance that no request of the checks names.
const ELSEWHERE: &str = "elsewhere";
/// Ways to leave a gap in every alternative that are tried.
const GAPS: usize = 64;

/// An operation with a concrete request for it.
#[derive(Clone, Debug)]
pub(super) struct Case<'o> {
    pub(super) operation: &'o Operation,
    filled: Filled,
    /// What the request needs: all scopes of one of these.
    pub(super) alternatives: Vec<Vec<String>>,
    /// Everything that the policy can grant, on this request's instance and on another.
    pub(super) all: Vec<String>,
    pub(super) optional: Vec<String>,
}

/// The answer that the rules ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Expected {
    Allow,
    Deny { reason: &'static str, missing: Vec<String> },
}

impl<'o> Case<'o> {
    /// A request that means this operation and no other.
    pub(super) fn of(operation: &'o Operation, resources: &[Resource]) -> Case<'o> {
        let filled = operation.template.filled();
        let scopes = |permissions: &[Permission]| -> Vec<String> {
            permissions.iter().map(|permission| permission.scope(&filled.parameters)).collect()
        };
        let alternatives = match &operation.access {
            Access::Needs(alternatives) => {
                alternatives.iter().map(|alternative| scopes(alternative)).collect()
            }
            Access::Open | Access::Authenticated | Access::Unmapped => Vec::new(),
        };
        let optional = scopes(&operation.optional);
        let mut case = Case { operation, filled, alternatives, all: Vec::new(), optional };
        case.all = resources.iter().flat_map(|resource| case.grantable(resource)).collect();
        case
    }

    fn grantable(&self, resource: &Resource) -> Vec<String> {
        let mut scopes = Vec::new();
        for action in &resource.actions {
            let anywhere = format!("{}:{action}", resource.name);
            let here: Vec<String> = self
                .needed()
                .filter(|needed| {
                    needed.parameter.is_some() && needed.resource == resource.name && needed.action == *action
                })
                .map(|needed| needed.scope(&self.filled.parameters))
                .collect();
            // A grant on all instances would cover the one that this request names.
            scopes.extend(if here.is_empty() { vec![anywhere] } else { here });
            if resource.instances {
                scopes.push(elsewhere(&resource.name, action));
            }
        }
        scopes
    }

    fn needed(&self) -> impl Iterator<Item = &Permission> {
        let alternatives = match &self.operation.access {
            Access::Needs(alternatives) => alternatives.as_slice(),
            Access::Open | Access::Authenticated | Access::Unmapped => &[],
        };
        alternatives.iter().flatten()
    }

    /// The request, with a token of this kind that holds these scopes.
    pub(super) fn question<'q>(&'q self, kind: Option<&'q Kind>, held: &[String]) -> Question<'q> {
        Question {
            method: &self.operation.method,
            path: &self.filled.path,
            kind: kind.map(|kind| kind.name.as_str()),
            grants: held.to_vec(),
            owner: Owner::Unlimited,
        }
    }

    /// Whether an answer that allows names this operation, its values and one of its alternatives.
    pub(super) fn reached_by(&self, answer: &Answer) -> bool {
        answer.route.as_deref() == Some(&self.operation.name())
            && answer.parameters == self.filled.parameters
            && (self.alternatives.is_empty() || self.alternatives.contains(&answer.alternative))
    }

    /// What a token that holds these scopes must be told.
    pub(super) fn expected(&self, held: &[String]) -> Expected {
        let Some(missing) = self.missing(held) else { return Expected::Allow };
        let only_elsewhere = |scope: &String| {
            self.needed().any(|needed| {
                needed.parameter.is_some()
                    && needed.scope(&self.filled.parameters) == *scope
                    && held.contains(&elsewhere(&needed.resource, &needed.action))
            })
        };
        let reason =
            if missing.iter().all(only_elsewhere) { "instance_not_granted" } else { "insufficient_scope" };
        Expected::Deny { reason, missing }
    }

    /// The fewest scopes that would make up an alternative, the first such when
    /// several would do; `None` when one is complete.
    pub(super) fn missing(&self, held: &[String]) -> Option<Vec<String>> {
        let anywhere: BTreeSet<String> = self
            .needed()
            .filter(|needed| held.contains(&format!("{}:{}", needed.resource, needed.action)))
            .map(|needed| needed.scope(&self.filled.parameters))
            .collect();
        let lacking = |alternative: &Vec<String>| -> Vec<String> {
            alternative
                .iter()
                .filter(|scope| !held.contains(scope) && !anywhere.contains(*scope))
                .cloned()
                .collect()
        };
        let nearest = self.alternatives.iter().map(lacking).min_by_key(Vec::len)?;
        (!nearest.is_empty()).then_some(nearest)
    }

    /// Sets of scopes without which no alternative is complete: one out of each.
    pub(super) fn gaps(&self) -> Vec<Vec<String>> {
        let mut gaps = vec![Vec::new()];
        for alternative in &self.alternatives {
            let with_one_more = |gap: &Vec<String>| -> Vec<Vec<String>> {
                alternative
                    .iter()
                    .map(|scope| [gap.as_slice(), std::slice::from_ref(scope)].concat())
                    .collect()
            };
            gaps = gaps.iter().flat_map(with_one_more).take(GAPS).collect();
        }
        gaps
    }
}

impl Expected {
    pub(super) fn deny(reason: &'static str) -> Expected {
        Expected::Deny { reason, missing: Vec::new() }
    }

    /// Whether the engine's answer is this one.
    pub(super) fn is(&self, answer: &Answer, case: &Case<'_>) -> bool {
        match self {
            Expected::Allow => answer.reason.is_none() && case.reached_by(answer),
            Expected::Deny { reason, missing } => {
                answer.reason.as_deref() == Some(*reason) && answer.missing == *missing
            }
        }
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Expected::Allow => out.write_str("allow"),
            Expected::Deny { reason, missing } if missing.is_empty() => out.write_str(reason),
            Expected::Deny { reason, missing } => write!(out, "{reason}, missing {}", missing.join(" ")),
        }
    }
}

/// The scopes that are left when these are taken away.
pub(super) fn without(scopes: &[String], taken: &[String]) -> Vec<String> {
    scopes.iter().filter(|scope| !taken.contains(scope)).cloned().collect()
}

fn elsewhere(resource: &str, action: &str) -> String {
    format!("{resource}/{ELSEWHERE}:{action}")
}

#[cfg(test)]
mod tests {
    use super::super::template::Template;
    use super::*;

    fn operation(needs: &[&[&str]]) -> Operation {
        let alternative =
            |texts: &&[&str]| texts.iter().flat_map(|text| Permission::parse(text).unwrap()).collect();
        Operation {
            method: "GET".to_owned(),
            template: Template::parse("/x/{id}").unwrap(),
            access: Access::Needs(needs.iter().map(alternative).collect()),
            kinds: Vec::new(),
            optional: Vec::new(),
        }
    }

    fn held(scopes: &[&str]) -> Vec<String> {
        scopes.iter().map(|scope| (*scope).to_owned()).collect()
    }

    #[test]
    fn the_fewest_missing_scopes_are_named_the_first_when_several_would_do() {
        let operation = operation(&[&["a:read", "b:read"], &["c:read"], &["d:read"]]);
        let case = Case::of(&operation, &[]);
        assert_eq!(case.missing(&held(&["a:read"])), Some(held(&["b:read"])));
        assert_eq!(case.missing(&held(&[])), Some(held(&["c:read"])));
        assert_eq!(case.missing(&held(&["d:read"])), None);
        assert_eq!(case.gaps().len(), 2);
    }

    #[test]
    fn another_instance_is_not_this_one() {
        let operation = operation(&[&["base/{id}:read"]]);
        let case = Case::of(&operation, &[]);
        let missing = held(&["base/v1%20x:read"]);
        let deny = |reason| Expected::Deny { reason, missing: missing.clone() };
        assert_eq!(case.expected(&held(&["base/elsewhere:read"])), deny("instance_not_granted"));
        assert_eq!(case.expected(&held(&["base/elsewhere:write"])), deny("insufficient_scope"));
        assert_eq!(case.expected(&missing), Expected::Allow);
        assert_eq!(case.expected(&held(&["base:read"])), Expected::Allow);
    }
}
