//! Every operation of a policy, asked for with exactly enough, too little and everything else.

use std::collections::BTreeSet;
use std::sync::Arc;

use anyhow::{Result, anyhow};
use portcullis_core::Policy;
use portcullis_tests::naive::{self, Case, time};
use portcullis_tests::{ask, plaintext};
use serde_json::{Value, json};

use super::operation::{Access, Operation, actions, resources};

/// A method that no interface declares.
const UNHEARD_OF: &str = "TRACE";
const CREATED: time::Millis = 1_767_268_800_000;
const MINUTE: time::Millis = 60_000;
/// Ways to leave a gap in every alternative that are tried.
const GAPS: usize = 64;

/// What came of checking one policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) operations: usize,
    pub(super) checks: usize,
    pub(super) lints: usize,
    /// The checks that failed, a line each.
    pub(super) failures: Vec<String>,
}

/// Asks the engine about every operation. Whether it must pass is said by the operation itself; every answer must also
/// be the one of the naive model.
pub(super) fn run(document: &Value, operations: &[Operation]) -> Result<Outcome> {
    let policy =
        Policy::from_json(&document.to_string()).map_err(|problems| anyhow!("not opened: {problems}"))?;
    let outcome = Outcome { operations: operations.len(), lints: policy.lints().len(), ..Outcome::default() };
    let mut checks = Checks { policy, document: Arc::new(document.clone()), outcome };
    operations.iter().for_each(|operation| checks.check(operation));
    Ok(checks.outcome)
}

struct Checks {
    policy: Policy,
    document: Arc<Value>,
    outcome: Outcome,
}

/// A request for one operation.
#[derive(Clone)]
struct Question<'q> {
    on: &'q str,
    method: &'q str,
    target: &'q str,
    /// The kind of the token that is sent; `None` sends no token.
    kind: Option<&'q str>,
    held: Vec<String>,
    owner: Value,
}

impl Checks {
    fn check(&mut self, operation: &Operation) {
        let document = self.document.clone();
        let mut values = Vec::new();
        // An encoded space, which no literal can hold, keeps every other template from matching.
        let request = operation.filled(|name| {
            let value = format!("v{}%20x", values.len() + 1);
            values.push((format!("/{{{name}}}:"), format!("/{value}:")));
            if name.ends_with("...") { format!("{value}/{value}") } else { value }
        });
        let scope =
            |text: &String| values.iter().fold(text.clone(), |text, (name, value)| text.replace(name, value));
        let scopes = |list: &Vec<String>| list.iter().map(scope).collect::<Vec<_>>();
        let alternatives: Vec<Vec<String>> = operation.alternatives().iter().map(scopes).collect();
        let (optional, needed) = (scopes(&operation.optional), alternatives.concat());
        let enough =
            |held: &[String]| alternatives.iter().any(|all| all.iter().all(|scope| held.contains(scope)));
        // Everything that can be granted; where an instance is needed, that one and another.
        let mut all: BTreeSet<String> = needed.iter().cloned().collect();
        let mut bundles: Vec<String> =
            names(&document["permissionSets"]).map(|set| format!("@{set}")).collect();
        for (name, resource) in resources(&document) {
            for action in actions(resource) {
                let here = |scope: &String| {
                    scope.starts_with(&format!("{name}/")) && scope.ends_with(&format!(":{action}"))
                };
                if !needed.iter().any(here) {
                    all.insert(format!("{name}:{action}"));
                }
                if resource["instances"] == true {
                    all.insert(format!("{name}/elsewhere:{action}"));
                }
            }
            bundles.extend(names(&resource["aliases"]).map(|alias| format!("{name}:{alias}")));
        }
        let all: Vec<String> = all.into_iter().collect();
        let (method, target) = request.split_once(' ').unwrap_or_default();
        let owner = |grants: &[String]| json!({ "id": "ada", "active": true, "grants": grants });
        let (on, unlimited) = (operation.on.as_str(), owner(&["*:*".to_owned()]));
        let anyone = Question { on, method, target, kind: None, held: Vec::new(), owner: unlimited };

        self.ask("no token", &anyone, Some(operation.access == Access::Open));
        for (kind, fields) in document["kinds"].as_object().into_iter().flatten() {
            let with = |held: &[String]| Question { kind: Some(kind), held: held.to_vec(), ..anyone.clone() };
            let everything = with(&all);
            self.ask("another method", &Question { method: UNHEARD_OF, ..everything.clone() }, Some(false));
            if !operation.kinds.is_empty() && !operation.kinds.contains(kind) {
                self.ask("everything", &everything, Some(false));
                continue;
            }
            let open = matches!(operation.access, Access::Open | Access::Authenticated);
            self.ask("nothing", &with(&[]), Some(open));
            if alternatives.is_empty() {
                self.ask("everything", &everything, Some(open));
                continue;
            }
            for needed in &alternatives {
                self.ask("exactly what is needed", &with(needed), Some(true));
                for left_out in needed {
                    let held = without(needed, std::slice::from_ref(left_out));
                    self.ask(
                        &format!("all that is needed but {left_out}"),
                        &with(&held),
                        Some(enough(&held)),
                    );
                    if fields["subject"] == "owner" {
                        let limited = Question { owner: owner(&held), ..everything.clone() };
                        self.ask(&format!("the owner lacks {left_out}"), &limited, Some(enough(&held)));
                    }
                }
                for scope in &optional {
                    let held = [needed.as_slice(), std::slice::from_ref(scope)].concat();
                    self.ask(&format!("what is needed and {scope}"), &with(&held), Some(true));
                }
            }
            for gap in gaps(&alternatives) {
                let what = format!("everything but {}", gap.join(" "));
                self.ask(&what, &with(&without(&all, &gap)), Some(false));
            }
            self.ask("everything that is not needed", &with(&without(&all, &needed)), Some(false));
            // Of other resources nothing passes even together, as was just asked.
            let resource = |scope: &str| scope.split(['/', ':']).next().map(str::to_owned);
            let near = |scope: &&String| needed.iter().any(|needed| resource(needed) == resource(scope));
            for scope in all.iter().filter(near) {
                let held = std::slice::from_ref(scope);
                self.ask(&format!("only {scope}"), &with(held), Some(enough(held)));
            }
            for grant in &bundles {
                self.ask(&format!("only {grant}"), &with(std::slice::from_ref(grant)), None);
            }
            if fields["subject"] == "owner" {
                let mut gone = everything.clone();
                gone.owner["active"] = false.into();
                self.ask("the owner gone", &gone, Some(false));
                self.ask("the owner unknown", &Question { owner: Value::Null, ..everything }, Some(false));
            }
        }
    }

