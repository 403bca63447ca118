//! The folders of a crate are layers: imports point to lower layers and form no cycles.

use std::collections::{BTreeMap, BTreeSet};

use crate::tidy::{code, sources};

/// The folders of each crate, lowest first. A file imports only from its own folder and lower ones.
const CRATES: [(&str, &[&str]); 2] = [
    (
        "core/src",
        &[
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
        ],
    ),
    (
        "host-wasmtime/src",
        &["base", "sandbox", "module", "direct", "policy", "store", "tokens", "gate", "conformance"],
    ),
];

/// A file's path and a path below `crate` that it imports, both without the crate's folder.
struct Import {
    file: String,
    from: Vec<String>,
    to: Vec<String>,
}

/// Every path that the crate's own code names, with `crate::a::{b, c}` expanded.
fn imports(root: &str) -> Vec<Import> {
    sources(root, "rs").iter().flat_map(|(file, text)| imports_of(root, file, text)).collect()
}

/// The imports of one file. The root of the crate and tests may import from anywhere.
fn imports_of(root: &str, file: &str, text: &str) -> Vec<Import> {
    let from = file.trim_start_matches(root).trim_start_matches('/');
    let from = from.trim_end_matches(".rs").trim_end_matches("/mod");
    let from: Vec<String> = from.split('/').map(String::from).collect();
    if from.len() == 1 && from[0] == "lib" || from.iter().any(|part| part == "tests") {
        return Vec::new();
    }
    let mut imports = Vec::new();
    let text = code(text).iter().map(|(_, line)| *line).collect::<Vec<_>>().join("\n");
    for rest in text.split("crate::").skip(1) {
        let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_' && c != ':').unwrap_or(rest.len());
        let (path, rest) = rest.split_at(end);
        let names = rest.strip_prefix('{').and_then(|rest| rest.split('}').next()).unwrap_or("self");
        for name in names.split(',').map(str::trim).filter(|name| !name.is_empty()) {
            let parts = path.split("::").chain([name]).filter(|part| !part.is_empty() && *part != "self");
            let to = parts.map(String::from).collect();
            imports.push(Import { file: file.into(), from: from.clone(), to });
        }
    }
    imports
}

/// The imports that run up, or lead to a folder that has no place in the order.
fn upward(order: &[&str], imports: Vec<Import>) -> Vec<String> {
    let floor = |name: &str| order.iter().position(|known| *known == name);
    let wrong = |Import { from, to, .. }: &Import| {
        let (own, other) = (floor(&from[0]), floor(&to[0]));
        own.is_none() || other.is_none() || own < other
    };
    let wrong = imports.into_iter().filter(wrong);
    wrong.map(|Import { file, to, .. }| format!("{file} imports crate::{}", to.join("::"))).collect()
}

#[test]
fn the_folders_of_a_crate_import_downwards() {
    for (root, order) in CRATES {
        let wrong = upward(order, imports(root));
        assert!(
            wrong.is_empty(),
            "an import runs up; the order of the folders is {}:\n{}",
            order.join(" < "),
            wrong.join("\n")
        );
    }
}

#[test]
fn no_files_of_core_import_each_other_in_a_cycle() {
    let (root, _) = CRATES[0];
    // For each folder: the imports between its files and folders.
    let mut arrows: BTreeMap<Vec<String>, BTreeMap<String, BTreeSet<String>>> = BTreeMap::new();
    for Import { from, to, .. } in imports(root) {
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
            circles.push(format!("{root}/{}: {child} imports {}", folder.join("/"), within.join(", ")));
        }
    }
    assert!(
        circles.is_empty(),
        "imports in a circle; move what they share into a file below both:\n{}",
        circles.join("\n")
    );
}

/// Only the tests at the end of a file may look up: what stands behind a single item of a test is code.
#[test]
fn an_upward_import_is_found_wherever_it_stands_in_the_code() {
    for (root, order) in CRATES {
        let file = format!("{root}/{}/planted.rs", order[0]);
        let highest = order[order.len() - 1];
        let import = format!("use crate::{highest}::Planted;\n");
        for (text, found) in [
            (import.clone(), 1),
            (format!("#[cfg(test)]\nfn one() {{}}\n\nfn two() {{\n    {import}}}\n"), 1),
            (format!("use crate::{{\n    {highest}::{{Planted}},\n}};\n"), 1),
            (format!("// {import}"), 0),
            (format!("#[cfg(test)]\nmod tests {{\n    {import}}}\n"), 0),
        ] {
            assert_eq!(upward(order, imports_of(root, &file, &text)).len(), found, "{text}");
        }
    }
}
