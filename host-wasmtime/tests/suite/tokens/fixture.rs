//! A policy with all lifecycle features, a clock that tests set, and actors.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use portcullis_wasmtime::store::{Memory, Store};
use portcullis_wasmtime::tokens::{
    Actor, CommandResult, CreateFields, Presented, RenewalFields, TokensError,
};
use portcullis_wasmtime::{Bounds, Instant, Module, Policy, RefusalCode, TokenId, Tokens, Value};

pub(crate) const POLICY: &str = r#"{
    "portcullis": 1, "name": "library", "realm": "Library API",
    "resources": { "book": {} },
    "routes": [{ "crud": "/books", "needs": "book" }],
    "kinds": {
        "personal": {
            "prefix": "lib_pat",
            "lifetime": { "default": "180d", "max": "365d", "remind": ["30d", "7d"] },
            "limit": { "activePerOwner": 10, "activePerTenant": 20 },
            "unique": ["name"],
            "editable": ["name", "description", "expiresAt"],
            "lockable": true, "deleteNeeds": "revoked", "grace": "24h",
            "renewal": { "manual": true, "automatic": { "redeemWithin": "2h", "offerAgainAfter": "24h", "onReuse": "revoke" } },
            "may": { "create": ["admin"], "edit": ["admin", "owner"], "extend": ["owner"], "lock": ["admin"],
                     "unlock": ["admin"], "revoke": ["owner", "admin"], "rotate": ["owner", "token"],
                     "renew": ["owner"], "delete": ["admin"], "list": ["admin"] }
        },
        "service": {
            "prefix": "lib_svc", "lifetime": { "default": null },
            "idle": { "default": "45d", "then": "delete", "remind": ["14d"] },
            "may": { "create": ["admin"], "revoke": ["admin"], "list": ["admin"] }
        },
        "mirror": {
            "prefix": "lib_mir", "subject": "owner",
            "may": { "create": ["admin"], "revoke": ["admin"], "list": ["admin"] }
        },
        "robot": {
            "prefix": "lib_bot", "lifetime": { "default": null }, "revoke": "regenerable",
            "idle": { "default": "45d", "then": "deny" },
            "may": { "create": ["admin"], "revoke": ["admin"], "regenerate": ["admin"], "delete": ["admin"], "list": ["admin"] }
        }
    }
}"#;

pub(crate) fn policy() -> Policy {
    Policy::open(&Module::embedded().unwrap(), POLICY).unwrap()
}

/// A clock that any holder of a copy can set.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicI64>);

impl Clock {
    pub(crate) fn new() -> Clock {
        Clock(Arc::new(AtomicI64::new(at("2026-01-01T00:00:00Z").millis())))
    }

    pub(crate) fn now(&self) -> Instant {
        Instant::from_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }

    pub(crate) fn set(&self, text: &str) {
        self.0.store(at(text).millis(), Ordering::SeqCst);
    }
}

pub(crate) fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

/// Tokens in a store, with a clock.
pub(crate) fn tokens(store: impl Store + 'static, clock: &Clock) -> Tokens {
    let clock = clock.clone();
    Tokens::new(policy(), store).with_clock(move || clock.now())
}

pub(crate) fn in_memory() -> (Tokens, Clock) {
    let clock = Clock::new();
    (tokens(Memory::new(), &clock), clock)
}

pub(crate) fn admin() -> Actor {
    actor("grace", &["admin"])
}

pub(crate) fn ada() -> Actor {
    actor("ada", &[])
}

pub(crate) fn actor(id: &str, roles: &[&str]) -> Actor {
    Actor {
        system: false,
        id: id.into(),
        tenant: Some("acme".into()),
        roles: roles.iter().map(|role| (*role).into()).collect(),
        grants: Some(vec!["*:*".into()]),
        token: None,
    }
}

/// A token of ada's that may read books.
pub(crate) fn reader(name: &str) -> CreateFields<'_> {
    CreateFields {
        kind: "personal",
        name,
        owner: Some("ada"),
        grants: Some(&["book:read"]),
        ..CreateFields::default()
    }
}

/// The same, renewed every thirty days.
pub(crate) fn renewing(name: &str) -> CreateFields<'_> {
    let renewal = RenewalFields { every: "30d", mail_to: Some("ada@example.org"), callback: None };
    CreateFields { renewal: Some(renewal), ..reader(name) }
}

pub(crate) fn made(tokens: &Tokens, new: CreateFields<'_>) -> (TokenId, String) {
    let CommandResult { token, plaintext, .. } = tokens.create(new, &admin()).unwrap();
    (*token.unwrap().id(), plaintext.unwrap().reveal().into())
}

/// Where the plaintexts of these tokens come from.
pub(crate) const HERE: Presented<'static> =
    Presented { tenant: Some("acme"), application: None, ip: None, subject: None };

/// Lets thirty days pass, and takes the key of the offer from the outbox.
pub(crate) fn offered(tokens: &Tokens, clock: &Clock) -> String {
    clock.set("2026-02-01T00:00:00Z");
    let swept = tokens.sweep(100).unwrap();
    assert!(swept.failed.is_empty(), "{:?}", swept.failed);
    let offer =
        tokens.outbox(100).unwrap().into_iter().find(|notice| notice.key.ends_with("/renewalOffered"));
    field(&offer.unwrap().json, "secret").unwrap()
}

pub(crate) fn read(json: &str) -> Value {
    Value::parse(json, Bounds::RECORD).unwrap()
}

pub(crate) fn field(json: &str, name: &str) -> Option<String> {
    read(json).get(name).and_then(Value::as_text).map(String::from)
}

#[track_caller]
pub(crate) fn refused<T: std::fmt::Debug>(result: Result<T, TokensError>) -> RefusalCode {
    match result {
        Err(TokensError::Refused(refusal)) => refusal.code,
        other => panic!("not refused: {other:?}"),
    }
}

/// How many events with that name a token has.
pub(crate) fn events(tokens: &Tokens, token: &TokenId, name: &str) -> usize {
    let trail = tokens.store().trail(token).unwrap();
    trail.iter().filter(|event| field(event, "event").as_deref() == Some(name)).count()
}
