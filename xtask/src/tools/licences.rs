//! Where the crates that the project links come from, and under which licences.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

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

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

/// A crate of the lock file, on whichever platform it is used.
#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    /// `None`: it is part of this repository.
    source: Option<String>,
    license: Option<String>,
}

/// Refuses crates that come from anywhere but crates.io, or under a licence that is not in the list.
pub(crate) fn check() -> Result<()> {
    let text = shell::read(shell::cargo().args(["metadata", "--format-version", "1", "--locked"]))?;
    let Metadata { packages } =
        serde_json::from_str(&text).context("the output of cargo metadata has another form")?;
    let wrong: Vec<String> = packages.iter().filter_map(Package::fault).collect();
    ensure!(wrong.is_empty(), "these crates may not be linked:\n  {}", wrong.join("\n  "));
    println!("{} crates, each from here or crates.io, under one of: {}", packages.len(), ALLOWED.join(", "));
    Ok(())
}

impl Package {
    fn fault(&self) -> Option<String> {
        let Package { name, version, source, license } = self;
        match (source.as_deref(), license.as_deref()) {
            (Some(source), _) if source != CRATES_IO => Some(format!("{name} {version} comes from {source}")),
            (_, None) => Some(format!("{name} {version} names no licence")),
            (_, Some(license)) if !is_allowed(license) => {
                Some(format!("{name} {version} is under {license}"))
            }
            (_, Some(_)) => None,
        }
    }
}

/// Whether an SPDX expression can be met with licences of the list. `/` is how `OR` was written once.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    any(&mut rest).unwrap_or(false) && rest.is_empty()
}

/// `AND` binds closer than `OR`.
fn any(rest: &mut &[&str]) -> Option<bool> {
    let mut met = all(rest)?;
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        met |= all(rest)?;
    }
    Some(met)
}

fn all(rest: &mut &[&str]) -> Option<bool> {
    let mut met = one(rest)?;
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        met &= one(rest)?;
    }
    Some(met)
}

/// A licence, perhaps with an exception, or an expression in parentheses.
fn one(rest: &mut &[&str]) -> Option<bool> {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let met = any(rest)?;
            *rest = rest.strip_prefix(&[")"])?;
            Some(met)
        }
        [licence, "WITH", exception, after @ ..] => {
            *rest = after;
            Some(ALLOWED.contains(&format!("{licence} WITH {exception}").as_str()))
        }
        [licence, after @ ..] => {
            *rest = after;
            Some(ALLOWED.contains(licence))
        }
        [] => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_through_the_expression_is_enough() {
        for expression in [
            "MIT",
            "MIT/Apache-2.0",
            "Apache-2.0 / MIT",
            "GPL-3.0-only OR MIT",
            "Apache-2.0 WITH LLVM-exception OR GPL-3.0-only",
            "(MIT OR GPL-3.0-only) AND Unicode-3.0",
            "GPL-3.0-only OR (MIT AND ISC)",
        ] {
            assert!(is_allowed(expression), "{expression}");
        }
    }

    #[test]
    fn every_part_that_has_to_be_met_counts() {
        for expression in [
            "",
            "GPL-3.0-only",
            "MIT AND GPL-3.0-only",
            "MIT OR",
            "(MIT",
            "MIT)",
            "MIT ISC",
            "GPL-2.0-only WITH Classpath-exception-2.0",
            "(MIT OR ISC) AND GPL-3.0-only",
            "GPL-3.0-only OR MIT AND GPL-2.0-only",
        ] {
            assert!(!is_allowed(expression), "{expression}");
        }
    }

    #[test]
    fn a_crate_from_elsewhere_is_refused_whatever_its_licence() {
        let mut package = Package {
            name: "x".into(),
            version: "1.0.0".into(),
            source: Some("git+https://example.org/x".into()),
            license: Some("MIT".into()),
        };
        assert!(package.fault().is_some());
        package.source = Some(CRATES_IO.into());
        assert!(package.fault().is_none());
        package.license = None;
        assert!(package.fault().is_some());
    }
}
