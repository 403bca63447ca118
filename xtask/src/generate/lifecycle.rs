//! The page about a token's life, from the one table of transitions in core.

use std::fmt::Write as _;
use std::fs;

use anyhow::{Result, anyhow, ensure};
use portcullis_core::{CommandName, Policy, Privilege, Status};

use super::File;
use crate::tools::shell;

const TABLE: &str = "core/src/lifecycle/transition.rs";

/// The options of a kind that change the table, and what the page calls them.
const OPTIONS: [(&str, &str); 4] = [
    (r#""lockable": true"#, "`lockable`"),
    (r#""revoke": "regenerable""#, "`regenerable`"),
    (r#""lifetime": { "default": "30d", "extendExpired": true }"#, "`extendExpired`"),
    (r#""deleteNeeds": "revoked""#, "`deleteNeeds`"),
];

const TITLE: &str = "\
# A token's life

Which command passes in which state. Generated from the table in `core/src/lifecycle/transition.rs` by `cargo xtask \
build`.
";

const STATES: &str = "\
A state is derived from the record and the clock; it is never stored. Several can hold at once: a locked token expires, \
a revoked one goes idle. A command passes only if every state that holds admits it. A previous secret in its grace is \
not a state. Everything else is refused with `illegal_transition`, or with `not_lockable` if the kind does not lock, \
and changes nothing.
";

const COMMANDS: &str = "
`lockable`, `extendExpired` and `deleteNeeds` are fields of the kind; `regenerable` means `\"revoke\": \"regenerable\"`. \
When time itself removes an idle token, `deleteNeeds` does not matter.

| command | event in the trail | who may give it |
|---|---|---|
";

pub(super) fn file() -> Result<File> {
    Ok(("docs/lifecycle.md".into(), page()?))
}

/// A policy with one kind for each choice of options, in the order of the bits.
fn kinds() -> Result<Policy> {
    let mut kinds = Vec::new();
    for choice in 0..1 << OPTIONS.len() {
        let chosen = (0..OPTIONS.len()).filter(|option| choice >> option & 1 == 1);
        let chosen: String = chosen.map(|option| format!(", {}", OPTIONS[option].0)).collect();
        // Two digits, so that the order by name is the order of the choices.
        kinds.push(format!(
            r#""k{choice:02}": {{ "prefix": "k{choice:02}", "may": {{ "revoke": ["owner"] }}{chosen} }}"#
        ));
    }
    let document = format!(
        r#"{{ "portcullis": 1, "name": "lifecycle", "realm": "lifecycle", "resources": {{ "thing": {{}} }},
             "routes": [{{ "crud": "/things", "needs": "thing" }}], "kinds": {{ {} }} }}"#,
        kinds.join(", ")
    );
    Policy::from_json(&document).map_err(|problems| anyhow!("{problems}"))
}

/// Whether a state admits a command: `yes`, `no`, or the options on which it depends.
fn cell(policy: &Policy, state: Status, verb: CommandName) -> Result<String> {
    let admitted: Vec<bool> = policy.kinds().iter().map(|kind| kind.admits(state, verb).is_ok()).collect();
    let matters =
        |option: &usize| (0..admitted.len()).any(|choice| admitted[choice] != admitted[choice ^ 1 << option]);
    let options: Vec<usize> = (0..OPTIONS.len()).filter(matters).collect();
    if options.is_empty() {
        return Ok(if admitted[0] { "yes" } else { "no" }.to_owned());
    }
    let chosen = |choice: usize| options.iter().map(|option| choice >> option & 1 == 1).collect::<Vec<_>>();
    let mut admitting: Vec<Vec<bool>> =
        (0..admitted.len()).filter(|choice| admitted[*choice]).map(chosen).collect();
    admitting.sort();
    admitting.dedup();
    let [only] = &admitting[..] else {
        return Err(anyhow!("{} {}: several choices of options admit it", state.word(), verb.word()));
    };
    let words = options
        .iter()
        .zip(only)
        .map(|(option, on)| format!("{} {}", if *on { "if" } else { "unless" }, OPTIONS[*option].1));
    Ok(words.collect::<Vec<_>>().join(", "))
}

fn page() -> Result<String> {
    let policy = kinds()?;
    ensure!(policy.kinds().len() == 1 << OPTIONS.len(), "a kind is missing");
    let mut text = format!("{TITLE}\n```text\n{}```\n\n{STATES}\n| command |", diagram()?);
    let verbs = || CommandName::WORDS.iter().map(|(_, verb)| *verb);
    // A command is not told whether the owner is active.
    let states = || {
        Status::WORDS.iter().rev().map(|(_, status)| *status).filter(|status| *status != Status::Suspended)
    };
    for state in states() {
        let _ = write!(text, " {} |", state.word());
    }
    text += &format!("\n|---|{}\n", "---|".repeat(states().count()));
    for verb in verbs().filter(|verb| *verb != CommandName::Create) {
        let _ = write!(text, "| `{}` |", verb.word());
        for state in states() {
            let _ = write!(text, " {} |", cell(&policy, state, verb)?);
        }
        text.push('\n');
    }
    text += COMMANDS;
    for verb in verbs() {
        let permitted = Privilege::WORDS.iter().any(|(word, _)| *word == verb.word());
        let who = if verb == CommandName::RedeemRenewal {
            "the holder of the old secret and the key"
        } else if permitted {
            "the roles in the kind's `may`"
        } else {
            "the host itself, when `due` asks for it"
        };
        let _ = writeln!(text, "| `{}` | `{}` | {who} |", verb.word(), verb.past());
    }
    Ok(text)
}

/// The diagram in the docs of the table's source file.
fn diagram() -> Result<String> {
    let source = fs::read_to_string(shell::root().join(TABLE))?;
    let lines = source.lines().skip_while(|line| *line != "//! ```text").skip(1);
    let lines = lines.take_while(|line| *line != "//! ```");
    let own = |line: &str| line.trim_start_matches("//!").trim_end().to_owned() + "\n";
    let text: String = lines.map(own).collect();
    ensure!(!text.is_empty(), "{TABLE} holds no diagram");
    Ok(text)
}
