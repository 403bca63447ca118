//! How long a decision takes inside workerd, whose clock stops while it decides.

use anyhow::Result;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cases::CASES;
use super::cast::Cast;
use crate::tools::shell;

/// One case, decided many times.
#[derive(Deserialize)]
pub(crate) struct Timing {
    /// The full decision, as in a log.
    pub(crate) decision: Value,
    /// The mean of many decisions, in microseconds: with an opened record, without the look-up.
    pub(crate) micros: f64,
}

/// Decides every case in a workerd of its own, often enough to time it from outside.
pub(crate) fn in_workerd(cast: &Cast) -> Result<Vec<Timing>> {
    let questions = CASES.iter().map(|case| {
        let fields: Vec<String> = case.tokens.iter().map(|name| cast.bearer(name)).collect();
        let authorization = if fields.is_empty() { Value::Null } else { fields.join(", ").into() };
        json!({
            "attempt": { "method": case.method, "target": case.target, "authorization": authorization },
            "record": case.tokens.first().and_then(|name| cast.record(name)),
        })
    });
    let questions = Value::from_iter(questions).to_string();

    let timings = shell::fed(&questions, shell::program("node").arg("xtask/src/demo/measure.mjs"))?;
    Ok(serde_json::from_str(&timings)?)
}
