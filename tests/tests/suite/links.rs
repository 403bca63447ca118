//! The documentation: its links resolve, and the files that it names exist.

use std::path::{Path, PathBuf};

use crate::tidy::sources;

/// Folders at the root: text in backticks that begins with one of them is the path of a file.
const FOLDERS: [&str; 9] =
    ["bench/", "core/", "docs/", "examples/", "host-wasmtime/", "js/", "tests/", "wasm/", "xtask/"];

/// Paths that `cargo xtask build` makes and the repository does not hold.
const BUILT: [&str; 5] =
    ["host-wasmtime/module/portcullis.wasm", "js/dist", "js/sql", "js/src/generated", "js/wasm"];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every page: its path, and its text without blocks of code.
fn pages() -> Vec<(PathBuf, String)> {
    let prose = |text: &str| text.split("```").step_by(2).collect::<String>();
    sources("", "md").iter().map(|(path, text)| (root().join(path), prose(text))).collect()
}

/// The texts between `open` and `close`.
fn between<'t>(text: &'t str, open: &str, close: char) -> Vec<&'t str> {
    text.split(open).skip(1).filter_map(|rest| rest.split_once(close)).map(|(inside, _)| inside).collect()
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let prose: String = text.split("```").step_by(2).collect();
    let headings = prose.lines().filter(|line| line.starts_with('#'));
    let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    headings
        .map(|line| {
            line.trim_start_matches('#').trim().to_lowercase().chars().filter(kept).collect::<String>()
        })
        .map(|heading| heading.replace(' ', "-"))
        .collect()
}

#[test]
fn every_relative_link_leads_to_a_file_and_a_heading() {
    let mut broken = Vec::new();
    for (page, text) in pages() {
        for link in between(&text, "](", ')').into_iter().filter(|link| !link.contains("://")) {
            let (path, anchor) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() { page.clone() } else { page.with_file_name("").join(path) };
            let found =
                target.exists() && (anchor.is_empty() || anchors(&target).contains(&anchor.to_owned()));
            if !found {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "links that lead nowhere:\n{}", broken.join("\n"));
}

#[test]
fn every_path_in_the_documentation_exists() {
    let mut missing = Vec::new();
    for (page, text) in pages() {
        // Code in backticks: every second piece of a line.
        for span in text.lines().flat_map(|line| line.split('`').skip(1).step_by(2)) {
            let is_path =
                FOLDERS.iter().any(|folder| span.starts_with(folder)) && !span.contains([' ', '*', '<', '{']);
            let is_built = BUILT.iter().any(|built| span.starts_with(built));
            // The page of an example names its own files.
            let exists = root().join(span).exists() || page.with_file_name("").join(span).exists();
            if is_path && !is_built && !exists {
                missing.push(format!("{}: {span}", page.display()));
            }
        }
    }
    assert!(missing.is_empty(), "files that are not there:\n{}", missing.join("\n"));
}
