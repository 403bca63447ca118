//! Runs a whole life, drawn from a seed, through the core and the naive model.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use portcullis_core::Policy;
use serde_json::Value;

use crate::compare::{core, core_due, difference, first};
use crate::dice::Dice;
use crate::draw::life::{Life, policy};
use crate::naive::life::{self, Question};
use crate::naive::time::{self, Millis};

/// How many steps a life takes, besides those that time asks for.
const STEPS: usize = 6;
/// How many lives share a policy: policies open slowly, lives are cheap.
const PER_POLICY: u64 = 20;

/// An observer of the lives.
pub trait Watch {
    /// A command was answered by the core.
    fn answered(&mut self, policy: &Policy, question: &Question, entropy: [u8; 128], outcome: &Value);
    /// The core was asked what is due.
    fn due(&mut self, policy: &Policy, document: &Value, record: &Value, now: Millis, due: &Value);
    /// Another life begins.
    fn begins(&mut self, seed: u64);
}

/// Runs the lives of these seeds and returns the number of commands.
pub fn lead(seeds: Range<u64>, watch: &mut dyn Watch) -> u64 {
    let mut commands = 0;
    let mut opened: Option<(u64, Arc<Value>, Policy)> = None;
    for seed in seeds {
        let number = seed / PER_POLICY;
        if opened.as_ref().is_none_or(|(own, _, _)| *own != number) {
            let document = policy(&mut Dice::new(number));
            let policy = Policy::from_json(&document.to_string())
                .unwrap_or_else(|e| panic!("seed {seed}: {e}\n{document:#}"));
            opened = Some((number, document.into(), policy));
        }
        let Some((_, document, policy)) = &opened else { continue };
        watch.begins(seed);
        commands += one(seed, document, policy, watch);
    }
    commands
}

fn one(seed: u64, document: &Arc<Value>, opened: &Policy, watch: &mut dyn Watch) -> u64 {
    let mut dice = Dice::new(seed ^ 0x5EED);
    let mut life = Life::new(document, &mut dice);
    let mut commands = 0;
    for _ in 0..STEPS {
        if !life.record.is_null() {
            life.pass(&mut dice);
            if dice.percent(25) {
                life.touch(&mut dice);
            }
            commands += sweep(opened, &mut life, &mut dice, watch);
        }
        let question = life.question(&mut dice);
        give(opened, &mut life, &question, &mut dice, watch);
        commands += 1;
    }
    commands
}

/// Asks what is due and usually applies it, each command to the record that the last one left.
fn sweep(opened: &Policy, life: &mut Life, dice: &mut Dice, watch: &mut dyn Watch) -> u64 {
    let due = core_due(opened, &life.record, life.now);
    watch.due(opened, &life.policy, &life.record, life.now, &due);
    if !dice.percent(60) {
        return 0;
    }
    let mut given = 0;
    for command in due.as_array().into_iter().flatten() {
        let question = life.by_time(command);
        give(opened, life, &question, dice, watch);
        given += 1;
        if life.record.is_null() {
            break;
        }
    }
    given
}

fn give(opened: &Policy, life: &mut Life, question: &Question, dice: &mut Dice, watch: &mut dyn Watch) {
    let mut entropy = [0; 128];
    for chunk in entropy.chunks_mut(8) {
        chunk.copy_from_slice(&dice.number().to_le_bytes());
    }
    let outcome = core(opened, question, entropy);
    watch.answered(opened, question, entropy, &outcome);
    if question.mints {
        life.follow(&outcome["change"]);
    }
}

/// Compares every answer with the naive model's.
#[derive(Debug, Default)]
pub struct Compared {
    /// How often each outcome was seen: a refusal's code, `repeated`, or the command.
    pub seen: BTreeMap<String, u64>,
    /// The differences: what differs in general, the seed, and the details.
    pub differences: Vec<(String, u64, String)>,
    seed: u64,
}

impl Compared {
    fn differs(&mut self, what: &str, whole: String) {
        let general: String =
            what.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).take(180).collect();
        self.differences.push((general, self.seed, format!("seed {}: {what}\n{whole}", self.seed)));
    }
}

impl Watch for Compared {
    fn answered(&mut self, _: &Policy, question: &Question, _: [u8; 128], outcome: &Value) {
        let expected = life::apply(question);
        let word = question.command["command"].as_str().unwrap_or_default();
        let class = match (expected["refusal"]["code"].as_str(), expected["repeated"] == true) {
            (Some(code), _) => code,
            (None, true) => "repeated",
            (None, false) => word,
        };
        *self.seen.entry(class.into()).or_default() += 1;
        if let Some(what) = difference(&expected, outcome) {
            let kind = question.record["kind"].as_str().or(question.command["kind"].as_str()).unwrap_or("");
            let whole = format!(
                "kind {}\ncommand {}\nactor {}\nnow {}\nrecord {:#}\nthe model says {expected:#}\nthe core says {outcome:#}",
                question.policy["kinds"][kind],
                question.command,
                question.actor,
                time::text(question.now),
                question.record,
            );
            self.differs(&format!("{word}{what}"), whole);
        }
    }

    fn due(&mut self, _: &Policy, document: &Value, record: &Value, now: Millis, due: &Value) {
        let expected: Value = life::due(document, record, now).into();
        if let Some(what) = first(&expected, due, "") {
            let kind = &document["kinds"][record["kind"].as_str().unwrap_or_default()];
            self.differs(&format!("due{what}"), format!("at {}\nkind {kind}\n{record:#}", time::text(now)));
        }
    }

    fn begins(&mut self, seed: u64) {
        self.seed = seed;
    }
}
