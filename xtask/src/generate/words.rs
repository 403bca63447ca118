//! The closed lists of words that a policy document may hold, as the npm package sees them.

use portcullis_core::{EditableField, Privilege, UniqueField};

pub(crate) fn typescript() -> String {
    let mut text =
        String::from("// Generated from the words in core/src/policy/kind/kind.rs by `cargo xtask build`.\n");
    let commands = Privilege::WORDS.iter().map(|(word, _)| *word);
    list(&mut text, "commands", "PolicyCommand", "What is done to tokens, as `may` has it", commands);
    let editable = EditableField::WORDS.iter().map(|(word, _)| *word);
    list(&mut text, "editableFields", "EditableField", "What a kind may let be changed", editable);
    let unique = UniqueField::WORDS.iter().map(|(word, _)| *word);
    list(&mut text, "uniqueFields", "UniqueField", "What no two tokens may have alike", unique);
    text
}

fn list<'w>(text: &mut String, name: &str, of: &str, says: &str, words: impl Iterator<Item = &'w str>) {
    *text += &format!("\n/** {says}: every word. */\nexport const {name} = [\n");
    for word in words {
        *text += &format!("  '{word}',\n");
    }
    *text += &format!("] as const\n\n/** {says}. */\nexport type {of} = (typeof {name})[number]\n");
}
