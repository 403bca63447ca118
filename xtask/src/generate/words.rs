//! The closed lists of words that a policy document may hold, as the npm package sees them.

use portcullis_core::{EditableField, Privilege, UniqueField};

use super::File;

pub(super) fn file() -> File {
    let mut text =
        String::from("// Generated from the words in core/src/policy/kind/kind.rs by `cargo xtask build`.\n");
    let commands = Privilege::WORDS.iter().map(|(word, _)| *word);
    list(&mut text, "commands", "PolicyCommand", "A word of `may`", commands);
    let editable = EditableField::WORDS.iter().map(|(word, _)| *word);
    list(&mut text, "editableFields", "EditableField", "A field that a kind may let owners edit", editable);
    let unique = UniqueField::WORDS.iter().map(|(word, _)| *word);
    list(&mut text, "uniqueFields", "UniqueField", "A field that no two tokens may share", unique);
    ("js/src/generated/words.ts".into(), text)
}

fn list<'w>(text: &mut String, name: &str, of: &str, says: &str, words: impl Iterator<Item = &'w str>) {
    let words: Vec<String> = words.map(|word| format!("'{word}'")).collect();
    *text += &format!(
        "
/** {says}: all of them. */
export const {name} = [{words}] as const

/** {says}. */
export type {of} = (typeof {name})[number]
",
        words = words.join(", ")
    );
}
