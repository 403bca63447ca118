//! Every rule has a test, or a line that says why it has no test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The systems, how many rules each has, and how many questions its page leaves open.
const SYSTEMS: [(&str, u32, u32); 5] =
    [("xe", 20, 10), ("st", 18, 7), ("sc", 32, 7), ("pl", 16, 9), ("cx", 12, 6)];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every rule's id as in test names: `xe10`, `xe_a3`.
fn rules() -> BTreeSet<String> {
    let of = |(system, rules, questions): (&str, u32, u32)| {
        let rules = (1..=rules).map(move |number| format!("{system}{number}"));
        let questions = (1..=questions).map(move |number| format!("{system}_a{number}"));
        rules.chain(questions).collect::<Vec<_>>()
    };
    SYSTEMS.into_iter().flat_map(of).collect()
}

/// The rule's id at the start of a test's name.
fn rule_of(name: &str) -> String {
    let mut words = name.split('_');
    let system = words.next().unwrap_or_default();
    match words.next() {
        Some(question) if SYSTEMS.iter().any(|(known, ..)| *known == system) => {
            format!("{system}_{question}")
        }
        Some(_) | None => system.to_owned(),
    }
}

/// The names of the tests in this folder.
fn tests() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/systems");
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.ends_with("coverage.rs") {
            continue;
        }
        let text = std::fs::read_to_string(path).unwrap();
        let tests = text.split("#[test]\nfn ").skip(1).filter_map(|rest| rest.split('(').next());
        names.extend(tests.map(str::to_owned));
    }
    names
}

/// The ids in the first column of a table: `XE15`, `ST A6`.
fn listed(page: &str) -> BTreeSet<String> {
    let rows =
        page.lines().filter_map(|line| line.strip_prefix("| ")).filter_map(|row| row.split(" |").next());
    let ids = rows.filter(|id| id.chars().next().is_some_and(char::is_uppercase));
    ids.map(|id| id.to_lowercase().replace(' ', "_")).collect()
}

#[test]
fn every_rule_is_shown_by_a_test_or_listed_with_the_reason_why_not() {
    let page = std::fs::read_to_string(root().join("docs/host-rules.md")).unwrap();
    let (without, in_part) = page.split_once("## Rules that Portcullis checks in part").unwrap();
    let tested: BTreeSet<String> = tests().iter().map(|name| rule_of(name)).collect();
    let all = rules();
    let strangers: Vec<&String> = tested.iter().filter(|rule| !all.contains(*rule)).collect();
    assert!(strangers.is_empty(), "tests of rules that there are not: {strangers:?}");
    let listed_without = listed(without);
    let missing: Vec<&String> =
        all.iter().filter(|rule| !tested.contains(*rule) && !listed_without.contains(*rule)).collect();
    assert!(missing.is_empty(), "neither tested nor listed: {missing:?}");
    let both: Vec<&String> = listed_without.intersection(&tested).collect();
    assert!(both.is_empty(), "listed as untested and tested all the same: {both:?}");
    let in_part = listed(in_part);
    let unshown: Vec<&String> = in_part.difference(&tested).collect();
    assert!(unshown.is_empty(), "listed as shown in part, and not shown: {unshown:?}");
    assert!(listed_without.is_subset(&all) && in_part.is_subset(&all), "a line about no rule");
}
