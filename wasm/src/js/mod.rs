//! The door for JavaScript. The npm package wraps it; do not call it directly.

#![allow(unreachable_pub, reason = "wasm-bindgen exports public functions only")]

#[cfg(feature = "lifecycle")]
mod lifecycle;

use js_sys::{Array, Object};
use portcullis_core::{Bounds, Entropy, Instant, Problem, Problems, Value, ValueBuilder};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::engine::{misuse, parse, with};

/// The version of this boundary.
#[wasm_bindgen(js_name = abiVersion)]
pub fn abi_version() -> u32 {
    portcullis_core::abi::VERSION
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
    let record = read(record, Bounds::RECORD);
    with(|engine| engine.open_token(policy, record)).map_err(thrown)
}

/// Opens a subject, JSON text or an object. Throws a list of problems.
#[wasm_bindgen(js_name = openSubject)]
pub fn open_subject(policy: u32, document: JsValue) -> Result<u32, JsValue> {
    let document = read(document, Bounds::RECORD).map_err(|problem| thrown(problem.into()))?;
    with(|engine| engine.open_subject(policy, &document)).map_err(thrown)
}

/// Closes a handle.
#[wasm_bindgen]
pub fn close(handle: u32) -> bool {
    with(|engine| engine.close(handle))
}

/// The position of an id's offset in the answer of `identify`.
const PLACE: u32 = 11;

/// Steps 1 and 2 of a decision: the number, as in `decide`. Without reason and flag there is an id to look up,
/// and the bits of the route hold its offset from the end of the lengths, or 0 if it is sent encoded.
#[wasm_bindgen]
pub fn identify(policy: u32) -> u32 {
    with(|engine| match engine.identify(policy, &mut Vec::new()) {
        Ok(id) => (engine.place(id) as u32) << PLACE,
        Err(answer) => answer,
    })
}

/// The id that the attempt in the window names, if it names one.
#[wasm_bindgen(js_name = identifiedId)]
pub fn identified_id(policy: u32) -> Option<String> {
    with(|engine| {
        let mut decoded = Vec::new();
        let id = engine.identify(policy, &mut decoded).ok()?;
        core::str::from_utf8(id).ok().map(String::from)
    })
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

/// The description of an open policy or token, as an object.
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

/// A document from JSON text, or from an object that is read field by field.
fn read(document: JsValue, bounds: Bounds) -> Result<Value, Problem> {
    match document.as_string() {
        Some(text) => parse(text.as_bytes(), bounds),
        None => {
            let builder = ValueBuilder::new(bounds);
            let value = take(&document, &builder, 1);
            builder.finish(value)
        }
    }
}

/// Converts a JavaScript value, reading each field once. `undefined` fields are
/// absent, as in JSON. Unlike in JSON, `NaN` and `Date` are faults and not `null`,
/// because `null` may mean "for ever".
fn take(value: &JsValue, builder: &ValueBuilder, depth: usize) -> Value {
    if value.is_null() {
        return builder.null_or_bool(None);
    }
    if let Some(truth) = value.as_bool() {
        return builder.null_or_bool(Some(truth));
    }
    if let Some(number) = value.as_f64() {
        return builder.number(number);
    }
    if let Some(text) = value.as_string() {
        return Value::Text(builder.text(text));
    }
    if !value.is_object() || !builder.allows_depth(depth) {
        return builder.unsupported();
    }
    if Array::is_array(value) {
        let items = Array::from(value).into_iter();
        return Value::List(
            items.take_while(|_| builder.is_ok()).map(|item| take(&item, builder, depth + 1)).collect(),
        );
    }
    let fields = Object::entries(value.unchecked_ref()).into_iter().take_while(|_| builder.is_ok());
    let fields = fields.filter_map(|field| {
        let field: Array = field.unchecked_into();
        let value = field.get(1);
        let name = field.get(0).as_string().filter(|_| !value.is_undefined())?;
        Some((builder.text(name), take(&value, builder, depth + 1)))
    });
    builder.map(fields.collect())
}

fn written(value: Option<Value>) -> JsValue {
    let written = value.map(|value| value.serialize(&Serializer::json_compatible()));
    written.and_then(Result::ok).unwrap_or(JsValue::UNDEFINED)
}

fn thrown(problems: Problems) -> JsValue {
    written(Some(problems.to_value()))
}
