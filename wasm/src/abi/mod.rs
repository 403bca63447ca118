//! The door for hosts that are not JavaScript. `ABI.md` says how to use it.
//!
//! The module imports nothing and takes no pointer from its host: the host
//! writes into buffers that belong to the module, and says how much it wrote.

// The only unsafe code here is the `no_mangle` on exported names.
#![allow(unsafe_code)]

#[cfg(feature = "lifecycle")]
mod lifecycle;

use alloc::vec::Vec;

use atomic_refcell::AtomicRefCell;
use portcullis_core::{Bounds, Entropy, Instant, Problems, Value};

use crate::engine::{misuse, parse, with};

/// The largest input: the largest document and the bytes before it.
const LARGEST_INPUT: u32 = (8 << 20) + (64 << 10);
/// A larger buffer is freed after it was read.
const KEPT: usize = 64 << 10;

static INPUT: AtomicRefCell<Vec<u8>> = AtomicRefCell::new(Vec::new());
static RESULT: AtomicRefCell<Vec<u8>> = AtomicRefCell::new(Vec::new());

/// The version of this boundary.
#[unsafe(no_mangle)]
extern "C" fn abi_version() -> u32 {
    portcullis_core::abi::VERSION
}

/// The address of the window into which attempts are written.
#[unsafe(no_mangle)]
extern "C" fn window() -> *const u8 {
    with(|engine| engine.window())
}

/// Makes room for a document of `length` bytes and returns where to write it; 0 when it is too large.
#[unsafe(no_mangle)]
extern "C" fn input(length: u32) -> *const u8 {
    if length > LARGEST_INPUT {
        return core::ptr::null();
    }
    let mut input = INPUT.borrow_mut();
    input.clear();
    input.resize(length as usize, 0);
    input.as_ptr()
}

/// Where the last result is: address in the upper half, length in the lower.
#[unsafe(no_mangle)]
extern "C" fn result() -> u64 {
    let result = RESULT.borrow();
    (result.as_ptr() as usize as u64) << 32 | result.len() as u64
}

/// Opens the policy in the input. 0: refused; the result is the problems.
#[unsafe(no_mangle)]
extern "C" fn policy_open() -> u32 {
    opened(take_input(|input| {
        let document = parse(input, Bounds::POLICY)?;
        with(|engine| engine.open_policy(&document))
    }))
}

/// Opens the token record in the input. 0 only for misuse.
#[unsafe(no_mangle)]
extern "C" fn token_open(policy: u32) -> u32 {
    opened(take_input(|input| {
        let record = parse(input, Bounds::RECORD);
        with(|engine| engine.open_token(policy, record))
    }))
}

/// Opens the subject in the input. 0: refused; the result is the problems.
#[unsafe(no_mangle)]
extern "C" fn subject_open(policy: u32) -> u32 {
    opened(take_input(|input| {
        let document = parse(input, Bounds::RECORD)?;
        with(|engine| engine.open_subject(policy, &document))
    }))
}

/// Closes a handle. 0: it was not open.
#[unsafe(no_mangle)]
extern "C" fn close(handle: u32) -> u32 {
    with(|engine| engine.close(handle)).into()
}

/// Steps 1 and 2 of a decision. When the answer is 0, the result is the id to look up.
#[unsafe(no_mangle)]
extern "C" fn identify(policy: u32) -> u32 {
    with(|engine| match engine.identify(policy, &mut Vec::new()) {
        Ok(id) => {
            say(id);
            0
        }
        Err(answer) => answer,
    })
}

/// The decision as a number.
#[unsafe(no_mangle)]
extern "C" fn decide(policy: u32, token: u32, subject: u32, now: i64) -> u32 {
    with(|engine| engine.decide(policy, token, subject, Instant::from_millis(now)))
}

/// Makes the decision in full the result. 0: misuse.
#[unsafe(no_mangle)]
extern "C" fn details(policy: u32, token: u32, subject: u32, now: i64, level: u32) -> u32 {
    said(with(|engine| engine.details(policy, token, subject, Instant::from_millis(now), level)))
}

/// Makes every check the result. 0: misuse.
#[unsafe(no_mangle)]
extern "C" fn explain(policy: u32, token: u32, subject: u32, now: i64) -> u32 {
    said(with(|engine| engine.explain(policy, token, subject, Instant::from_millis(now))))
}

/// Makes the description of an open policy or token the result. 0: the handle is neither.
#[unsafe(no_mangle)]
extern "C" fn describe(handle: u32) -> u32 {
    said(with(|engine| engine.describe(handle)))
}

/// Makes a new token the result; the input is 128 bytes of entropy and the name of the kind.
#[unsafe(no_mangle)]
extern "C" fn mint(policy: u32) -> u32 {
    let minted = take_input(|input| {
        let (entropy, kind) =
            input.split_at_checked(Entropy::BYTES).ok_or_else(|| misuse("the input is too short"))?;
        let kind = core::str::from_utf8(kind).map_err(|_| misuse("the kind is not UTF-8"))?;
        with(|engine| engine.mint(policy, kind, entropy))
    });
    match minted {
        Ok(minted) => said(Some(minted)),
        Err(problem) => opened(Err(problem.into())),
    }
}

/// Reads the input once, wipes it, and frees a large buffer.
fn take_input<T>(read: impl FnOnce(&[u8]) -> T) -> T {
    let mut input = INPUT.borrow_mut();
    let value = read(&input);
    input.fill(0);
    if input.capacity() > KEPT {
        *input = Vec::new();
    }
    value
}

fn opened(result: Result<u32, Problems>) -> u32 {
    match result {
        Ok(handle) => handle,
        Err(problems) => {
            say(problems.to_value().to_json().as_bytes());
            0
        }
    }
}

fn said(value: Option<Value>) -> u32 {
    match value {
        Some(value) => {
            let mut text = value.to_json().into_bytes();
            say(&text);
            // The input may hold a secret; without the hint the compiler drops the zeros as never read.
            text.fill(0);
            core::hint::black_box(&mut text);
            1
        }
        None => 0,
    }
}

/// Replaces the last result, which is wiped.
fn say(bytes: &[u8]) {
    let mut result = RESULT.borrow_mut();
    result.fill(0);
    result.clear();
    if result.capacity() > KEPT {
        *result = Vec::new();
    }
    result.extend_from_slice(bytes);
}
