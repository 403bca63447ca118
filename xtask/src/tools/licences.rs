//! Where the crates that the project links come from, and under which licences.

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use spdx::{Expression, ParseMode};

use crate::tools::shell;

/// Licences that ask for no more than to be named.
const ALLOWED: [&str; 10] = [
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "ISC",
    "MIT",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// Refuses crates that come from anywhere but crates.io, or under a licence that is not in the list.
pub(crate) fn check() -> Result<()> {
    let text = shell::read(&mut shell::cargo("metadata --format-version 1 --locked"))?;
    let metadata: Value = serde_json::from_str(&text)?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let wrong: Vec<String> = packages.iter().filter_map(fault).collect();
    ensure!(wrong.is_empty(), "these crates may not be linked:\n  {}", wrong.join("\n  "));
    println!("{} crates, each from here or crates.io, under one of: {}", packages.len(), ALLOWED.join(", "));
    Ok(())
}

/// What is wrong with a crate of the lock file, on whichever platform it is used. One without a source is part of this
/// repository.
fn fault(package: &Value) -> Option<String> {
    let text = |name: &str| package[name].as_str();
    let crate_name = format!("{} {}", text("name").unwrap_or_default(), text("version").unwrap_or_default());
    match (text("source"), text("license")) {
        (Some(source), _) if source != CRATES_IO => Some(format!("{crate_name} comes from {source}")),
        (_, None) => Some(format!("{crate_name} names no licence")),
        (_, Some(license)) if !is_allowed(license) => Some(format!("{crate_name} is under {license}")),
        (_, Some(_)) => None,
    }
}

/// Whether an SPDX expression can be met with licences of the list. `/` is how `OR` was written once.
fn is_allowed(expression: &str) -> bool {
    let parsed = Expression::parse_mode(
        expression,
        ParseMode { allow_slash_as_or_operator: true, ..ParseMode::STRICT },
    );
    parsed.is_ok_and(|parsed| parsed.evaluate(|licence| ALLOWED.contains(&licence.to_string().as_str())))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn one_way_through_the_expression_is_enough_and_every_part_that_has_to_be_met_counts() {
        for allowed in [
            "MIT/Apache-2.0",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0-only",
            "GPL-3.0-only OR (MIT AND ISC)",
        ] {
            assert!(is_allowed(allowed), "{allowed}");
        }
        for refused in [
            "",
            "MIT AND GPL-3.0-only",
            "MIT OR",
            "(MIT OR ISC) AND GPL-3.0-only",
            "MIT WITH GCC-exception-3.1",
        ] {
            assert!(!is_allowed(refused), "{refused}");
        }
    }

    #[test]
    fn a_crate_from_elsewhere_is_refused_whatever_its_licence() {
        let of =
            |source: &str, license: Option<&str>| fault(&json!({ "source": source, "license": license }));
        assert!(of("git+https://example.org/x", Some("MIT")).is_some());
        assert!(of(CRATES_IO, Some("MIT")).is_none());
        assert!(of(CRATES_IO, None).is_some());
    }
}
