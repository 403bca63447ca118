//! The life of a token at this door: JSON text in, JSON text out. Each throws a
//! list of problems when the question itself is wrong.

use portcullis_core::Problems;
use wasm_bindgen::prelude::*;

use crate::js::thrown;
use crate::life::{self, Answer};

/// Checks a trail, with the audit key where there is one.
#[wasm_bindgen(js_name = verifyTrail)]
pub fn verify_trail(request: String, key: Option<Vec<u8>>) -> Result<String, JsValue> {
    let key = key.unwrap_or_default();
    let answer = once(request, |request| life::verify_trail(request, &key));
    wipe(key);
    answered(answer)
}

/// Makes a record out of its trail.
#[wasm_bindgen]
pub fn replay(request: String) -> Result<String, JsValue> {
    answered(once(request, life::replay))
}

/// Reads the request and wipes it: it may hold a plaintext.
fn once(request: String, answer: impl FnOnce(&[u8]) -> Answer) -> Answer {
    let request = request.into_bytes();
    let answer = answer(&request);
    wipe(request);
    answer
}

/// Nothing of it stays in the memory that is given back.
fn wipe(mut bytes: Vec<u8>) {
    bytes.fill(0);
    // Else the compiler sees that nobody reads the zeros.
    core::hint::black_box(&mut bytes);
}

fn answered(answer: Answer) -> Result<String, JsValue> {
    answer.map(|answer| answer.to_json()).map_err(|problems: Problems| thrown(problems))
}
