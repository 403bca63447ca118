//! The policy: what a document says, checked once and compiled for fast answers.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{join, sort};
use crate::credential::{Bearer, Checksum, Entropy, Minted, Prefix, WeakEntropy, mint};
#[cfg(feature = "lifecycle")]
use crate::credential::{TokenId, mint_for};
use crate::document::{Bounds, Lint, ObjectReader, Place, Problem, Problems, Value, short_text, text, truth};
use crate::policy::catalog::{self, Catalog};
use crate::policy::compiled;
use crate::policy::kind::Kind;
use crate::policy::lint;
use crate::policy::routes::{Route, Routes, overlap, rivals};
use crate::policy::transport::Transports;
use crate::request::PathRules;

/// The most kinds that a policy may have.
const MOST_KINDS: usize = 1_000;

/// A policy, ready to decide.
///
/// Opening one checks the whole document and costs milliseconds; deciding
/// under it costs a fraction of a microsecond. A policy never changes: to
/// change the rules, open another.
#[derive(Debug)]
pub struct Policy {
    /// Names this policy in every answer: the first 16 hexadecimal digits of
    /// the SHA-256 over the document with its fields sorted.
    fingerprint: u64,
    name: String,
    pub(crate) realm: String,
    pub(crate) transports: Transports,
    pub(crate) paths: PathRules,
    pub(crate) catalog: Catalog,
    pub(crate) routes: Routes,
    kinds: Vec<Kind>,
    /// Roles that may grant what they do not hold.
    unlimited_roles: Vec<String>,
    lints: Vec<Lint>,
    prefixes: Vec<Prefix>,
    checksum: Checksum,
}

impl Policy {
    /// Opens a policy document, or one that was compiled: then it must be
    /// what was compiled, and is not searched for lints again.
    ///
    /// # Errors
    /// Everything that is wrong with it, each with its place and the fix.
    pub fn from_json(text: &str) -> Result<Policy, Problems> {
        Policy::from_value(&Value::parse(text, Bounds::POLICY)?)
    }

    /// Opens a policy document that was read already.
    ///
    /// # Errors
    /// As [`Policy::from_json`].
    pub fn from_value(document: &Value) -> Result<Policy, Problems> {
        let mut problems = Problems::default();
        let compiled = compiled::is_compiled(document);
        let found = match compiled {
            true => compiled::unwrapped(document, &mut problems),
            false => Some((document, compiled::fingerprint(document))),
        };
        let policy =
            found.and_then(|(document, found)| Policy::read(document, found, !compiled, &mut problems));
        match policy {
            Some(policy) => problems.into_result(policy),
            None if problems.is_empty() => {
                Err(Problem::at("", "bad_policy", "the document is not a policy".into()).into())
            }
            None => Err(problems),
        }
    }

    fn read(document: &Value, fingerprint: u64, lint: bool, problems: &mut Problems) -> Option<Policy> {
        let mut object = ObjectReader::read(document, Place::Root, problems)?;
        match object.raw("portcullis") {
            Some(Value::Int(1)) => {}
            _ => {
                let message = "expected \"portcullis\": 1, the version of this format";
                problems.add(&Place::Root.field("portcullis"), "unsupported_version", message.into());
                return None;
            }
        }
        let name = object.required("name", problems, short_text(128));
        let realm = object.required("realm", problems, read_realm);
        object.optional("$schema", problems, text);
        object.optional("description", problems, text);
        let transports = object.optional("transports", problems, Transports::read).unwrap_or_default();
        let paths = object.optional("paths", problems, PathRules::read).unwrap_or_default();
        let catalog = Catalog::read(&mut object, problems);
        let kinds =
            object.required("kinds", problems, |v, at, p| read_kinds(v, at, &catalog, p)).unwrap_or_default();
        let kind_names: Vec<String> = kinds.iter().map(|kind| kind.name.clone()).collect();
        let mut routes = Routes::read(&mut object, &paths, &catalog, &kind_names, problems);
        let unlimited_roles = object.optional("roles", problems, read_roles).unwrap_or_default();
        object.finish(problems);
        if !problems.is_empty() {
            return None;
        }
        overlap::survey(&routes, &Place::Root.field("routes"), problems);
        let pairs = rivals::survey(&mut routes, paths.habits);
        // Lints are for those who write policies; the module that only decides has none.
        let lints = if lint && cfg!(feature = "lifecycle") {
            lint::survey(document, &catalog, &routes, &transports, &kinds, &pairs)
        } else {
            Vec::new()
        };
        let checksum = Checksum::new();
        let numbered = (0..).zip(&kinds);
        let prefixes =
            numbered.flat_map(|(number, kind)| kind.prefixes.iter().map(move |prefix| (number, prefix)));
        let prefixes = prefixes.map(|(number, prefix)| Prefix::new(prefix, number, &checksum)).collect();
        Some(Policy {
            fingerprint,
            name: name?,
            realm: realm?,
            transports,
            paths,
            catalog,
            routes,
            kinds,
            unlimited_roles,
            lints,
            prefixes,
            checksum,
        })
    }

