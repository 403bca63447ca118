//! The functions that every request calls, in a crate of their own.
//!
//! The module is compiled for size, this crate for speed. The code path of a
//! decision is `#[inline]` in `portcullis-core`, so it is compiled here too.

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

use alloc::vec::Vec;

use portcullis_core::{Attempt, Instant, Lookup, Policy, Subject};

/// The id to look up, borrowed from the attempt or from `decoded`: see `Policy::presented_id`.
#[inline(never)]
pub fn presented_id<'a>(
    policy: &Policy,
    attempt: &Attempt<'a>,
    decoded: &'a mut Vec<u8>,
) -> Option<&'a [u8]> {
    policy.presented_id(attempt, decoded)
}

/// The answer as a number: see `Decision::verdict`.
#[inline(never)]
pub fn verdict(
    policy: &Policy,
    attempt: &Attempt<'_>,
    found: Lookup<'_>,
    subject: Option<&Subject>,
    now: Instant,
) -> u32 {
    policy.verdict(attempt, found, subject, now)
}
