//! The folders of `core/src` are layers: imports point to lower layers and form no cycles.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{code, sources};

/// The folders, lowest first. A file imports only from its own folder and lower ones.
const FLOORS: [&str; 11] = [
    "base",
    "document",
    "request",
    "credential",
    "policy",
    "token",
    "decision",
    "audit",
    "lifecycle",
    "overview",
    "letters",
];

/// A file's path and a path below `crate` that it imports, both without `core/src`.
struct Import {
    file: String,
    from: Vec<String>,
    to: Vec<String>,
}

/// Every path that the crate's own code names, with `crate::a::{b, c}` expanded.
fn imports() -> Vec<Import> {
    let mut imports = Vec::new();
    for (file, text) in sources("core/src", "rs") {
        let from = file.trim_start_matches("core/src/").trim_end_matches(".rs").trim_end_matches("/mod");
        let from: Vec<String> = from.split('/').map(String::from).collect();
        if from.len() == 1 || from.iter().any(|part| part == "tests") {
            continue;
        }
        let text = code(&text).iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
        for rest in text.split("crate::").skip(1) {
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(rest.len());
            let (path, rest) = rest.split_at(end);
            let names = rest.strip_prefix('{').and_then(|rest| rest.split('}').next()).unwrap_or("self");
            for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
                let parts = path.split("::").chain([name]).filter(|part| !part.is_empty() && *part != "self");
                let to = parts.map(String::from).collect();
                imports.push(Import { file: file.clone(), from: from.clone(), to });
            }
        }
    }
    imports
}

#[test]
fn the_folders_of_core_import_downwards() {
    let floor = |name: &str| FLOORS.iter().position(|known| *known == name);
    let mut wrong = Vec::new();
    for Import { file, from, to } in imports() {
        let (own, other) = (floor(&from[0]), floor(&to[0]));
        if own.is_none() || other.is_none() || own < other {
            wrong.push(format!("{file} imports crate::{}", to.join("::")));
        }
    }
    assert!(
        wrong.is_empty(),
        "an import runs up; the order of the folders is {}:\n{}",
        FLOORS.join(" < "),
        wrong.join("\n")
    );
}

#[test]
fn no_files_of_core_import_each_other_in_a_cycle() {
    // For each folder: the imports between its files and folders.
    let mut arrows: BTreeMap<Vec<String>, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for Import { from, to, .. } in imports() {
        let shared = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
        if let (Some(child), Some(other)) = (from.get(shared), to.get(shared)) {
            let children = arrows.entry(from[..shared].to_vec()).or_default();
            children.entry(child.clone()).or_default().insert(other.clone());
        }
    }
    let mut circles = Vec::new();
    for (folder, mut children) in arrows {
        // A file without imports or importers among the remaining ones is in no cycle.
        while let Some(done) = children.iter().find_map(|(child, others)| {
            let imports = others.iter().any(|other| children.contains_key(other));
            let imported = children.values().any(|others| others.contains(child));
            (!imports || !imported).then(|| child.clone())
        }) {
            children.remove(&done);
        }
        for (child, others) in &children {
            let within: Vec<&str> =
                others.iter().filter(|other| children.contains_key(*other)).map(String::as_str).collect();
            circles.push(format!("core/src/{}: {child} imports {}", folder.join("/"), within.join(", ")));
        }
    }
    assert!(
        circles.is_empty(),
        "imports in a circle; move what they share into a file below both:\n{}",
        circles.join("\n")
    );
}