    /// What the policy calls itself.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Names this policy among others: 16 hexadecimal digits that depend on
    /// everything the document says and on nothing else.
    pub fn fingerprint(&self) -> String {
        compiled::fingerprint_text(self.fingerprint)
    }

    pub(crate) fn identity(&self) -> u64 {
        self.fingerprint
    }

    /// What is allowed but probably not meant.
    pub fn lints(&self) -> &[Lint] {
        &self.lints
    }

    /// The kinds of token, by name.
    pub fn kinds(&self) -> &[Kind] {
        &self.kinds
    }

    /// The header that carries the token in the place of Authorization, in
    /// lower case, where the policy names one.
    pub fn header_name(&self) -> Option<&str> {
        self.transports.header.as_deref()
    }

    /// Whether a role may grant what it does not hold itself.
    pub fn is_unlimited(&self, role: &str) -> bool {
        self.unlimited_roles.iter().any(|unlimited| unlimited == role)
    }

    /// Makes a new token of this kind. `None` when the policy has no such kind.
    ///
    /// This draws no randomness of its own, and stores nothing: keep id and
    /// digest in a record, give the plaintext to its bearer once.
    pub fn mint(&self, kind: &str, entropy: Entropy) -> Option<Result<Minted, WeakEntropy>> {
        let kind = self.kinds.iter().find(|known| known.name == kind)?;
        Some(mint(kind.prefixes.first()?, entropy, &self.checksum))
    }

    /// Makes a new secret for the token of this id and kind.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn mint_for(&self, kind: &Kind, id: TokenId, entropy: Entropy) -> Result<Minted, WeakEntropy> {
        mint_for(kind.prefixes.first().map_or("", String::as_str), id, entropy, &self.checksum)
    }

    /// The token, when it has one of this policy's prefixes and its checksum is right.
    #[inline]
    pub(crate) fn bearer<'a>(&self, text: &'a [u8]) -> Option<Bearer<'a>> {
        Bearer::parse(text, &self.prefixes, &self.checksum)
    }

    #[inline]
    pub(crate) fn kind(&self, number: u16) -> Option<&Kind> {
        self.kinds.get(usize::from(number))
    }

    #[inline]
    pub(crate) fn route(&self, number: u32) -> Option<&Route> {
        self.routes.list.get(number as usize)
    }
}

fn read_realm(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<String> {
    let realm = short_text(128)(value, at, problems)?;
    if realm.bytes().any(|byte| !(0x20..0x7f).contains(&byte) || byte == b'"' || byte == b'\\') {
        problems.add(
            at,
            "bad_realm",
            "the realm is quoted in a header; use printable ASCII without \\ and \"".into(),
        );
    }
    Some(realm)
}

fn read_kinds(
    value: &Value,
    at: &Place<'_>,
    catalog: &Catalog,
    problems: &mut Problems,
) -> Option<Vec<Kind>> {
    let mut kinds: Vec<Kind> = Vec::new();
    let entries = ObjectReader::read(value, *at, problems)?.entries();
    if MOST_KINDS < entries.len() {
        problems.add(at, "too_many_kinds", "a policy has at most 1,000 kinds".into());
        return None;
    }
    for (name, value) in entries {
        let Some(kind) = Kind::read(name, value, at.field(name), catalog, problems) else { continue };
        if let Some(twin) =
            kinds.iter().find(|other| other.prefixes.iter().any(|prefix| kind.prefixes.contains(prefix)))
        {
            let message =
                join(&["the kind \"", &twin.name, "\" has this prefix already; give each kind its own"]);
            problems.add(&at.field(name).field("prefix"), "same_prefix", message);
        }
        kinds.push(kind);
    }
    if kinds.is_empty() {
        crate::document::expected(problems, at, "at least one kind");
    }
    sort(&mut kinds, &|a, b| a.name.cmp(&b.name));
    Some(kinds)
}

/// The names of the roles that are declared unlimited.
fn read_roles(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<String>> {
    let mut unlimited = Vec::new();
    for (name, value) in ObjectReader::read(value, *at, problems)?.entries() {
        let at = at.field(name);
        catalog::named(name, &at, problems);
        let Some(mut role) = ObjectReader::read(value, at, problems) else { continue };
        role.optional("title", problems, text);
        if role.optional("unlimited", problems, truth).unwrap_or(false) {
            unlimited.push(name.clone());
        }
        role.finish(problems);
    }
    Some(unlimited)
}
