//! The engine under test: real tokens, real records, real requests.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result, anyhow};
use portcullis_core::{Attempt, Entropy, Found, Instant, Level, Policy, Subject};
use serde_json::{Value, json};

use super::document::{Kind, PolicyDocument};
use super::table::texts;

const OWNER: &str = "ada";
const APPLICATION: &str = "checks";
const CREATED: &str = "2026-01-01T12:00:00.000Z";
const NOW: &str = "2026-01-01T12:10:00.000Z";
const EXPIRES: &str = "2026-01-01T12:30:00.000Z";

/// A policy that was opened, and one token of each of its kinds.
pub(super) struct Gate {
    policy: Policy,
    bearers: BTreeMap<String, Bearer>,
    now: Instant,
}

struct Bearer {
    kind: Kind,
    id: String,
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
            let minted = policy.mint(&kind.name, entropy).map_err(|refused| anyhow!("{refused:?}"))?;
            let plaintext = minted.plaintext.reveal();
            let bearer = Bearer {
                id: minted.id.as_str().to_owned(),
                digest: minted.digest.to_text(),
                credential: if by_header { plaintext.to_owned() } else { format!("Bearer {plaintext}") },
                kind: kind.clone(),
            };
            bearers.insert(kind.name, bearer);
        }
        let now = Instant::parse(NOW).context("the time of the checks is no instant")?;
        Ok(Gate { policy, bearers, now })
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
        let Some(bearer) = bearer else { return self.answer(&attempt, Found::Unknown, None) };
        attempt = match self.policy.header_name() {
            Some(_) => attempt.header(&bearer.credential),
            None => attempt.authorization(&bearer.credential),
        };
        if bearer.kind.needs_applications {
            attempt = attempt.application(APPLICATION);
        }
        let token = self.policy.open_token_json(&bearer.record(&question.grants).to_string());
        let subject = match question.owner.subject() {
            Some(subject) if bearer.kind.has_subject => Some(
                self.policy
                    .open_subject_json(&subject.to_string())
                    .map_err(|problems| anyhow!("subject: {problems:?}"))?,
            ),
            Some(_) | None => None,
        };
        self.answer(&attempt, Found::Token(&token), subject.as_ref())
    }

    fn answer(&self, attempt: &Attempt<'_>, found: Found<'_>, subject: Option<&Subject>) -> Result<Answer> {
        let decision = self.policy.decide(attempt, found, subject, self.now);
        let json: Value = serde_json::from_str(&decision.to_json(Level::Operator))?;
        anyhow::ensure!(json["allow"] == decision.allow(), "the decision and its JSON differ: {json}");
        let parameters = json["params"].as_object().context("`params` is not a map")?;
        Ok(Answer {
            reason: match decision.allow() {
                true => None,
                false => Some(json["reason"].as_str().context("a denial without a reason")?.to_owned()),
            },
            route: json["route"].as_str().map(str::to_owned),
            parameters: parameters
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().unwrap_or_default().to_owned()))
                .collect(),
            alternative: match &json["matched"]["alternative"] {
                Value::Null => Vec::new(),
                list => texts(list)?,
            },
            missing: texts(&json["missing"])?,
            optional: texts(&json["optional"])?,
        })
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
    fn record(&self, grants: &[String]) -> Value {
        let mut record = json!({
            "v": 1, "id": self.id, "kind": self.kind.name, "owner": OWNER, "grants": grants, "digest": self.digest,
            "createdAt": CREATED, "secretIssuedAt": CREATED, "expiresAt": EXPIRES, "revision": 1,
        });
        if self.kind.needs_applications {
            record["applications"] = json!([APPLICATION]);
        }
        record
    }
}

impl Owner {
    fn subject(&self) -> Option<Value> {
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
