//! The engine under test: real tokens, real records, real requests.

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::rc::Rc;

use anyhow::{Context, Result, anyhow, ensure};
use portcullis_core::{
    Attempt, Decision, Entropy, Identified, Instant, Level, Lookup, Policy, Token, TokenId, Value,
};
use serde_json::json;

use super::document::{Kind, PolicyDocument};

const OWNER: &str = "ada";
const APPLICATION: &str = "checks";
const CREATED: &str = "2026-01-01T12:00:00.000Z";
const NOW: &str = "2026-01-01T12:10:00.000Z";
const EXPIRES: &str = "2026-01-01T12:30:00.000Z";

/// A policy that was opened, and one token of each of its kinds.
pub(super) struct Gate {
    policy: Policy,
    bearers: BTreeMap<String, Bearer>,
    /// Opened tokens by kind and grants: most questions are asked of every operation.
    tokens: RefCell<HashMap<KindAndGrants, Rc<Token>>>,
    now: Instant,
}

type KindAndGrants = (String, Vec<String>);

struct Bearer {
    kind: Kind,
    id: TokenId,
    digest: String,
    /// The value of the header that carries the token.
    credential: String,
}

/// One question to the gate.
#[derive(Clone, Debug)]
pub(super) struct Question<'q> {
    pub(super) method: &'q str,
    pub(super) path: &'q str,
    /// The kind of the token that is sent; `None` sends none.
    pub(super) kind: Option<&'q str>,
    pub(super) grants: Vec<String>,
    /// What the owner may do, for kinds that ask.
    pub(super) owner: Owner,
}

/// The owner of the token that is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// May do everything.
    Unlimited,
    /// May do only this.
    Holds(Vec<String>),
    /// Has left.
    Gone,
    /// Could not be found out.
    Unknown,
}

/// What the gate said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) reason: Option<String>,
    pub(super) route: Option<String>,
    pub(super) parameters: BTreeMap<String, String>,
    pub(super) alternative: Vec<String>,
    pub(super) missing: Vec<String>,
    pub(super) optional: Vec<String>,
}

impl Gate {
    /// Opens the document and mints a token of each kind.
    pub(super) fn open(document: &PolicyDocument) -> Result<Gate> {
        let policy =
            Policy::from_json(&document.json()).map_err(|problems| anyhow!("not opened: {problems:?}"))?;
        let by_header = policy.header_name().is_some();
        let mut bearers = BTreeMap::new();
        for (index, kind) in document.kinds().into_iter().enumerate() {
            let entropy = Entropy::from_bytes(&bytes(index as u64)).map_err(|weak| anyhow!("{weak}"))?;
            let minted =
                policy.mint(&kind.name, entropy).context("the engine misses a kind of the document")?;
            let minted = minted.map_err(|weak| anyhow!("{weak}"))?;
            let plaintext = minted.plaintext.reveal();
            let bearer = Bearer {
                id: minted.id,
                digest: minted.digest.to_text(),
                credential: if by_header { plaintext.to_owned() } else { format!("Bearer {plaintext}") },
                kind: kind.clone(),
            };
            bearers.insert(kind.name, bearer);
        }
        let now = Instant::parse(NOW).context("the time of the checks is no instant")?;
        Ok(Gate { policy, bearers, tokens: RefCell::default(), now })
    }

    /// How many lints the engine found in the policy.
    pub(super) fn lints(&self) -> usize {
        self.policy.lints().len()
    }

    /// The kinds of token in the policy.
    pub(super) fn kinds(&self) -> impl Iterator<Item = &Kind> {
        self.bearers.values().map(|bearer| &bearer.kind)
    }

