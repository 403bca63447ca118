//! Every step of every drawn life, for laws to check.
//!
//! `PORTCULLIS_CASES` sets how many lives each law is tried on, a tenth of it.

use portcullis_core::Policy;
use portcullis_tests::compare::core;
use portcullis_tests::history::{Watch, lead};
use portcullis_tests::naive::life::Question;
use portcullis_tests::naive::time::{Millis, parse};
use serde_json::{Value, json};

/// One command and its outcome.
pub(super) struct Step<'s> {
    pub(super) policy: &'s Policy,
    pub(super) question: &'s Question,
    pub(super) entropy: [u8; 128],
    pub(super) outcome: &'s Value,
}

impl Step<'_> {
    pub(super) fn word(&self) -> &str {
        self.question.command["command"].as_str().unwrap()
    }

    /// The record after the command.
    pub(super) fn after(&self) -> Option<Value> {
        let id = &self.question.record["id"];
        let writes = self.outcome["change"]["writes"].as_array()?;
        writes.iter().find(|write| id.is_null() || write["id"] == *id).map(|write| write["record"].clone())
    }

    /// The same command, worked out on the record that another write left.
    pub(super) fn retried(&self, record: Value) -> Value {
        let store = json!({ "firstRead": self.question.record });
        core(self.policy, &Question { record, store, ..self.question.clone() }, self.entropy)
    }

    pub(super) fn by_system(&self, record: Value, command: Value) -> Value {
        let actor = json!({ "system": true });
        let store = Value::Null;
        let question = Question { record, command, actor, store, mints: true, ..self.question.clone() };
        core(self.policy, &question, self.entropy)
    }
}

/// Calls `step` for every step of every life.
struct Each<S> {
    step: S,
    seed: u64,
}

impl<S: FnMut(u64, &Step<'_>)> Watch for Each<S> {
    fn answered(&mut self, policy: &Policy, question: &Question, entropy: [u8; 128], outcome: &Value) {
        assert!(outcome["problems"].is_null(), "seed {}: {outcome}\n{}", self.seed, question.command);
        (self.step)(self.seed, &Step { policy, question, entropy, outcome });
    }

    fn due(&mut self, _: &Policy, _: &Value, _: &Value, _: Millis, _: &Value) {}

    fn begins(&mut self, seed: u64) {
        self.seed = seed;
    }
}

fn lives() -> std::ops::Range<u64> {
    let cases: u64 = std::env::var("PORTCULLIS_CASES").map_or(30_000, |text| text.parse().unwrap());
    // These seeds differ from those compared with the model.
    1 << 40..(1 << 40) + cases / 10
}

pub(super) fn each_step(step: impl FnMut(u64, &Step<'_>)) {
    let commands = lead(lives(), &mut Each { step, seed: 0 });
    assert!(commands > 1000, "only {commands} commands");
}

pub(super) fn writes(outcome: &Value) -> &[Value] {
    outcome["change"]["writes"].as_array().map_or(&[], Vec::as_slice)
}

pub(super) fn at(value: &Value) -> Option<Millis> {
    value.as_str().and_then(parse)
}
