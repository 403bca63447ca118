//! How long a decision takes inside workerd, whose clock stops while it decides.

use std::io::Write;
use std::process::Stdio;

use anyhow::{Context, Result, ensure};
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

    let mut node = shell::program("node");
    node.arg("xtask/src/demo/measure.mjs").stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = node.spawn().context("could not start node")?;
    child.stdin.take().context("no input")?.write_all(questions.as_bytes())?;
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "{} ended with {}", shell::line(&node), output.status);
    Ok(serde_json::from_slice(&output.stdout)?)
}
