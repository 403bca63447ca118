//! A policy, and tokens that are valid under it.

use portcullis_core::Entropy;
use portcullis_wasmtime::{Instant, Limits, Module, Policy};

pub(crate) const POLICY: &str = r#"{
    "portcullis": 1, "name": "library", "realm": "Library API",
    "transports": ["bearer", { "header": "X-Library-Token" }],
    "resources": { "book": {}, "shelf": { "instances": true } },
    "routes": [
        { "crud": "/books", "needs": "book" },
        { "on": "GET /shelves/{shelf}", "needs": "shelf/{shelf}:read" },
        { "on": "GET /me", "authenticated": true, "kinds": ["user"] },
        { "on": "GET /ping", "open": true }
    ],
    "kinds": {
        "personal": { "prefix": "lib_pat", "lifetime": { "default": "180d", "max": "365d", "remind": ["7d"] },
                      "may": { "revoke": ["owner"] } },
        "user": { "prefix": "lib_usr", "subject": "owner", "may": { "revoke": ["owner"] } }
    }
}"#;

/// A plaintext and its record.
pub(crate) struct Made {
    pub(crate) bearer: String,
    pub(crate) record: String,
}

pub(crate) fn now() -> Instant {
    Instant::parse("2026-11-21T12:00:00.000Z").unwrap()
}

pub(crate) fn policy() -> Policy {
    policy_within(Limits::default())
}

pub(crate) fn policy_within(limits: Limits) -> Policy {
    Policy::open_within(&Module::embedded().unwrap(), POLICY, limits).unwrap()
}

/// The same policy in the core.
pub(crate) fn core() -> portcullis_core::Policy {
    portcullis_core::Policy::from_json(POLICY).unwrap()
}

/// A token made from a number, with further fields in its record.
pub(crate) fn made(kind: &str, number: u64, grants: &str, more: &str) -> Made {
    let mut state = number.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5851_f42d_4c95_7f2d;
    let entropy: [u8; 128] = std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    });
    let minted = core().mint(kind, Entropy::from_bytes(&entropy).unwrap()).unwrap().unwrap();
    let (id, digest) = (minted.id.as_str(), minted.digest.to_text());
    let end = if kind == "user" { "null" } else { r#""2027-03-01T00:00:00.000Z""# };
    let record = format!(
        r#"{{"v":1,"id":"{id}","kind":"{kind}","owner":"ada","grants":[{grants}],"digest":"{digest}",
            "createdAt":"2026-10-01T08:00:00.000Z","expiresAt":{end},"revision":1{more}}}"#
    );
    Made { bearer: format!("Bearer {}", minted.plaintext.reveal()), record }
}

/// A token that may read books.
pub(crate) fn reader(number: u64) -> Made {
    made("personal", number, r#""book:read""#, "")
}

/// How many cases a law runs; `cargo xtask prove` asks for more.
pub(crate) fn cases() -> usize {
    std::env::var("PORTCULLIS_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(100_000)
}
