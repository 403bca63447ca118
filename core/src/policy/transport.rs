//! How a request carries its token, and how its path is read.

use alloc::string::String;

use crate::base::is_name_byte;
use crate::document::{ObjectReader, Place, Problems, Value, expected, text, word};
use crate::request::PathRules;

/// The places in a request where a token may stand.
#[derive(Debug)]
pub(crate) struct Transports {
    /// `Authorization: Bearer …` (RFC 6750).
    pub(crate) bearer: bool,
    /// `Authorization: Token …`
    pub(crate) token: bool,
    /// A header of its own, its name in lower case.
    pub(crate) header: Option<String>,
    /// A parameter of the query.
    pub(crate) query: Option<String>,
    /// Nothing but `bearer`: the common case has a short way.
    pub(crate) only_bearer: bool,
}

impl Default for Transports {
    fn default() -> Transports {
        Transports { bearer: true, token: false, header: None, query: None, only_bearer: true }
    }
}

impl Transports {
    pub(crate) fn read(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Transports> {
        let Value::List(items) = value else {
            expected(problems, at, "a list");
            return None;
        };
        let mut transports = Transports { bearer: false, ..Transports::default() };
        for (i, item) in items.iter().enumerate() {
            transports.add(item, &at.item(i), problems);
        }
        let Transports { bearer, token, header, query, only_bearer: _ } = &transports;
        if !bearer && !token && header.is_none() && query.is_none() {
            expected(problems, at, "at least one transport");
        }
        transports.only_bearer = *bearer && !token && header.is_none() && query.is_none();
        Some(transports)
    }

    fn add(&mut self, item: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<()> {
        let Value::Map(_) = item else {
            match item.as_text() {
                Some("bearer") => self.bearer = true,
                Some("token") => self.token = true,
                _ => expected(
                    problems,
                    at,
                    "\"bearer\", \"token\", { \"header\": name } or { \"query\": name }",
                ),
            }
            return None;
        };
        let mut object = ObjectReader::read(item, *at, problems)?;
        if let Some(name) = object.optional("header", problems, field_name) {
            if name == "authorization" || self.header.is_some() {
                problems.add(
                    at,
                    "bad_transport",
                    "name at most one header, and not Authorization, which is \"bearer\" or \"token\"".into(),
                );
            }
            self.header = Some(name.to_ascii_lowercase());
        }
        if let Some(name) = object.optional("query", problems, field_name) {
            if self.query.is_some() {
                problems.add(at, "bad_transport", "name at most one query parameter".into());
            }
            self.query = Some(name);
        }
        object.finish(problems);
        Some(())
    }

    /// The scheme that a challenge names.
    pub(crate) fn scheme(&self) -> &'static str {
        if self.token && !self.bearer { "Token" } else { "Bearer" }
    }
}

fn field_name(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<String> {
    let name = text(value, at, problems)?;
    if !(1..=64).contains(&name.len()) || !name.bytes().all(is_name_byte) {
        problems.add(at, "bad_name", "a name is 1 to 64 of A-Z a-z 0-9 _ -".into());
    }
    // Header names are case-insensitive; query parameters are not.
    Some(if at.pointer().ends_with("/header") { name.to_ascii_lowercase() } else { name.into() })
}

impl PathRules {
    pub(crate) fn read(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<PathRules> {
        let mut object = ObjectReader::read(value, *at, problems)?;
        let slash = object.optional("trailingSlash", problems, word(&[("strict", false), ("ignore", true)]));
        let case = object.optional("case", problems, word(&[("exact", false), ("ignore", true)]));
        let semicolon = object.optional("semicolon", problems, word(&[("refuse", false), ("literal", true)]));
        object.finish(problems);
        Some(PathRules {
            ignore_trailing_slash: slash.unwrap_or(false),
            ignore_case: case.unwrap_or(false),
            semicolon_is_literal: semicolon.unwrap_or(false),
        })
    }
}
