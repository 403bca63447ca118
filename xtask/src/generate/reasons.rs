//! The table of reasons: for the npm package, for the docs, and short for `wasm/ABI.md`.

use std::fmt::Write as _;

use portcullis_core::{Reason, Step};

use super::File;

pub(super) fn files() -> [File; 2] {
    [("js/src/generated/reasons.ts".into(), typescript()), ("docs/reasons.md".into(), page())]
}

fn typescript() -> String {
    let mut text =
        String::from("// Generated from the table in core/src/decision/reason.rs by `cargo xtask build`.\n");
    let rows: String =
        Reason::ALL.iter().map(|reason| format!("  {}: {},\n", reason.code(), reason.status())).collect();
    let changing: Vec<String> = Reason::ALL
        .iter()
        .filter(|reason| reason.may_change_with_owner())
        .map(|reason| format!("  '{}',\n", reason.code()))
        .collect();
    let _ = write!(
        text,
        "
/** The HTTP status of every reason for a denial, in the order of their numbers. */
export const statuses = {{
{rows}}} as const

/** Why a request was denied. */
export type Reason = keyof typeof statuses

/** Every reason for a denial, in the order of their numbers, from 1. */
export const reasons = Object.keys(statuses) as readonly Reason[]

/** Denials that the present rights of the owner may change: they come at or after the check of the owner. */
export const changingWithOwner: ReadonlySet<Reason | null> = new Set<Reason>([
{}])
",
        changing.concat(),
    );
    text
}

const TITLE: &str = "\
# Reasons

Every reason for a denial, in the order of the checks. Generated from the table in `core/src/decision/reason.rs` by \
`cargo xtask build`.

Numbers and codes are stable: they are never reused, and a new reason gets a new number. A client reads the code on \
the wire. Until the secret is proven, that code says no more than anyone may know. The *step* column refers to the \
order of checks in `core/src/decision/evaluate.rs`: the first check that fails is the reason.

| number | code | step | status | `error=` | code on the wire | sentence |
|---:|---|---|---:|---|---|---|
";

fn page() -> String {
    let mut text = TITLE.to_owned();
    for reason in Reason::ALL {
        let error = reason.challenge_error().map_or_else(|| "none".to_owned(), |error| format!("`{error}`"));
        let scope = if reason.names_scopes() { " and `scope=`" } else { "" };
        let _ = writeln!(
            text,
            "| {} | `{}` | {} | {} | {error}{scope} | `{}` | {} |",
            *reason as u8,
            reason.code(),
            step(reason.step()),
            reason.status(),
            reason.public_code(),
            reason.sentence(),
        );
    }
    text
}

/// Numbers, codes and statuses, two to a line.
pub(super) fn short_table() -> String {
    let cells = |reason: &Reason| {
        let by = if *reason == Reason::ModuleFailed { ": only from hosts" } else { "" };
        format!(" {} | `{}`{by} | {} |", *reason as u8, reason.code(), reason.status())
    };
    let (first, second) = Reason::ALL.split_at(Reason::ALL.len().div_ceil(2));
    let mut text = String::from("| reason | | status | reason | | status |\n|---|---|---|---|---|---|\n");
    for (index, reason) in first.iter().enumerate() {
        let beside = second.get(index).map_or_else(|| " | | |".to_owned(), cells);
        let _ = writeln!(text, "|{}{beside}", cells(reason));
    }
    text
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Route => "1 path and route",
        Step::Credentials => "2 credentials",
        Step::Who => "3 whose token",
        Step::Where => "4 network and application",
        Step::Status => "5 status",
        Step::Permission => "6 permission",
    }
}
