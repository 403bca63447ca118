//! The life of a token at this door: the input is a document, with bytes that
//! are none in front of it where a question takes some. 1: the result is the
//! answer. 0: the result is what is wrong with the question.

use portcullis_core::{Instant, Problem};

use crate::abi::{opened, said, take_input};
use crate::engine::misuse;
use crate::lifecycle::{self, Answer};

/// What becomes of a record by a command; the input is entropy of so many bytes
/// (128, or 0 for a preview), the audit key of so many (0: none), and the request.
#[unsafe(no_mangle)]
extern "C" fn apply(policy: u32, now: i64, entropy: u32, key: u32) -> u32 {
    answered(take_input(|input| {
        let (entropy, rest) = split(input, entropy)?;
        let (key, request) = split(rest, key)?;
        lifecycle::apply(policy, request, Instant::from_millis(now), entropy, key)
    }))
}

/// The commands that time asks for on a record.
#[unsafe(no_mangle)]
extern "C" fn due(policy: u32, now: i64) -> u32 {
    answered(take_input(|record| lifecycle::due(policy, record, Instant::from_millis(now))))
}

/// The id of the record that a command speaks of, or `null`.
#[unsafe(no_mangle)]
extern "C" fn target(policy: u32) -> u32 {
    answered(take_input(|request| lifecycle::target(policy, request)))
}

/// The rows of a list of records.
#[unsafe(no_mangle)]
extern "C" fn overview(policy: u32, now: i64) -> u32 {
    answered(take_input(|request| lifecycle::overview(policy, request, Instant::from_millis(now))))
}

/// The instances that a token may touch with a permission.
#[unsafe(no_mangle)]
extern "C" fn reach(policy: u32) -> u32 {
    answered(take_input(|request| lifecycle::reach(policy, request)))
}

/// The letters that notices make.
#[unsafe(no_mangle)]
extern "C" fn letters() -> u32 {
    answered(take_input(lifecycle::letters))
}

/// Checks a trail; the input is the audit key, of so many bytes, and the request.
#[unsafe(no_mangle)]
extern "C" fn verify_trail(key: u32) -> u32 {
    answered(take_input(|input| {
        let (key, request) = split(input, key)?;
        lifecycle::verify_trail(request, key)
    }))
}

/// Makes a record out of its trail.
#[unsafe(no_mangle)]
extern "C" fn replay() -> u32 {
    answered(take_input(lifecycle::replay))
}

fn split(input: &[u8], length: u32) -> Result<(&[u8], &[u8]), Problem> {
    input.split_at_checked(length as usize).ok_or_else(|| misuse("the input is too short"))
}

fn answered(answer: Answer) -> u32 {
    match answer {
        Ok(answer) => said(Some(answer)),
        Err(problems) => opened(Err(problems)),
    }
}
