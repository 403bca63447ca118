//! Every operation of a policy, asked for with exactly enough, too little and everything else.

use anyhow::Result;

use super::case::{Case, Expected, without};
use super::document::{Kind, PolicyDocument, Resource};
use super::gate::{Answer, Gate, Owner, Question};
use super::operation::{Access, Operation};

/// A method that no interface declares.
const UNHEARD_OF: &str = "TRACE";

/// What came of checking one policy.
#[derive(Clone, Debug, Default)]
pub(super) struct Outcome {
    pub(super) operations: usize,
    pub(super) checks: usize,
    pub(super) lints: usize,
    /// The checks that failed, a line each.
    pub(super) failures: Vec<String>,
}

/// Asks the engine about every operation, and compares its answers with a plain reading of the rules.
pub(super) fn run(document: &PolicyDocument, operations: &[Operation]) -> Result<Outcome> {
    let gate = Gate::open(document)?;
    let outcome = Outcome { operations: operations.len(), lints: gate.lints(), ..Outcome::default() };
    let kinds = gate.kinds().cloned().collect();
    let bundles = document.bundles()?;
    let mut checks = Checks { gate, kinds, resources: document.resources()?, bundles, outcome };
    for operation in operations {
        checks.check(operation)?;
    }
    Ok(checks.outcome)
}

struct Checks {
    gate: Gate,
    kinds: Vec<Kind>,
    resources: Vec<Resource>,
    /// Grants that stand for several scopes, with what they stand for.
    bundles: Vec<(String, Vec<String>)>,
    outcome: Outcome,
}

impl Checks {
    fn check(&mut self, operation: &Operation) -> Result<()> {
        let case = Case::of(operation, &self.resources);
        let open = operation.access == Access::Open;
        let without_token = if open { Expected::Allow } else { Expected::deny("missing") };
        self.expect(&case, "no token", case.question(None, &[]), &without_token)?;
        for kind in self.kinds.clone() {
            let nothing = case.question(Some(&kind), &[]);
            let everything = case.question(Some(&kind), &case.all);
            let anything_else = Question { method: UNHEARD_OF, ..everything.clone() };
            self.expect(&case, "another method", anything_else, &Expected::deny("route_unmapped"))?;
            if !operation.kinds.is_empty() && !operation.kinds.contains(&kind.name) {
                self.expect(&case, "everything", everything, &Expected::deny("wrong_kind"))?;
                continue;
            }
            match &operation.access {
                Access::Open | Access::Authenticated => {
                    self.expect(&case, "nothing", nothing, &Expected::Allow)?;
                }
                Access::Unmapped => {
                    self.expect(&case, "everything", everything, &Expected::deny("route_unmapped"))?;
                }
                Access::Needs(_) => {
                    self.check_token(&case, &kind)?;
                    self.check_owner(&case, &kind)?;
                }
            }
        }
        Ok(())
    }

    fn check_token(&mut self, case: &Case<'_>, kind: &Kind) -> Result<()> {
        for needed in &case.alternatives {
            self.expect_by_rule(case, "exactly what is needed", kind, needed)?;
            for left_out in needed {
                let held = without(needed, std::slice::from_ref(left_out));
                self.expect_by_rule(case, &format!("all that is needed but {left_out}"), kind, &held)?;
            }
            for scope in &case.optional {
                let held = [needed.as_slice(), std::slice::from_ref(scope)].concat();
                let answer =
                    self.expect_by_rule(case, &format!("what is needed and {scope}"), kind, &held)?;
                self.note(case, &format!("optional {scope}"), answer.optional.contains(scope), &answer);
            }
        }
        for gap in case.gaps() {
            let held = without(&case.all, &gap);
            self.expect_by_rule(case, &format!("everything but {}", gap.join(" ")), kind, &held)?;
        }
        let others = without(&case.all, &case.alternatives.concat());
        self.expect_by_rule(case, "everything that is not needed", kind, &others)?;
        for scope in &case.all {
            self.expect_by_rule(case, &format!("only {scope}"), kind, std::slice::from_ref(scope))?;
        }
        for (grant, meant) in self.bundles.clone() {
            let question = case.question(Some(kind), std::slice::from_ref(&grant));
            self.expect(case, &format!("only {grant}"), question, &case.expected(&meant))?;
        }
        Ok(())
    }

    /// A token of a kind with a subject reaches no further than its owner.
    fn check_owner(&mut self, case: &Case<'_>, kind: &Kind) -> Result<()> {
        if !kind.has_subject {
            return Ok(());
        }
        let everything = case.question(Some(kind), &case.all);
        for needed in &case.alternatives {
            for left_out in needed {
                let held = without(needed, std::slice::from_ref(left_out));
                let expected = match case.missing(&held) {
                    Some(missing) => Expected::Deny { reason: "subject_lacks_permission", missing },
                    None => Expected::Allow,
                };
                let question = Question { owner: Owner::Holds(held), ..everything.clone() };
                self.expect(case, &format!("everything, the owner lacks {left_out}"), question, &expected)?;
            }
        }
        let gone = Question { owner: Owner::Gone, ..everything.clone() };
        self.expect(case, "everything, the owner gone", gone, &Expected::deny("suspended"))?;
        let unknown = Question { owner: Owner::Unknown, ..everything };
        self.expect(case, "everything, the owner unknown", unknown, &Expected::deny("subject_unavailable"))?;
        Ok(())
    }

    fn expect_by_rule(
        &mut self,
        case: &Case<'_>,
        holds: &str,
        kind: &Kind,
        held: &[String],
    ) -> Result<Answer> {
        self.expect(case, holds, case.question(Some(kind), held), &case.expected(held))
    }

    fn expect(
        &mut self,
        case: &Case<'_>,
        holds: &str,
        question: Question<'_>,
        expected: &Expected,
    ) -> Result<Answer> {
        let answer = self.gate.ask(&question)?;
        let sender = question.kind.map_or(String::new(), |kind| format!("{kind} with "));
        self.note(
            case,
            &format!("{sender}{holds}: expected {expected}"),
            expected.is(&answer, case),
            &answer,
        );
        Ok(answer)
    }

    fn note(&mut self, case: &Case<'_>, check: &str, as_expected: bool, answer: &Answer) {
        self.outcome.checks += 1;
        if !as_expected {
            self.outcome.failures.push(format!("{}: {check}; answered {answer}", case.operation.name()));
        }
    }
}
