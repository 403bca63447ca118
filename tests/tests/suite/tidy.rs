//! The structure of the sources: promises of the architecture that no compiler checks.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use portcullis_tests::vectors::load;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Every file below `folder` with this extension, and its text.
pub(crate) fn sources(folder: &str, extension: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) {
        let skipped = ["node_modules", "target", "dist", ".git"];
        for entry in std::fs::read_dir(folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() && !skipped.iter().any(|name| path.ends_with(name)) {
                walk(&path, extension, into);
            } else if path.extension().is_some_and(|own| own == extension) {
                into.push(path);
            }
        }
    }
    let mut paths = Vec::new();
    walk(&root().join(folder), extension, &mut paths);
    paths.sort();
    paths
        .iter()
        .map(|path| {
            (path.strip_prefix(root()).unwrap().display().to_string(), std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

/// The lines of a source that are code, without comments and the tests at its end.
pub(crate) fn code(text: &str) -> Vec<(usize, &str)> {
    let own = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    let lines = own.lines().enumerate().map(|(number, line)| (number + 1, line));
    lines.filter(|(_, line)| !line.trim_start().starts_with("//")).collect()
}

fn assert_none(what: &str, found: Vec<String>) {
    assert!(found.is_empty(), "{what}:\n{}", found.join("\n"));
}

#[test]
fn core_has_no_std_and_no_unsafe_code() {
    let lib = std::fs::read_to_string(root().join("core/src/lib.rs")).unwrap();
    for attribute in ["#![no_std]", "#![forbid(unsafe_code)]"] {
        assert!(lib.contains(attribute), "core/src/lib.rs lacks {attribute}");
    }
}

/// One file loads machine code, and it argues why that is safe.
#[test]
fn the_native_host_has_unsafe_code_in_one_file() {
    let lib = std::fs::read_to_string(root().join("host-wasmtime/src/lib.rs")).unwrap();
    assert!(lib.contains("#![deny(unsafe_code)]"));
    let sources = sources("host-wasmtime/src", "rs").into_iter();
    let with: Vec<_> =
        sources.filter(|(_, text)| text.contains("allow(unsafe_code")).map(|(path, _)| path).collect();
    assert_eq!(with.len(), 1, "{with:?}");
    assert!(with.iter().all(|path| path.ends_with("precompiled.rs")), "{with:?}");
}

/// Time and entropy are arguments, and no hash table has a guessable key.
#[test]
fn core_has_no_clock_no_randomness_no_input_and_no_output() {
    let refused = [
        "std::",
        "extern crate std",
        "SystemTime",
        "Instant::now",
        "Utc::now",
        "Local::now",
        "getrandom",
        "rand::",
        "HashMap",
        "HashSet",
        "println!",
        "eprintln!",
        "dbg!",
        "thread",
        "unsafe",
        "static mut",
        "env!(",
        "include_bytes!",
    ];
    let mut found = Vec::new();
    for (path, text) in sources("core/src", "rs") {
        for (number, line) in code(&text) {
            // Words inside string literals are not code.
            let outside: String = line.split('"').step_by(2).collect();
            let words = refused
                .iter()
                .filter(|word| outside.contains(**word) && !outside.contains("forbid(unsafe_code)"));
            found.extend(words.map(|word| format!("{path}:{number}: {word}")));
        }
    }
    assert_none("core reaches outside", found);
}

/// `core` depends on no other crate of the project, module and host depend on `core`, and only tests depend on all.
#[test]
fn dependencies_point_one_way() {
    let ours = [
        "portcullis-core",
        "portcullis-verdict",
        "portcullis-wasm",
        "portcullis-wasmtime",
        "portcullis-tests",
        "xtask",
    ];
    let allowed: [(&str, &[&str]); 4] = [
        ("core", &[]),
        ("wasm/verdict", &["portcullis-core"]),
        ("wasm", &["portcullis-core", "portcullis-verdict"]),
        ("host-wasmtime", &["portcullis-core"]),
    ];
    for (folder, may) in allowed {
        let manifest = std::fs::read_to_string(root().join(folder).join("Cargo.toml")).unwrap();
        // Build and test dependencies do not count.
        let own: String =
            manifest.split("\n[").filter(|section| section.starts_with("dependencies")).collect();
        for name in ours.iter().filter(|name| !may.contains(name)) {
            assert!(!own.lines().any(|line| line.starts_with(name)), "{folder} depends on {name}");
        }
    }
}

/// A file that grows past 400 lines usually holds two nouns.
#[test]
fn no_source_file_is_longer_than_400_lines() {
    let mut long = Vec::new();
    let folders = [
        ("core/src", "rs"),
        ("wasm/src", "rs"),
        ("host-wasmtime/src", "rs"),
        ("xtask/src", "rs"),
        ("tests/src", "rs"),
        ("tests/tests", "rs"),
        ("js/src", "ts"),
    ];
    for (folder, extension) in folders {
        for (path, text) in sources(folder, extension) {
            let lines = text.lines().count();
            if lines > 400 {
                long.push(format!("{path}: {lines} lines"));
            }
        }
    }
    assert_none("too long", long);
}

/// A new reason, level or step must stop the build where it matters.
#[test]
fn no_wildcard_arm_over_enums_of_our_own() {
    let ours = [
        "Reason::",
        "Level::",
        "Step::",
        "Lookup::",
        "Status::",
        "Identified::",
        "Requirement::",
        "Resources::",
        "Privilege::",
        "IdleEnd::",
        "CommandName::",
        "CommandBody::",
        "Credential::",
        "RefusalCode::",
        "StepError::",
    ];
    let mut found = Vec::new();
    for (path, text) in sources("core/src", "rs") {
        let lines = code(&text);
        for (i, (number, line)) in lines.iter().enumerate() {
            let indent = line.len() - line.trim_start().len();
            if !line.trim_start().starts_with("_ =>") {
                continue;
            }
            // The other arms of the same match precede it with the same indentation.
            let arms = lines[..i].iter().rev().take_while(|(_, above)| {
                let own = above.len() - above.trim_start().len();
                above.trim().is_empty() || own >= indent
            });
            let over_ours = arms.into_iter().any(|(_, arm)| {
                let pattern = arm.split("=>").next().unwrap_or_default();
                arm.contains("=>")
                    && arm.len() - arm.trim_start().len() == indent
                    && ours.iter().any(|name| pattern.contains(name))
            });
            if over_ours {
                found.push(format!("{path}:{number}"));
            }
        }
    }
    assert_none("a wildcard arm", found);
}

/// TOK-04: digests are compared by `subtle`, and an unknown id costs a comparison too.
#[test]
fn tok_04_digests_are_compared_in_constant_time() {
    let secret = std::fs::read_to_string(root().join("core/src/credential/secret.rs")).unwrap();
    assert!(secret.contains("ct_eq"), "core/src/credential/secret.rs compares with subtle");
    for (number, line) in code(&secret) {
        let derived = line.contains("derive(")
            && line.contains("PartialEq")
            && secret
                .lines()
                .nth(number)
                .is_some_and(|next| next.contains("Digest") || next.contains("Secret("));
        assert!(!derived, "core/src/credential/secret.rs:{number}: a secret can be compared with ==");
    }
    let mut found = Vec::new();
    let mut dummies = 0;
    for (path, text) in sources("core/src", "rs") {
        for (number, line) in code(&text) {
            let compares = line.contains("==") || line.contains("!=");
            if compares
                && (line.contains("digest.0")
                    || line.contains("secret.0")
                    || line.contains(".digest ==")
                    || line.contains("as_bytes() == digest"))
            {
                found.push(format!("{path}:{number}: {line}"));
            }
            dummies += usize::from(line.contains("Digest::NONE"));
        }
    }
    assert_none("compared with ==", found);
    assert!(dummies >= 1, "nothing is compared for an unknown id");
}

/// Every id about decisions or the lifecycle has a vector or a test that carries it.
#[test]
fn every_id_about_decisions_and_the_lifecycle_is_covered() {
    let families: [(&str, &[u32]); 9] = [
        ("HDR", &[1, 2, 3, 4, 6, 7, 8, 9]),
        ("TOK", &[1, 2, 3, 4, 5, 6, 7]),
        ("TIM", &[1, 2, 3, 5, 6, 7, 8]),
        ("SCP", &[1, 2, 3, 4, 5, 6, 7, 8]),
        ("RTE", &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        ("DOS", &[1, 2, 3, 4]),
        ("LIF", &[1, 2, 4, 5, 6, 7, 8]),
        ("ROT", &[1, 2, 3, 4, 5, 6, 7, 8, 10]),
        ("AUD", &[1, 2, 3, 4]),
    ];
    let (_, files) = load();
    let vectors = files.iter().flat_map(|file| &file.vectors);
    let mut covered: BTreeSet<String> = vectors
        .flat_map(|vector| vector["cases"].as_array().cloned().unwrap_or_default())
        .map(|case| case.as_str().expect("a case is a text").into())
        .collect();
    let rust = ["tests/tests", "host-wasmtime/tests", "core/src"].map(|folder| sources(folder, "rs"));
    for (_, text) in rust.iter().flatten() {
        for name in text.split("fn ").skip(1).filter_map(|rest| rest.split('(').next()) {
            let parts: Vec<&str> = name.split('_').collect();
            covered.extend(parts.windows(2).map(|pair| format!("{}-{}", pair[0].to_uppercase(), pair[1])));
        }
    }
    let expected = families
        .iter()
        .flat_map(|(family, numbers)| numbers.iter().map(move |number| format!("{family}-{number:02}")));
    assert_none("no vector and no test", expected.filter(|case| !covered.contains(case)).collect());
}

/// A vector's name is a sentence, and every name is unique.
#[test]
fn every_vector_has_a_unique_sentence_as_its_name() {
    let (_, files) = load();
    let mut said = BTreeSet::new();
    for vector in files.iter().flat_map(|file| &file.vectors) {
        let says = vector["says"].as_str().expect("a sentence");
        assert!(says.contains(' ') && says.len() <= 110, "{says}");
        assert!(said.insert(says), "said twice: {says}");
    }
}
