//! `docs/promises.md` against README and SECURITY: every sentence is there word by word, every test exists, and every
//! part of a section that promises something has a row.

use std::collections::BTreeSet;
use std::fs;

use super::test_ids;
use crate::tools::shell;

const PAGE: &str = "docs/promises.md";

fn read(path: &str) -> String {
    fs::read_to_string(shell::root().join(path)).unwrap()
}

/// The sections of the page, by title.
fn section<'p>(page: &'p str, title: &str) -> &'p str {
    let (_, rest) =
        page.split_once(&format!("\n## {title}\n")).unwrap_or_else(|| panic!("no section {title}"));
    rest.split("\n## ").next().unwrap_or_default()
}

/// The rows of a section: a sentence, and what shows that it is true.
fn rows(section: &str) -> Vec<(&str, Vec<&str>)> {
    let cells =
        section.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    cells.skip(1).map(|(sentence, shown)| (sentence, shown.split("; ").collect())).collect()
}

/// What a page says, apart from code: paragraphs, items of lists and rows of tables, each under its heading.
fn parts(page: &str) -> Vec<(String, String)> {
    let (mut heading, mut parts, mut open) = (String::new(), Vec::<(String, String)>::new(), false);
    for line in page.split("```").step_by(2).flat_map(str::lines) {
        let starts = line.starts_with(['#', '|', '-']) || line.is_empty();
        if let Some(title) = line.strip_prefix('#') {
            heading = title.trim_start_matches('#').trim().to_owned();
        } else if open && !starts {
            parts.last_mut().unwrap().1.extend([" ", line]);
        } else if line.starts_with("|-") {
            // What is above the line is the head of the table.
            parts.pop();
        } else if !line.is_empty() {
            parts.push((heading.clone(), line.to_owned()));
        }
        open = !line.is_empty() && !line.starts_with(['#', '|']);
    }
    parts
}

#[test]
fn every_promise_is_kept_by_a_test() {
    let page = read(PAGE);
    let ids = read("docs/test-ids.md");
    let ids: BTreeSet<&str> =
        ids.lines().filter_map(|line| line.strip_prefix("| ")?.split_once(" | ")).map(|it| it.0).collect();
    let tests = test_ids::sources().unwrap();
    let silent: BTreeSet<&str> = section(&page, "Sections without promises")
        .lines()
        .filter_map(|line| line.strip_prefix("- "))
        .collect();
    let mut faults = Vec::new();
    for name in ["README.md", "SECURITY.md"] {
        let (text, rows) = (read(name), rows(section(&page, name)));
        for (sentence, shown) in &rows {
            if !text.contains(sentence) {
                faults.push(format!("{name} does not say: {sentence}"));
            }
            for shown in shown {
                let exists = match shown.strip_prefix('`').and_then(|rest| rest.strip_suffix('`')) {
                    Some(test) => {
                        let forms =
                            [format!("fn {test}("), format!("test('{test}'"), format!("test(\"{test}\"")];
                        forms.iter().any(|form| tests.iter().any(|text| text.contains(form)))
                    }
                    None => ids.contains(shown),
                };
                if !exists {
                    faults.push(format!("no test {shown}, for: {sentence}"));
                }
            }
        }
        let parts = parts(&text).into_iter().filter(|(heading, _)| !silent.contains(heading.as_str()));
        for (_, part) in parts.filter(|(_, part)| !rows.iter().any(|(sentence, _)| part.contains(sentence))) {
            faults.push(format!("{name}: {PAGE} has no row for: {part}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn parts_of_a_page_are_paragraphs_items_and_rows() {
    let page = "# A\n\nOne\ntwo.\n\n- three\n  more\n- four\n\n```sh\ncode\n```\n\n## B\n\n| a | b |\n|---|---|\n| c | d |\n";
    let parts = parts(page);
    let texts: Vec<(&str, &str)> =
        parts.iter().map(|(heading, part)| (heading.as_str(), part.as_str())).collect();
    assert_eq!(texts, [("A", "One two."), ("A", "- three   more"), ("A", "- four"), ("B", "| c | d |")]);
}
