//! The lifecycle of a token at this door: JSON text in, JSON text out. Each function
//! throws a list of problems when the question itself is wrong.

use portcullis_core::{Entropy, Problems};
use wasm_bindgen::prelude::*;

use crate::engine::misuse;
use crate::js::{instant, thrown};
use crate::lifecycle::{self, Answer};

/// Applies a command to a record. Entropy comes from the platform unless given.
#[wasm_bindgen]
pub fn apply(
    policy: u32,
    request: String,
    now: f64,
    entropy: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
) -> Result<String, JsValue> {
    let entropy = match entropy {
        Some(entropy) => entropy,
        None => drawn()?,
    };
    let key = key.unwrap_or_default();
    let answer = once(request, |request| lifecycle::apply(policy, request, instant(now), &entropy, &key));
    wipe(entropy);
    wipe(key);
    answered(answer)
}

/// Shows what a command would do; makes no secret.
#[wasm_bindgen]
pub fn preview(policy: u32, request: String, now: f64, key: Option<Vec<u8>>) -> Result<String, JsValue> {
    let key = key.unwrap_or_default();
    let answer = once(request, |request| lifecycle::apply(policy, request, instant(now), &[], &key));
    wipe(key);
    answered(answer)
}

/// The commands that time asks for on a record.
#[wasm_bindgen]
pub fn due(policy: u32, record: String, now: f64) -> Result<String, JsValue> {
    answered(once(record, |record| lifecycle::due(policy, record, instant(now))))
}

/// The id of the record that a command names, or `null`.
#[wasm_bindgen]
pub fn target(policy: u32, request: String) -> Result<String, JsValue> {
    answered(once(request, |request| lifecycle::target(policy, request)))
}

/// The rows of a list of records.
#[wasm_bindgen]
pub fn overview(policy: u32, request: String, now: f64) -> Result<String, JsValue> {
    answered(once(request, |request| lifecycle::overview(policy, request, instant(now))))
}

/// The instances that a token reaches with a permission.
#[wasm_bindgen]
pub fn reach(policy: u32, request: String) -> Result<String, JsValue> {
    answered(once(request, |request| lifecycle::reach(policy, request)))
}

/// The letters for notices.
#[wasm_bindgen]
pub fn letters(request: String) -> Result<String, JsValue> {
    answered(once(request, lifecycle::letters))
}

/// Verifies a trail, with the audit key if there is one.
#[wasm_bindgen(js_name = verifyTrail)]
pub fn verify_trail(request: String, key: Option<Vec<u8>>) -> Result<String, JsValue> {
    let key = key.unwrap_or_default();
    let answer = once(request, |request| lifecycle::verify_trail(request, &key));
    wipe(key);
    answered(answer)
}

/// Rebuilds a record from its trail.
#[wasm_bindgen]
pub fn replay(request: String) -> Result<String, JsValue> {
    answered(once(request, lifecycle::replay))
}

fn drawn() -> Result<Vec<u8>, JsValue> {
    let mut entropy = vec![0; Entropy::BYTES];
    let drawn = getrandom::fill(&mut entropy);
    drawn.map_err(|_| thrown(misuse("the platform gives no random bytes").into()))?;
    Ok(entropy)
}

/// Reads the request and wipes it: it may hold a plaintext.
fn once(request: String, answer: impl FnOnce(&[u8]) -> Answer) -> Answer {
    let request = request.into_bytes();
    let answer = answer(&request);
    wipe(request);
    answer
}

/// Zeroes the bytes before their memory is freed.
fn wipe(mut bytes: Vec<u8>) {
    bytes.fill(0);
    // Otherwise the compiler drops the zeros as never read.
    core::hint::black_box(&mut bytes);
}

fn answered(answer: Answer) -> Result<String, JsValue> {
    answer.map(|answer| answer.to_json()).map_err(|problems: Problems| thrown(problems))
}
