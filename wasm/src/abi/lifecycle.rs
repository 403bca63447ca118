//! The lifecycle of a token at this door. The input is a document; some questions
//! take raw bytes before it. 1: the result is the answer. 0: the result is the
//! problems of the question.

use portcullis_core::{Instant, Problem};

use crate::abi::{opened, said, take_input};
use crate::engine::misuse;
use crate::lifecycle::{self, Answer};

/// Applies a command to a record. The input is `entropy` random bytes (128, or 0 for
/// a preview), `key` bytes of audit key (0: no key), and the request.
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

/// The id of the record that a command names, or `null`.
#[unsafe(no_mangle)]
extern "C" fn target(policy: u32) -> u32 {
    answered(take_input(|request| lifecycle::target(policy, request)))
}

/// The rows of a list of records.
#[unsafe(no_mangle)]
extern "C" fn overview(policy: u32, now: i64) -> u32 {
    answered(take_input(|request| lifecycle::overview(policy, request, Instant::from_millis(now))))
}

/// The instances that a token reaches with a permission.
#[unsafe(no_mangle)]
extern "C" fn reach(policy: u32) -> u32 {
    answered(take_input(|request| lifecycle::reach(policy, request)))
}

/// The letters for notices.
#[unsafe(no_mangle)]
extern "C" fn letters() -> u32 {
    answered(take_input(lifecycle::letters))
}

/// Verifies a trail. The input is `key` bytes of audit key and the request.
#[unsafe(no_mangle)]
extern "C" fn verify_trail(key: u32) -> u32 {
    answered(take_input(|input| {
        let (key, request) = split(input, key)?;
        lifecycle::verify_trail(request, key)
    }))
}

/// Rebuilds a record from its trail.
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
