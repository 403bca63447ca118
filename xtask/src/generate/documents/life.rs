//! A short life of two tokens, worked out by core: where the examples of the page come from.

use std::collections::BTreeMap;

use anyhow::{Context, Result, anyhow};
use portcullis_core::{ApplyRequest, Bounds, Entropy, Instant, Policy, Value, verify_trail};

/// A policy whose tokens can do and become everything that the page describes.
const POLICY: &str = r#"{
  "portcullis": 1, "name": "library", "realm": "Library API",
  "resources": { "book": {}, "loan": { "actions": ["read"] } },
  "routes": [{ "crud": "/books", "needs": "book" }, { "on": "GET /loans", "needs": "loan:read" }],
  "kinds": { "service": {
    "prefix": "lib_svc", "grants": { "warn": ["book:delete"] },
    "lifetime": { "default": "180d", "remind": ["30d"], "extendExpired": true },
    "idle": { "default": "90d", "remind": ["7d"] },
    "limit": { "activePerOwner": 20, "activePerTenant": 100 }, "unique": ["owner", "name"],
    "editable": ["name", "description", "expiresAt", "idleAfter", "grants", "applications", "networks", "renewal"],
    "lockable": true, "grace": "24h", "labels": { "team": "platform" },
    "renewal": { "manual": true, "automatic": { "redeemWithin": "48h", "offerAgainAfter": "7d" } },
    "may": { "create": ["admin"], "edit": ["admin"], "extend": ["owner"], "lock": ["admin"], "unlock": ["admin"],
      "revoke": ["admin"], "rotate": ["owner"], "renew": ["admin"], "delete": ["admin"], "list": ["owner", "admin"] }
  } }
}"#;

const KEY: &[u8] = b"an example of a key: 32 bytes it has";

pub(super) const ADMIN: &str =
    r#"{ "id": "grace", "tenant": "acme", "roles": ["admin"], "grants": ["book:*", "loan:read"] }"#;
/// The same, with the token that she authenticated with.
const BY_TOKEN: &str = r#"{ "id": "grace", "tenant": "acme", "roles": ["admin"], "grants": ["book:*", "loan:read"],
    "token": "SUCCESSOR" }"#;
const OWNER: &str = r#"{ "id": "erp", "tenant": "acme", "grants": ["book:*"] }"#;
pub(super) const SYSTEM: &str = r#"{ "system": true }"#;

