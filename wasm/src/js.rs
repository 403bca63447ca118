//! The door for JavaScript. The npm package wraps it; nothing here is meant to be called by hand.

use portcullis_core::{Bounds, Entropy, Instant, Problem, Problems, Value};
use serde::Serialize;
use serde_wasm_bindgen::{Deserializer, Serializer};
use wasm_bindgen::prelude::*;

use crate::engine::{self, misuse, parse, with};

/// The version of this boundary.
#[wasm_bindgen(js_name = abiVersion)]
pub fn abi_version() -> u32 {
    engine::ABI_VERSION
}

/// The address of the window into which attempts are written.
#[wasm_bindgen(js_name = windowPtr)]
pub fn window_ptr() -> u32 {
    with(|engine| engine.window()) as usize as u32
}

/// Opens a policy, JSON text or an object. Throws a list of problems.
#[wasm_bindgen(js_name = openPolicy)]
pub fn open_policy(document: JsValue) -> Result<u32, JsValue> {
    let document = read(document, Bounds::POLICY).map_err(|problem| thrown(problem.into()))?;
    with(|engine| engine.open_policy(&document)).map_err(thrown)
}

/// Opens a token record, JSON text or an object. Throws only on misuse.
#[wasm_bindgen(js_name = openToken)]
pub fn open_token(policy: u32, record: JsValue) -> Result<u32, JsValue> {
    let record = read_record(record);
    with(|engine| engine.open_token(policy, record)).map_err(thrown)
}

/// Opens a subject, JSON text or an object. Throws a list of problems.
#[wasm_bindgen(js_name = openSubject)]
pub fn open_subject(policy: u32, document: JsValue) -> Result<u32, JsValue> {
    let document = read(document, Bounds::RECORD).map_err(|problem| thrown(problem.into()))?;
    with(|engine| engine.open_subject(policy, &document)).map_err(thrown)
}

/// Lets go of what stands under a handle.
#[wasm_bindgen]
pub fn close(handle: u32) -> bool {
    with(|engine| engine.close(handle))
}

/// Steps 1 and 2 of a decision: the number, as in `decide`; 0 means that
/// `identifiedId` says what to look up.
#[wasm_bindgen]
pub fn identify(policy: u32) -> u32 {
    with(|engine| engine.identify(policy, |_| ()))
}

/// The id that the attempt in the window names, if it names one.
#[wasm_bindgen(js_name = identifiedId)]
pub fn identified_id(policy: u32) -> Option<String> {
    let mut found = None;
    with(|engine| engine.identify(policy, |id| found = Some(id.into())));
    found
}

/// The decision as a number.
#[wasm_bindgen]
pub fn decide(policy: u32, token: u32, subject: u32, now: f64) -> u32 {
    with(|engine| engine.decide(policy, token, subject, instant(now)))
}

/// The decision in full, as an object; `undefined` for misuse.
#[wasm_bindgen]
pub fn details(policy: u32, token: u32, subject: u32, now: f64, level: u32) -> JsValue {
    written(with(|engine| engine.details(policy, token, subject, instant(now), level)))
}

/// The decision in full, as JSON text; `undefined` for misuse.
#[wasm_bindgen(js_name = detailsText)]
pub fn details_text(policy: u32, token: u32, subject: u32, now: f64, level: u32) -> Option<String> {
    with(|engine| engine.details(policy, token, subject, instant(now), level)).map(|value| value.to_json())
}

/// Every check, as an object; `undefined` for misuse.
#[wasm_bindgen]
pub fn explain(policy: u32, token: u32, subject: u32, now: f64) -> JsValue {
    written(with(|engine| engine.explain(policy, token, subject, instant(now))))
}

/// What is open under a handle of a policy or a token, as an object.
#[wasm_bindgen]
pub fn describe(handle: u32) -> JsValue {
    written(with(|engine| engine.describe(handle)))
}

/// A new token: `{ plaintext, id, digest }`, from the platform's own random generator.
#[wasm_bindgen]
pub fn mint(policy: u32, kind: &str) -> Result<JsValue, JsValue> {
    let mut entropy = [0; Entropy::BYTES];
    getrandom::fill(&mut entropy).map_err(|_| thrown(misuse("the platform gives no random bytes").into()))?;
    let minted = with(|engine| engine.mint(policy, kind, &entropy));
    minted.map(|minted| written(Some(minted))).map_err(|problem| thrown(problem.into()))
}

/// The platform's clock, in milliseconds since the Unix epoch.
#[wasm_bindgen]
pub fn now() -> f64 {
    js_sys::Date::now()
}

/// A whole number of milliseconds in range, or nothing.
fn instant(now: f64) -> Option<Instant> {
    let millis = now as i64;
    if millis as f64 == now { Instant::from_millis(millis) } else { None }
}

fn read(document: JsValue, bounds: Bounds) -> Result<Value, Problem> {
    match document.as_string() {
        Some(text) => parse(text.as_bytes(), bounds),
        None => Value::read(Deserializer::from(document), bounds),
    }
}

/// A record whose `expiresAt` is `undefined` has none; only `null` says "never".
fn read_record(record: JsValue) -> Result<Value, Problem> {
    let end_is_undefined = record.is_object()
        && js_sys::Reflect::get(&record, &"expiresAt".into())
            .is_ok_and(|expires_at| expires_at.is_undefined());
    let mut record = read(record, Bounds::RECORD)?;
    if let Value::Map(fields) = &mut record
        && end_is_undefined
    {
        fields.retain(|(name, _)| name != "expiresAt");
    }
    Ok(record)
}

fn written(value: Option<Value>) -> JsValue {
    let written = value.map(|value| value.serialize(&Serializer::json_compatible()));
    written.and_then(Result::ok).unwrap_or(JsValue::UNDEFINED)
}

fn thrown(problems: Problems) -> JsValue {
    written(Some(problems.to_value()))
}
