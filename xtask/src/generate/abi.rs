//! The numbers at the boundary of the module: for JavaScript, for the Python example, and for `wasm/ABI.md`.

use std::fmt::Write as _;
use std::fs;

use anyhow::Result;
use portcullis_core::abi::{self, frame, verdict};

use super::{File, between_marks, reasons};
use crate::tools::shell;

const MANUAL: &str = "wasm/ABI.md";

/// Numbers that hosts need, each with what it means: first those that are read as bits, then counts.
const BITS: [(&str, u32, &str); 6] = [
    (
        "STORE_UNAVAILABLE",
        abi::STORE_UNAVAILABLE,
        "Instead of the handle of a token: the store did not answer.",
    ),
    ("REASON", verdict::REASON, "The bits of a verdict that hold the reason; 0 is allow."),
    ("MISUSE", verdict::MISUSE, "Instead of a reason: a mistake of the host."),
    ("TOUCH", verdict::TOUCH, "The bit of a verdict that asks to record this use of the token."),
    ("HINTS", verdict::HINTS, "The bit of a verdict that is set when the details hold hints."),
    (
        "OPEN",
        verdict::OPEN,
        "The bit of an answer of `identify` that means: allowed already, the route is open.",
    ),
];
const COUNTS: [(&str, u32, &str); 7] = [
    ("ABI_VERSION", abi::VERSION, "The version of the boundary."),
    ("NONE", abi::NONE, "In place of the handle of a token or a subject: no token, or no subject."),
    (
        "ROUTE_SHIFT",
        verdict::ROUTE_SHIFT,
        "Shift a verdict right by this for the number of its route plus one.",
    ),
    ("WINDOW", frame::WINDOW as u32, "Bytes of the window for an attempt."),
    ("ENTROPY_BYTES", abi::ENTROPY_BYTES as u32, "Random bytes for a command that creates a secret."),
    ("SHORTEST_KEY_BYTES", abi::SHORTEST_KEY_BYTES as u32, "The fewest bytes of a key that seals events."),
    ("TOKEN_ID_LENGTH", abi::TOKEN_ID_LENGTH as u32, "Characters of a token's id."),
];

/// What the manual says of each field of a frame, in their order.
const FIELDS: [&str; frame::FIELDS.len()] = [
    "as received; case counts",
    "path and query as received, and as your router reads them",
    "the Authorization field; absent unless there is one",
    "the field that the policy's header transport names (`describe`: `\"header\"`)",
    "the tenant that is asked for; absent equals only absent",
    "the application that asks",
    "the client's address, without a port",
    "scopes, separated by spaces, to ask for instead of a route",
];

pub(super) fn files() -> Result<Vec<File>> {
    let manual = fs::read_to_string(shell::root().join(MANUAL))?;
    let manual = between_marks(&manual, "frame", &frame_table())?;
    let manual = between_marks(&manual, "verdict", &verdict_table())?;
    let manual = between_marks(&manual, "reasons", &reasons::short_table())?;
    Ok(vec![
        ("js/src/generated/abi.ts".into(), typescript()),
        ("examples/python-host/abi.py".into(), python()),
        (MANUAL.into(), manual),
    ])
}

fn typescript() -> String {
    let bits = BITS.map(|(name, number, says)| (name, format!("{number:#x}"), says));
    let counts = COUNTS.map(|(name, number, says)| (name, number.to_string(), says));
    let numbers = bits.into_iter().chain(counts);
    let numbers: String = numbers
        .map(|(name, number, says)| format!("\n/** {says} */\nexport const {name} = {number}\n"))
        .collect();
    let limits: String =
        frame::FIELDS.iter().map(|(field, limit)| format!("  {field}: {limit},\n")).collect();
    format!(
        "// Generated from core/src/base/abi.rs by `cargo xtask build`.
{numbers}
/** The most bytes of each field of an attempt. One byte more already gives the right answer. */
export const LIMITS = {{
{limits}}} as const
"
    )
}

/// What the example uses. Its runtime takes signed numbers.
fn python() -> String {
    let limits: String =
        frame::FIELDS.iter().map(|(field, limit)| format!("    \"{field}\": {limit},\n")).collect();
    format!(
        "\"\"\"The numbers of the boundary. Generated from core/src/base/abi.rs by `cargo xtask build`.\"\"\"

ABI_VERSION = {}
# In place of the handle of a token: no token, or the store did not answer.
NONE, STORE_UNAVAILABLE = {}, {}
# The bits of a verdict that hold the reason; 0 is allow.
REASON = {:#x}
# The fields of an attempt in their order, each with the most bytes that it may have.
LIMITS = {{
{limits}}}
",
        abi::VERSION,
        abi::NONE,
        abi::STORE_UNAVAILABLE.cast_signed(),
        verdict::REASON,
    )
}

fn frame_table() -> String {
    let mut text = String::from("| | field | limit in bytes | |\n|---|---|---|---|\n");
    for (index, ((field, limit), says)) in frame::FIELDS.iter().zip(FIELDS).enumerate() {
        let _ = writeln!(text, "| {index} | {field} | {} | {says} |", thousands(*limit));
    }
    text
}

fn verdict_table() -> String {
    let bit = u32::trailing_zeros;
    format!(
        "| bits | |\n|---|---|\n\
         | 0 to {} | the reason; `0` is **allow**, everything else is deny |\n\
         | {} | record this use of the token (`details`: `\"touch\"` says what) |\n\
         | {} | there are hints (`details`: `\"hints\"`) |\n\
         | {} | only from `identify`: allowed already, the route is open, nothing to look up |\n\
         | {} to 31 | the number of the route in `describe`, plus one; `0` for none |\n",
        verdict::REASON.trailing_ones() - 1,
        bit(verdict::TOUCH),
        bit(verdict::HINTS),
        bit(verdict::OPEN),
        verdict::ROUTE_SHIFT,
    )
}

/// A number with a comma before its thousands.
fn thousands(number: usize) -> String {
    if number < 1_000 { number.to_string() } else { format!("{},{:03}", number / 1_000, number % 1_000) }
}