/// Each command with the hour at which it is given, from the first of March, and by whom. The words in capitals stand
/// for the first token's id, its successor's record, the newest plaintext and the newest key of an offer.
const STEPS: [(i64, &str, &str); 13] = [
    (
        0,
        ADMIN,
        r#"{ "command": "create", "id": "c-1", "reason": "ticket 4711", "kind": "service", "tenant": "acme",
        "owner": "erp", "name": "ERP sync", "description": "Reads and changes books.", "grants": ["book:read,update"],
        "applications": ["erp"], "networks": { "allow": ["10.0.0.0/8"], "deny": ["10.9.0.0/16"] },
        "notBefore": "2026-03-01T00:00:00.000Z", "expiresAt": "2026-06-01T00:00:00.000Z", "idleAfter": "90d",
        "renewal": { "every": "30d", "mailTo": "erp@example.com", "callback": "https://erp.example.com/token" } }"#,
    ),
    (1, ADMIN, r#"{ "command": "edit", "id": "c-2", "set": { "grants": ["book:*"] } }"#),
    (2, OWNER, r#"{ "command": "extend", "id": "c-3", "expiresAt": "2026-07-01T00:00:00.000Z" }"#),
    (3, ADMIN, r#"{ "command": "lock", "id": "c-4", "reason": "seen in a public repository" }"#),
    (4, ADMIN, r#"{ "command": "unlock", "id": "c-5" }"#),
    (5, OWNER, r#"{ "command": "rotate", "id": "c-5b", "leak": true }"#),
    (5, OWNER, r#"{ "command": "rotate", "id": "c-6", "grace": "2h", "leak": false }"#),
    (730, SYSTEM, SWEEP),
    (731, OWNER, r#"{ "command": "redeemRenewal", "id": "c-7", "plaintext": "PLAINTEXT", "key": "KEY" }"#),
    (
        732,
        ADMIN,
        r#"{ "command": "renew", "id": "c-8", "endsAt": "2026-06-15T00:00:00.000Z", "name": "ERP sync 2",
        "description": "The successor." }"#,
    ),
    (733, ADMIN, r#"{ "command": "lock", "id": "c-9", "reason": "seen in a public repository" }"#),
    (
        734,
        BY_TOKEN,
        r#"{ "command": "create", "id": "c-10", "kind": "service", "tenant": "acme", "owner": "erp",
        "name": "ERP sync 3", "grants": ["book:read"], "replaces": "ID" }"#,
    ),
    (1_900, SYSTEM, SWEEP),
];

/// What the list and the trail no longer show.
const LAST_STEPS: [(i64, &str, &str); 3] = [
    (1_902, ADMIN, r#"{ "command": "revoke", "id": "c-11", "reason": "replaced" }"#),
    (1_903, ADMIN, r#"{ "command": "unlock", "id": "c-12" }"#),
    (1_904, ADMIN, r#"{ "command": "delete", "id": "c-13", "reason": "replaced" }"#),
];

/// Instead of a command: those that time asks for.
const SWEEP: &str = "sweep";

/// What core says to one command after the other, and what it makes of the records.
pub(super) struct Life {
    policy: Policy,
    records: BTreeMap<String, Value>,
    /// The id of the first token.
    first: Option<String>,
    /// What the words in capitals stand for, as JSON.
    words: BTreeMap<&'static str, Value>,
    /// Each command with its answer, in the order in which they were given.
    pub(super) said: Vec<(Value, Value)>,
    pub(super) events: Vec<Value>,
    /// The list and the report of the trail, while the tokens are there.
    pub(super) overview: Value,
    pub(super) trail: Value,
}

/// Plays the whole life.
pub(super) fn play() -> Result<Life> {
    let mut life = Life {
        policy: Policy::from_json(POLICY).map_err(|problems| anyhow!("{problems}"))?,
        records: BTreeMap::new(),
        first: None,
        words: BTreeMap::new(),
        said: Vec::new(),
        events: Vec::new(),
        overview: Value::Null,
        trail: Value::Null,
    };
    STEPS.iter().try_for_each(|step| life.step(step))?;
    (life.overview, life.trail) = (life.overview()?, life.trail()?);
    LAST_STEPS.iter().try_for_each(|step| life.step(step))?;
    Ok(life)
}

impl Life {
    fn step(&mut self, (hour, actor, command): &(i64, &str, &str)) -> Result<()> {
        let spoken = |text: &str| {
            let say = |text: String, (word, meant): (&&str, &Value)| {
                text.replace(&format!("\"{word}\""), &meant.to_json())
            };
            read(&self.words.iter().fold(text.to_owned(), say))
        };
        let actor = spoken(actor)?;
        let commands = match self.record() {
            Some(record) if *command == SWEEP => {
                self.policy.due(record, at(*hour)?).map_err(|problems| anyhow!("{problems}"))?
            }
            _ => vec![spoken(command)?],
        };
        commands.into_iter().try_for_each(|command| self.command(*hour, &actor, command))
    }

    fn record(&self) -> Option<&Value> {
        self.records.get(self.first.as_ref()?)
    }

    /// Gives a command: one that creates a token, or one about the first.
    fn command(&mut self, hour: i64, actor: &Value, command: Value) -> Result<()> {
        let creates = command.get("command").and_then(Value::as_text) == Some("create");
        let record = self.record().filter(|_| !creates);
        let seed = self.said.len() as u64 + 1;
        let replaces = command.get("replaces").and_then(Value::as_text).and_then(|id| self.records.get(id));
        let store = Value::Map(replaces.map(|old| ("replaces".into(), old.clone())).into_iter().collect());
        let request = ApplyRequest {
            record,
            command: &command,
            actor,
            store: Some(&store),
            now: at(hour)?,
            entropy: Some(Entropy::from_bytes(&bytes(seed)).map_err(|weak| anyhow!("{weak}"))?),
            audit_key: Some(KEY),
        };
        let answer =
            self.policy.apply(request).map_err(|problems| anyhow!("{}: {problems}", command.to_json()))?;
        let answer = answer.to_value();
        if let Some(change @ Value::Map(_)) = answer.get("change") {
            self.write(change)?;
        }
        self.said.push((command, answer));
        Ok(())
    }

    fn write(&mut self, change: &Value) -> Result<()> {
        for write in items(change.get("writes")) {
            let id = write.get("id").and_then(Value::as_text).context("a write has an id")?.to_owned();
            let record = write.get("record").filter(|record| matches!(record, Value::Map(_)));
            match record {
                Some(record) => self.records.insert(id.clone(), record.clone()),
                None => self.records.remove(&id),
            };
            let successor = record.filter(|record| record.get("renewedFrom").is_some());
            self.words.extend(successor.map(|record| ("SUCCESSOR", record.clone())));
            if self.first.is_none() {
                self.touch(&id);
                self.words.insert("ID", id.as_str().into());
                self.first = Some(id);
            }
        }
        self.events.extend(items(change.get("events")).iter().cloned());
        let keys = items(change.get("notices")).iter().map(|notice| ("KEY", notice.get("secret")));
        for (word, secret) in keys.chain([("PLAINTEXT", change.get("plaintext"))]) {
            self.words
                .extend(secret.filter(|it| it.as_text().is_some()).map(|secret| (word, secret.clone())));
        }
        Ok(())
    }

    /// What a store and a newer version may write into a record besides.
    fn touch(&mut self, id: &str) {
        if let Some(Value::Map(fields)) = self.records.get_mut(id) {
            let used = || Value::from("2026-03-01T00:30:00.000Z");
            fields.extend([("lastUsedAt".into(), used()), ("secretUsedAt".into(), used())]);
            fields.push(("critical".into(), ["networks"].into_iter().collect()));
        }
    }

    fn overview(&self) -> Result<Value> {
        let records = Value::List(self.records.values().cloned().collect());
        let request = Value::Map(vec![("records".into(), records), ("actor".into(), read(ADMIN)?)]);
        self.policy.overview(&request, at(1_901)?).map_err(|problems| anyhow!("{problems}"))
    }

    /// The report about the trail of the first token.
    fn trail(&self) -> Result<Value> {
        let id = self.first.as_deref().context("there is no token")?;
        let of_token = |event: &&Value| event.get("token").and_then(Value::as_text) == Some(id);
        let events = Value::List(self.events.iter().filter(of_token).cloned().collect());
        let request = Value::Map(vec![("events".into(), events), ("token".into(), id.into())]);
        verify_trail(&request, Some(KEY)).map_err(|problems| anyhow!("{problems}"))
    }

    pub(super) fn opens_subject(&self, text: &str) -> Result<()> {
        self.policy.open_subject_json(text).map(drop).map_err(|problems| anyhow!("{problems}"))
    }
}

pub(super) fn read(text: &str) -> Result<Value> {
    Value::parse(text, Bounds::REQUEST).map_err(|problem| anyhow!("{text}: {problem}"))
}

pub(super) fn items(list: Option<&Value>) -> &[Value] {
    match list {
        Some(Value::List(items)) => items,
        _ => &[],
    }
}

fn at(hour: i64) -> Result<Instant> {
    let start = Instant::parse("2026-03-01T00:00:00.000Z").context("an instant")?;
    Instant::from_millis(start.millis() + hour * 3_600_000).context("a late hour")
}

/// Bytes that look random and are the same each time, for examples only.
fn bytes(seed: u64) -> [u8; Entropy::BYTES] {
    let mut state = seed;
    std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}
