//! The tables of reasons, refusals and words, as the npm package and a reader of the docs see them.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Context, Result};
use portcullis_core::{Reason, RefusalCode, RefusalSource, Step};

use crate::generate::words;
use crate::tools::shell;

const TYPESCRIPT: &str = "js/src/generated/reasons.ts";
const PAGE: &str = "docs/reasons.md";
const REFUSALS_TYPESCRIPT: &str = "js/src/generated/refusals.ts";
const REFUSALS_PAGE: &str = "docs/refusals.md";
const WORDS_TYPESCRIPT: &str = "js/src/generated/words.ts";

fn files() -> [(&'static str, String); 5] {
    [
        (TYPESCRIPT, typescript()),
        (PAGE, page()),
        (REFUSALS_TYPESCRIPT, refusals_typescript()),
        (REFUSALS_PAGE, refusals_page()),
        (WORDS_TYPESCRIPT, words::typescript()),
    ]
}

/// Writes what differs from what the tables say.
pub(crate) fn write() -> Result<()> {
    for (path, text) in files() {
        let path = shell::root().join(path);
        if fs::read_to_string(&path).ok().as_ref() != Some(&text) {
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
    }
    Ok(())
}

fn typescript() -> String {
    let mut text = String::from(
        "// Generated from the table in core/src/decision/reason.rs by `cargo xtask build`.\n\n\
         /** Every reason for a denial, in the order of their numbers, from 1. */\nexport const reasons = [\n",
    );
    for reason in Reason::ALL {
        text += &format!("  '{}',\n", reason.code());
    }
    text += "] as const\n\n/** The HTTP status of each reason, in the same order. */\n\
             export const statuses: readonly number[] = [\n";
    for reason in Reason::ALL {
        text += &format!("  {},\n", reason.status());
    }
    text += "]\n\n/** Denials that the owner's present rights may turn into others: the owner's status is looked at before. */\n\
             export const changingWithOwner: ReadonlySet<Reason | null> = new Set<Reason>([\n";
    for reason in Reason::ALL.iter().filter(|reason| reason.may_change_with_owner()) {
        text += &format!("  '{}',\n", reason.code());
    }
    text += "])\n\n/** Why a request was denied. */\nexport type Reason = (typeof reasons)[number]\n";
    text
}

fn page() -> String {
    let mut text = String::from(
        "# Reasons\n\nEvery reason for a denial, in the order of the checks. Generated from the table in \
         `core/src/decision/reason.rs` by `cargo xtask build`.\n\nNumbers and codes are stable: they are never reused, and \
         a new reason gets a new number. What the client reads is the code on the wire; until the secret is proven \
         it says no more than anybody may know.\n\n\
         | number | code | step | status | `error=` | code on the wire | sentence |\n\
         |---:|---|---|---:|---|---|---|\n",
    );
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

fn refusals_typescript() -> String {
    let mut text = String::from(
        "// Generated from the table in core/src/lifecycle/outcome/refusal.rs by `cargo xtask build`.\n\n\
         /** Why a command was refused. */\nexport type RefusalCode =\n",
    );
    for refusal in RefusalCode::ALL {
        text += &format!("  | '{}'\n", refusal.code());
    }
    text += "\n/** What to do instead, as a sentence; a refusal may say more. */\n\
             export const refusals: Readonly<Record<RefusalCode, string>> = {\n";
    for refusal in RefusalCode::ALL {
        text += &format!("  {}: '{}',\n", refusal.code(), refusal.sentence().replace('\'', "\\'"));
    }
    text += "}\n";
    text
}

fn refusals_page() -> String {
    let mut text = String::from(
        "# Refusals\n\nEvery reason for which a command is refused, roughly in the order in which things are looked \
         at. Generated from the table in `core/src/lifecycle/outcome/refusal.rs` by `cargo xtask build`.\n\nCodes are stable: they \
         are never reused. A refusal also names the field of the command, as a JSON Pointer, where one is to blame, \
         and may say more than the sentence here. What another tenant owns is `unknown`, like what nobody owns; an \
         unknown token and a wrong secret are both `wrong_secret`.\n\n\
         | code | said by | sentence |\n|---|---|---|\n",
    );
    for refusal in RefusalCode::ALL {
        let by = match refusal.source() {
            RefusalSource::Rules => "the rules",
            RefusalSource::Store => "the store",
        };
        let _ = writeln!(text, "| `{}` | {by} | {} |", refusal.code(), refusal.sentence());
    }
    text
}

fn step(step: Step) -> &'static str {
    match step {
        Step::Route => "1 path and route",
        Step::Credentials => "2 credentials",
        Step::Who => "3 who",
        Step::Where => "4 from where, for what",
        Step::Status => "5 status",
        Step::Permission => "6 permission",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_committed_files_say_what_the_table_says() {
        for (path, text) in files() {
            let committed = fs::read_to_string(shell::root().join(path)).unwrap();
            assert_eq!(committed, text, "{path} is stale: run `cargo xtask build` and commit it");
        }
    }
}