    /// Asks what becomes of a request.
    pub(super) fn ask(&self, question: &Question<'_>) -> Result<Answer> {
        let mut attempt = Attempt::http(question.method, question.path);
        let bearer = match question.kind {
            Some(kind) => Some(self.bearers.get(kind).with_context(|| format!("there is no kind `{kind}`"))?),
            None => None,
        };
        let subject = match (bearer, question.owner.subject()) {
            (Some(bearer), Some(subject)) if bearer.kind.has_subject => {
                let subject = self.policy.open_subject_json(&subject.to_string());
                Some(subject.map_err(|problems| anyhow!("the owner is not understood: {problems:?}"))?)
            }
            _ => None,
        };
        if let Some(bearer) = bearer {
            attempt = match self.policy.header_name() {
                Some(_) => attempt.header(&bearer.credential),
                None => attempt.authorization(&bearer.credential),
            };
            if bearer.kind.needs_applications {
                attempt = attempt.application(APPLICATION);
            }
        }
        // As a host does: what is clear without a look-up needs none.
        let id = match self.policy.identify(&attempt) {
            Identified::Decided(decision) => return Answer::read(decision),
            Identified::Token(id) => id,
        };
        let token =
            bearer.filter(|bearer| bearer.id == id).map(|bearer| self.token(bearer, &question.grants));
        let found = token.as_ref().map_or(Lookup::Unknown, |token| Lookup::Token(token));
        Answer::read(self.policy.decide(&attempt, found, subject.as_ref(), self.now))
    }

    fn token(&self, bearer: &Bearer, grants: &[String]) -> Rc<Token> {
        let mut tokens = self.tokens.borrow_mut();
        let token = tokens.entry((bearer.kind.name.clone(), grants.to_vec()));
        token.or_insert_with(|| Rc::new(self.policy.open_token_json(&bearer.record(grants)))).clone()
    }
}

impl Answer {
    fn read(decision: Decision<'_>) -> Result<Answer> {
        let said = decision.to_value(Level::Operator);
        let text = |name: &str| said.get(name).and_then(Value::as_text).map(str::to_owned);
        let allow = said.get("allow").context("a decision says whether it allows")?;
        ensure!(
            *allow == Value::Bool(decision.allow()),
            "the decision and its JSON differ: {}",
            said.to_json()
        );
        ensure!(decision.allow() == text("reason").is_none(), "a denial has a reason: {}", said.to_json());
        Ok(Answer {
            reason: text("reason"),
            route: text("route"),
            parameters: match said.get("params") {
                Some(Value::Map(parameters)) => parameters
                    .iter()
                    .map(|(name, value)| (name.clone(), value.as_text().unwrap_or_default().to_owned()))
                    .collect(),
                _ => BTreeMap::new(),
            },
            alternative: texts(said.get("matched").and_then(|matched| matched.get("alternative"))),
            missing: texts(said.get("missing")),
            optional: texts(said.get("optional")),
        })
    }
}

fn texts(list: Option<&Value>) -> Vec<String> {
    match list {
        Some(Value::List(items)) => items.iter().filter_map(Value::as_text).map(str::to_owned).collect(),
        _ => Vec::new(),
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.reason {
            None => write!(out, "allow on {}", self.route.as_deref().unwrap_or("no route")),
            Some(reason) if self.missing.is_empty() => out.write_str(reason),
            Some(reason) => write!(out, "{reason}, missing {}", self.missing.join(" ")),
        }
    }
}

impl Bearer {
    fn record(&self, grants: &[String]) -> String {
        let mut record = json!({
            "v": 1, "id": self.id.as_str(), "kind": self.kind.name, "owner": OWNER,
            "grants": grants, "digest": self.digest,
            "createdAt": CREATED, "secretIssuedAt": CREATED, "expiresAt": EXPIRES, "revision": 1,
        });
        if self.kind.needs_applications {
            record["applications"] = json!([APPLICATION]);
        }
        record.to_string()
    }
}

impl Owner {
    fn subject(&self) -> Option<serde_json::Value> {
        match self {
            Owner::Unlimited => Some(json!({ "id": OWNER, "active": true, "grants": ["*:*"] })),
            Owner::Holds(grants) => Some(json!({ "id": OWNER, "active": true, "grants": grants })),
            Owner::Gone => Some(json!({ "id": OWNER, "active": false, "grants": [] })),
            Owner::Unknown => None,
        }
    }
}

/// 128 bytes that look random and are the same on every run (SplitMix64). Only
/// good for checks: the tokens made from them are known to everybody.
fn bytes(seed: u64) -> Vec<u8> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    };
    (0..16).flat_map(|_| next().to_le_bytes()).collect()
}
