//! The life of a token at this door: the input is a document, with bytes that
//! are none in front of it where a question takes some. 1: the result is the
//! answer. 0: the result is what is wrong with the question.

use crate::abi::{opened, said, take_input};
use crate::engine::misuse;
use crate::life::{self, Answer};

/// Checks a trail; the input is the audit key, of so many bytes, and the request.
#[unsafe(no_mangle)]
extern "C" fn verify_trail(key: u32) -> u32 {
    answered(take_input(|input| {
        let (key, request) = split(input, key)?;
        life::verify_trail(request, key)
    }))
}

/// Makes a record out of its trail.
#[unsafe(no_mangle)]
extern "C" fn replay() -> u32 {
    answered(take_input(life::replay))
}

fn split(input: &[u8], length: u32) -> Result<(&[u8], &[u8]), portcullis_core::Problem> {
    input.split_at_checked(length as usize).ok_or_else(|| misuse("the input is too short"))
}

fn answered(answer: Answer) -> u32 {
    match answer {
        Ok(answer) => said(Some(answer)),
        Err(problems) => opened(Err(problems)),
    }
}
