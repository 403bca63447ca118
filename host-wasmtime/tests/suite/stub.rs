//! Modules written by hand: all exports, each correct or broken as a test needs.

use std::time::Duration;

use portcullis_wasmtime::{Attempt, Decision, Error, Limits, Lookup, Module, ModuleHash, Policy};

use crate::fixture::now;

/// The text that it always returns.
const SAYS: &str =
    r#"{"name":"stub","fingerprint":"0000000000000000","header":null,"lints":[],"answer":null}"#;

/// Where it puts the text.
pub(crate) const SAYS_AT: u64 = 1_024;

/// Name, signature and body of each export. The body is that of a correct module.
const EXPORTS: [(&str, &str, &str); 13] = [
    ("abi_version", "(result i32)", "i32.const 1"),
    ("window", "(result i32)", "i32.const 65536"),
    ("input", "(param i32) (result i32)", "i32.const 4096"),
    ("result", "(result i64)", "i64.const RESULT"),
    ("policy_open", "(result i32)", "i32.const 1"),
    ("token_open", "(param i32) (result i32)", "i32.const 2"),
    ("subject_open", "(param i32) (result i32)", "i32.const 3"),
    ("close", "(param i32) (result i32)", "i32.const 1"),
    ("identify", "(param i32) (result i32)", "i32.const 2"),
    ("decide", "(param i32 i32 i32 i64) (result i32)", "i32.const 0"),
    ("details", "(param i32 i32 i32 i64 i32) (result i32)", "i32.const 1"),
    ("explain", "(param i32 i32 i32 i64) (result i32)", "i32.const 1"),
    ("describe", "(param i32) (result i32)", "i32.const 1"),
];

/// The module with other bodies for some of its functions.
pub(crate) fn wat(bodies: &[(&str, &str)]) -> String {
    let functions: String = EXPORTS
        .iter()
        .map(|(name, signature, body)| {
            let body = bodies.iter().find(|(other, _)| other == name).map_or(*body, |(_, body)| *body);
            format!("(func ${name} (export \"{name}\") {signature} {body})\n")
        })
        .collect();
    let functions = functions.replace("RESULT", &result_at(SAYS_AT, SAYS.len() as u64).to_string());
    let says = SAYS.replace('"', "\\22");
    format!(
        "(module (memory (export \"memory\") 2) (global $calls (mut i32) (i32.const 0))
            (data (i32.const {SAYS_AT}) \"{says}\") (data (i32.const 512) \"\\ff\\fe[{{}}]\") {functions})"
    )
}

/// An address and a length, packed as `result` returns them.
pub(crate) fn result_at(start: u64, length: u64) -> i64 {
    (start << 32 | length) as i64
}

pub(crate) fn load(wat: &str) -> Result<Module, Error> {
    load_bytes(&wat::parse_str(wat).unwrap())
}

pub(crate) fn load_bytes(bytes: &[u8]) -> Result<Module, Error> {
    Module::from_bytes(bytes, &ModuleHash::of(bytes))
}

/// A policy in a module with these bodies, with short limits.
pub(crate) fn open(bodies: &[(&str, &str)]) -> Result<Policy, Error> {
    open_within(bodies, limits())
}

pub(crate) fn open_within(bodies: &[(&str, &str)], limits: Limits) -> Result<Policy, Error> {
    Policy::open_within(&load(&wat(bodies))?, "{}", limits)
}

pub(crate) fn limits() -> Limits {
    let time = Duration::from_millis(50);
    Limits { instances: 1, memory: 4 << 20, time, opening: time, ..Limits::default() }
}

/// Decides without a token, with a method of this many letters.
pub(crate) fn ask<'p>(policy: &'p Policy, attempt: &'p Attempt<'p>) -> Decision<'p> {
    policy.decide(attempt, Lookup::Unknown, None, now())
}
