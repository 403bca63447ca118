//! How a request carries its token, and how its path is read.

use alloc::string::String;

use crate::base::is_name_byte;
use crate::document::{ObjectReader, Place, Problems, Value, expected, list, text, word};
use crate::request::{Habits, PathRules};

/// The places in a request where a token may stand.
#[derive(Debug)]
pub(crate) struct Transports {
    /// `Authorization: Bearer …` (RFC 6750).
    pub(crate) bearer: bool,
    /// `Authorization: Token …`
    pub(crate) token: bool,
    /// `Authorization: Basic …`, the token as password (RFC 7617).
    pub(crate) basic: bool,
    /// A header of its own, its name in lower case.
    pub(crate) header: Option<String>,
    /// Whether that header is the list of subprotocols of a WebSocket.
    pub(crate) websocket: bool,
    /// A parameter of the query.
    pub(crate) query: Option<String>,
    /// Nothing but `bearer`: the common case has a short way.
    pub(crate) only_bearer: bool,
}

/// The header with the subprotocols that a client of a WebSocket offers (RFC 6455 section 11.3.4).
const SUBPROTOCOLS: &str = "sec-websocket-protocol";

impl Default for Transports {
    fn default() -> Transports {
        Transports { bearer: true, only_bearer: true, ..Transports::none() }
    }
}

impl Transports {
    fn none() -> Transports {
        Transports {
            bearer: false,
            token: false,
            basic: false,
            header: None,
            websocket: false,
            query: None,
            only_bearer: false,
        }
    }

    pub(crate) fn read(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Transports> {
        let Value::List(items) = value else {
            expected(problems, at, "a list");
            return None;
        };
        let mut transports = Transports::none();
        for (i, item) in items.iter().enumerate() {
            transports.add(item, &at.item(i), problems);
        }
        let Transports { bearer, token, basic, header, websocket: _, query, only_bearer: _ } = &transports;
        let others = *token || *basic || header.is_some() || query.is_some();
        if !bearer && !others {
            expected(problems, at, "at least one transport");
        }
        transports.only_bearer = *bearer && !others;
        Some(transports)
    }

    fn add(&mut self, item: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<()> {
        let Value::Map(_) = item else {
            match item.as_text() {
                Some("bearer") => self.bearer = true,
                Some("token") => self.token = true,
                Some("basic") => self.basic = true,
                Some("websocket") => {
                    self.set_header(
                        SUBPROTOCOLS.into(),
                        self.header.is_some() && !self.websocket,
                        at,
                        problems,
                    );
                    self.websocket = true;
                }
                _ => expected(
                    problems,
                    at,
                    "\"bearer\", \"token\", \"basic\", \"websocket\", { \"header\": name } or { \"query\": name }",
                ),
            }
            return None;
        };
        let mut object = ObjectReader::read(item, *at, problems)?;
        if let Some(name) = object.optional("header", problems, field_name) {
            let refused = self.header.is_some() || name == "authorization" || name == SUBPROTOCOLS;
            self.set_header(name, refused, at, problems);
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

    fn set_header(&mut self, name: String, refused: bool, at: &Place<'_>, problems: &mut Problems) {
        if refused {
            problems.add(
                at,
                "bad_transport",
                "name at most one header, \"websocket\" among them, and not one that is a transport by itself".into(),
            );
        }
        self.header = Some(name);
    }

    /// The scheme that a challenge names, besides `Basic`.
    pub(crate) fn scheme(&self) -> Option<&'static str> {
        if self.token && !self.bearer {
            return Some("Token");
        }
        let only_basic = self.basic && !self.bearer && self.header.is_none() && self.query.is_none();
        (!only_basic).then_some("Bearer")
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
        let unmapped =
            object.optional("unmapped", problems, word(&[("forbidden", false), ("notFound", true)]));
        let habits = object.optional("router", problems, read_routers).unwrap_or_default();
        object.finish(problems);
        let ignore_case = case.unwrap_or(false);
        // A policy that ignores case says that its router does.
        let case = if ignore_case && habits != Habits::NONE { Habits::CASE } else { Habits::NONE };
        Some(PathRules {
            ignore_trailing_slash: slash.unwrap_or(false),
            ignore_case,
            semicolon_is_literal: semicolon.unwrap_or(false),
            unmapped_is_not_found: unmapped.unwrap_or(false),
            habits: habits.and(case),
        })
    }
}

/// One router or several: the habits of all of them.
fn read_routers(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Habits> {
    let one = word(&Habits::ROUTERS);
    let Value::List(_) = value else { return one(value, at, problems) };
    let all = list(one)(value, at, problems)?;
    if all.is_empty() {
        expected(problems, at, "at least one router");
    }
    Some(all.into_iter().fold(Habits::NONE, Habits::and))
}
