//! The policy, tokens and requests that the middleware of every host is tested with.

use std::sync::LazyLock;

use portcullis_core::Entropy;
use portcullis_wasmtime::gate::{DocumentSource, Gate, LookupRequest};
use portcullis_wasmtime::{Instant, Module, Policy, TokenId};
use serde_json::Value;

pub(crate) static TABLE: LazyLock<Value> =
    LazyLock::new(|| serde_json::from_str(include_str!("../../../tests/http/cases.json")).unwrap());

pub(crate) static POLICY: LazyLock<Policy> = LazyLock::new(|| open(&TABLE["policy"]));

pub(crate) fn open(document: &Value) -> Policy {
    Policy::open(&Module::embedded().unwrap(), &document.to_string()).unwrap()
}

/// The policy with another value in one of its fields.
pub(crate) fn policy_with(field: &str, value: Value) -> Value {
    let mut document = TABLE["policy"].clone();
    document[field] = value;
    document
}

pub(crate) fn now() -> Instant {
    Instant::parse(TABLE["now"].as_str().unwrap()).unwrap()
}

/// A plaintext and its record.
#[derive(Clone)]
pub(crate) struct Made {
    pub(crate) id: TokenId,
    pub(crate) plain: String,
    pub(crate) record: String,
}

impl Made {
    pub(crate) fn bearer(&self) -> String {
        format!("Bearer {}", self.plain)
    }

    pub(crate) fn read(&self) -> Value {
        serde_json::from_str(&self.record).unwrap()
    }

    /// The same token with another value in its record.
    pub(crate) fn with(&self, fields: Value) -> Made {
        let mut record = self.read();
        for (name, value) in fields.as_object().unwrap() {
            record[name] = value.clone();
        }
        Made { record: record.to_string(), ..self.clone() }
    }
}

/// A token with an id made from its name.
pub(crate) fn made(name: &str, kind: &str, grants: &Value) -> Made {
    made_with(name, kind, grants, 0)
}

/// The same id with another secret.
pub(crate) fn forged(name: &str) -> Made {
    made_with(name, "personal", &TABLE["tokens"][name], 0x15)
}

fn made_with(name: &str, kind: &str, grants: &Value, change: u8) -> Made {
    let policy = portcullis_core::Policy::from_json(&TABLE["policy"].to_string()).unwrap();
    let mut state = name.bytes().fold(0x5851_f42d_4c95_7f2d_u64, |state, byte| {
        state.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(byte.into())
    });
    let entropy: [u8; Entropy::BYTES] = std::array::from_fn(|place| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        // The id is drawn from the first bytes, the secret from those behind.
        (state >> 56) as u8 ^ if place < 24 { 0 } else { change }
    });
    let minted = policy.mint(kind, Entropy::from_bytes(&entropy).unwrap()).unwrap().unwrap();
    let record = serde_json::json!({
        "v": 1, "id": minted.id.as_str(), "kind": kind, "owner": "ada", "grants": grants,
        "digest": minted.digest.to_text(), "createdAt": "2026-11-01T00:00:00.000Z",
        "secretIssuedAt": "2026-11-01T00:00:00.000Z", "expiresAt": "2027-01-01T00:00:00.000Z", "revision": 1,
    });
    Made { id: minted.id, plain: minted.plaintext.reveal().into(), record: record.to_string() }
}

/// A token of the table.
pub(crate) fn token(name: &str) -> Made {
    made(name, "personal", &TABLE["tokens"][name])
}

/// Records in memory.
pub(crate) fn records(made: impl IntoIterator<Item = Made>) -> DocumentSource<TokenId> {
    let made: Vec<Made> = made.into_iter().collect();
    DocumentSource::at_once(move |wanted: LookupRequest<TokenId>| {
        Ok(made.iter().find(|made| made.id == wanted.id).map(|made| made.record.clone()))
    })
}

/// A gate that knows all tokens of the table.
pub(crate) fn gate() -> Gate {
    gate_under(POLICY.clone())
}

pub(crate) fn gate_under(policy: Policy) -> Gate {
    Gate::reading(policy, records(["ada", "eve", "both"].map(token))).with_clock(now)
}