    /// `passes`: whether it must pass, where that is known without a second model.
    fn ask(&mut self, what: &str, question: &Question<'_>, passes: Option<bool>) {
        let case = self.case(question);
        let expected = naive::decide(&case);
        let said: Value = serde_json::from_str(&ask::decide(&self.policy, &case)).unwrap_or_default();
        let routed = said["allow"] == false || said["route"] == question.on;
        let same = ["allow", "reason", "missing", "optional", "params"]
            .iter()
            .all(|name| expected.get(name).is_none_or(|value| said[name] == *value));
        self.outcome.checks += 1;
        if !routed || !same || passes.is_some_and(|passes| said["allow"] != passes) {
            let on = question.on;
            self.outcome.failures.push(format!("{on}: {what}; answered {said}, the naive model {expected}"));
        }
    }

    fn case(&self, question: &Question<'_>) -> Case {
        let Question { method, target, kind, held, owner, .. } = question;
        let mut attempt = json!({ "method": method, "target": target, "application": "checks" });
        let mut record = Value::Null;
        if let Some(kind) = kind {
            let prefix = &self.document["kinds"][kind]["prefix"];
            let prefix = prefix.as_str().or_else(|| prefix[0].as_str()).unwrap_or_default();
            let (id, secret) = (plaintext::word(kind, 16), plaintext::word(&format!("{kind} secret"), 32));
            let plaintext = plaintext::plaintext(prefix, &id, &secret);
            match self.policy.header_name() {
                Some(_) => attempt["header"] = plaintext.into(),
                None => attempt["authorization"] = format!("Bearer {plaintext}").into(),
            }
            let created = time::text(CREATED);
            record = json!({
                "v": 1, "id": id, "kind": kind, "owner": "ada", "grants": held, "applications": ["checks"],
                "digest": plaintext::digest(&id, &secret), "createdAt": created, "secretIssuedAt": created,
                "expiresAt": time::text(CREATED + 30 * MINUTE), "revision": 1,
            });
        }
        let now = CREATED + 10 * MINUTE;
        Case { policy: self.document.clone(), record, subject: owner.clone(), attempt, now }
    }
}

fn names(object: &Value) -> impl Iterator<Item = &str> {
    object.as_object().into_iter().flatten().map(|(name, _)| name.as_str())
}

/// Sets of scopes without which no alternative is complete: one out of each.
fn gaps(alternatives: &[Vec<String>]) -> Vec<Vec<String>> {
    alternatives.iter().fold(vec![Vec::new()], |gaps, alternative| {
        let with_one_more = |gap: &Vec<String>| {
            alternative
                .iter()
                .map(|scope| [gap.as_slice(), std::slice::from_ref(scope)].concat())
                .collect::<Vec<_>>()
        };
        gaps.iter().flat_map(with_one_more).take(GAPS).collect()
    })
}

/// The scopes that are left when these are taken away.
fn without(scopes: &[String], taken: &[String]) -> Vec<String> {
    scopes.iter().filter(|scope| !taken.contains(scope)).cloned().collect()
}
