//! The page that says what the ids in the names of tests and vectors mean. The meanings are written in the page itself;
//! the last column, where an id is shown, is filled in here.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use super::File;
use crate::tools::shell;

const PAGE: &str = "docs/test-ids.md";

/// Where tests stand, and what their files end in.
const FOLDERS: [(&str, &str); 7] = [
    ("core/src", "rs"),
    ("wasm/src", "rs"),
    ("host-wasmtime/src", "rs"),
    ("host-wasmtime/tests", "rs"),
    ("tests/tests", "rs"),
    ("tests/native", "rs"),
    ("js/test", "mjs"),
];
const VECTORS: &str = "tests/vectors";

pub(super) fn file() -> Result<File> {
    let page = fs::read_to_string(shell::root().join(PAGE))?;
    let known = page.lines().filter_map(row).map(|(id, _)| id).collect();
    let mut places = places(&known)?;
    let mut text = String::new();
    for line in page.lines() {
        match row(line) {
            Some((id, says)) => {
                let folders =
                    places.remove(id).with_context(|| format!("{PAGE}: no test carries {id}, so drop it"))?;
                let folders: Vec<String> = folders.iter().map(|folder| format!("`{folder}`")).collect();
                let _ = writeln!(text, "| {id} | {says} | {} |", folders.join(", "));
            }
            None => text.extend([line, "\n"]),
        }
    }
    ensure!(places.is_empty(), "say in {PAGE} what these ids mean: {places:?}");
    Ok((PAGE.into(), text))
}

/// The id and the meaning in a line of a table.
fn row(line: &str) -> Option<(&str, &str)> {
    let (id, rest) = line.strip_prefix("| ")?.split_once(" | ")?;
    let (says, _) = rest.split_once(" | ")?;
    (id != "id").then_some((id, says))
}

/// Every id that a test or a vector carries, with the folders in which it does.
fn places(known: &BTreeSet<&str>) -> Result<BTreeMap<String, BTreeSet<&'static str>>> {
    let mut places: BTreeMap<String, BTreeSet<&'static str>> = BTreeMap::new();
    for (folder, extension) in FOLDERS.into_iter().chain([(VECTORS, "json")]) {
        let mut files = Vec::new();
        walk(&shell::root().join(folder), extension, &mut files)?;
        for text in files {
            let ids = match extension {
                "rs" => {
                    text.split("fn ").skip(1).flat_map(|rest| ids_of_a_name(name_in(rest), known)).collect()
                }
                _ => ids_in_text(&text),
            };
            for id in ids {
                places.entry(id).or_default().insert(folder);
            }
        }
    }
    Ok(places)
}

/// The text of every file that holds tests.
#[cfg(test)]
pub(super) fn sources() -> Result<Vec<String>> {
    let mut texts = Vec::new();
    for (folder, extension) in FOLDERS.into_iter().chain([("xtask/src", "rs")]) {
        walk(&shell::root().join(folder), extension, &mut texts)?;
    }
    Ok(texts)
}

fn walk(folder: &Path, extension: &str, into: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("node_modules") {
            walk(&path, extension, into)?;
        } else if path.extension().is_some_and(|own| own == extension) {
            into.push(fs::read_to_string(path)?);
        }
    }
    Ok(())
}

fn name_in(text: &str) -> &str {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    &text[..end.unwrap_or(text.len())]
}

/// Ids in the name of a function: `rot_04_…` is ROT-04, `xe10_…` XE10, `xe_a3_…` XE A3, `p5_…` P5. Further inside a
/// name, three letters and a number may be anything, so only known families count there.
fn ids_of_a_name(name: &str, known: &BTreeSet<&str>) -> Vec<String> {
    let upper = name.to_uppercase();
    let words: Vec<&str> = upper.split('_').collect();
    let cases = words.windows(2).enumerate().filter(|(index, pair)| {
        is_case(pair[0], pair[1]) && (*index == 0 || known.iter().any(|id| id.starts_with(pair[0])))
    });
    let mut ids: Vec<String> = cases.map(|(_, pair)| pair.join("-")).collect();
    let (first, second) = (words[0], words.get(1).copied().unwrap_or_default());
    if is_rule(first) {
        ids.push(first.to_owned());
    }
    if is_system(first) && second.strip_prefix('A').is_some_and(is_number) {
        ids.push(format!("{first} {second}"));
    }
    ids
}

/// Ids that stand in a text in capitals, as in titles of tests and in `cases`.
fn ids_in_text(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '-');
    let case = |word: &&str| word.split_once('-').is_some_and(|(family, number)| is_case(family, number));
    // A lone P and a number may be anything in a text.
    let rule =
        |word: &&str| is_rule(word) && !word.starts_with(|c: char| c == 'P' && !word.starts_with("PL"));
    words.filter(|word| case(word) || rule(word)).map(str::to_owned).collect()
}

fn is_case(family: &str, number: &str) -> bool {
    let letters = family.len() == 3 && family.bytes().all(|byte| byte.is_ascii_uppercase());
    letters && family != "UTF" && number.len() == 2 && is_number(number)
}

/// `XE10` or `P5`.
fn is_rule(word: &str) -> bool {
    let letters = word.trim_end_matches(|c: char| c.is_ascii_digit());
    word.len() > letters.len() && (letters == "P" || is_system(letters))
}

fn is_system(word: &str) -> bool {
    ["XE", "ST", "SC", "PL", "CX"].contains(&word)
}

fn is_number(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_in_names_and_in_texts() {
        let known = BTreeSet::from(["STO-02"]);
        let ids_of_a_name = |name| ids_of_a_name(name, &known);
        assert_eq!(ids_of_a_name("rot_06_sto_02_a_repeated_command"), ["ROT-06", "STO-02"]);
        assert_eq!(ids_of_a_name("xe10_an_idle_token"), ["XE10"]);
        assert_eq!(ids_of_a_name("xe_a3_an_unused_token"), ["XE A3"]);
        assert_eq!(ids_of_a_name("p5_a_revocation_wins"), ["P5"]);
        assert_eq!(ids_of_a_name("new_01_an_id_that_the_table_lacks"), ["NEW-01"]);
        assert!(ids_of_a_name("an_old_20_character_id").is_empty());
        assert_eq!(ids_in_text("test('STO-01 JSS-04 SHA-256 of D1: \"XE4\"'"), ["STO-01", "JSS-04", "XE4"]);
    }
}
