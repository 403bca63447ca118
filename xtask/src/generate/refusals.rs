//! The table of refusals: for the npm package and for the docs.

use std::fmt::Write as _;

use portcullis_core::{RefusalCode, RefusalSource};

use super::File;

pub(super) fn files() -> [File; 2] {
    [("js/src/generated/refusals.ts".into(), typescript()), ("docs/refusals.md".into(), page())]
}

fn typescript() -> String {
    let sentences: String = RefusalCode::ALL
        .iter()
        .map(|code| format!("  {}: '{}',\n", code.code(), code.sentence().replace('\'', "\\'")))
        .collect();
    format!(
        "// Generated from the table in core/src/lifecycle/outcome/refusal.rs by `cargo xtask build`.

/** What to do instead of each refused command, as a sentence; a refusal may say more. */
export const refusals = {{
{sentences}}} as const

/** Why a command was refused. */
export type RefusalCode = keyof typeof refusals
"
    )
}

const TITLE: &str = "\
# Refusals

Every reason why a command is refused, roughly in the order of the checks. Generated from the table in \
`core/src/lifecycle/outcome/refusal.rs` by `cargo xtask build`.

Codes are stable: they are never reused. If one field of the command is to blame, the refusal names it as a JSON \
Pointer. It may say more than the sentence here. A token of another tenant is refused as `unknown`, exactly like one \
that does not exist. An unknown token and a wrong secret are both `wrong_secret`.

| code | who refuses | sentence |
|---|---|---|
";

fn page() -> String {
    let mut text = TITLE.to_owned();
    for refusal in RefusalCode::ALL {
        let by = match refusal.source() {
            RefusalSource::Rules => "rules",
            RefusalSource::Store => "store",
        };
        let _ = writeln!(text, "| `{}` | {by} | {} |", refusal.code(), refusal.sentence());
    }
    text
}
