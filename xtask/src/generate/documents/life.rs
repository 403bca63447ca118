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
const OWNER: &str = r#"{ "id": "erp", "tenant": "acme", "grants": ["book:*"] }"#;
const SYSTEM: &str = r#"{ "id": "sweep", "roles": ["system"] }"#;

/// What core says to one command after the other, and what it makes of the records.
pub(super) struct Life {
    policy: Policy,
    records: BTreeMap<String, Value>,
    seed: u64,
    /// Each command with its answer, in the order in which they were given.
    pub(super) said: Vec<(Value, Value)>,
    pub(super) events: Vec<Value>,
    /// The list and the report of the trail, while the tokens are there.
    pub(super) overview: Value,
    pub(super) trail: Value,
}

impl Life {
    fn begin() -> Result<Life> {
        let policy = Policy::from_json(POLICY).map_err(|problems| anyhow!("{problems}"))?;
        Ok(Life {
            policy,
            records: BTreeMap::new(),
            seed: 0,
            said: Vec::new(),
            events: Vec::new(),
            overview: Value::Null,
            trail: Value::Null,
        })
    }

    /// Gives a command about a record, at this hour of the first of March.
    fn command(&mut self, id: Option<&str>, actor: &str, hour: u32, command: &str) -> Result<Value> {
        let (command, actor) = (read(command)?, read(actor)?);
        let record = id.and_then(|id| self.records.get(id)).cloned();
        self.seed += 1;
        let request = ApplyRequest {
            record: record.as_ref(),
            command: &command,
            actor: &actor,
            store: None,
            now: at(hour)?,
            entropy: Some(Entropy::from_bytes(&bytes(self.seed)).map_err(|weak| anyhow!("{weak}"))?),
            audit_key: Some(KEY),
        };
        let answer =
            self.policy.apply(request).map_err(|problems| anyhow!("{}: {problems}", command.to_json()))?;
        let answer = answer.to_value();
        if let Some(change @ Value::Map(_)) = answer.get("change") {
            for write in items(change.get("writes")) {
                let id = write.get("id").and_then(Value::as_text).context("a write has an id")?.to_owned();
                match write.get("record") {
                    Some(record @ Value::Map(_)) => self.records.insert(id, record.clone()),
                    _ => self.records.remove(&id),
                };
            }
            self.events.extend(items(change.get("events")).iter().cloned());
        }
        self.said.push((command, answer.clone()));
        Ok(answer)
    }

    /// What a store and a newer version may write into a record besides.
    fn touch(&mut self, id: &str) {
        if let Some(Value::Map(fields)) = self.records.get_mut(id) {
            let used = || Value::from("2026-03-01T00:30:00.000Z");
            fields.extend([("lastUsedAt".into(), used()), ("secretUsedAt".into(), used())]);
            fields.push(("critical".into(), ["networks"].into_iter().collect()));
        }
    }

    /// Gives the commands that time asks for.
    fn sweep(&mut self, id: &str, hour: u32) -> Result<()> {
        let record = self.records.get(id).context("there is no record")?;
        for command in self.policy.due(record, at(hour)?).map_err(|problems| anyhow!("{problems}"))? {
            self.command(Some(id), SYSTEM, hour, &command.to_json())?;
        }
        Ok(())
    }

    /// The id of the token that was created last.
    fn newest(&self) -> Result<String> {
        let (_, answer) =
            self.said.iter().rev().find(|(command, _)| is(command, "create")).context("none was created")?;
        let id = items(answer.get("change").and_then(|change| change.get("writes")))
            .first()
            .and_then(|write| write.get("id")?.as_text())
            .context("the creation was refused")?;
        Ok(id.to_owned())
    }

    fn overview(&self, hour: u32) -> Result<Value> {
        let request = Value::Map(vec![
            ("records".into(), Value::List(self.records.values().cloned().collect())),
            ("actor".into(), read(ADMIN)?),
        ]);
        self.policy.overview(&request, at(hour)?).map_err(|problems| anyhow!("{problems}"))
    }

    /// The report about the trail of one token.
    fn trail(&self, id: &str) -> Result<Value> {
        let of_token = |event: &&Value| event.get("token").and_then(Value::as_text) == Some(id);
        let events: Vec<Value> = self.events.iter().filter(of_token).cloned().collect();
        let request = Value::Map(vec![("events".into(), Value::List(events)), ("token".into(), id.into())]);
        verify_trail(&request, Some(KEY)).map_err(|problems| anyhow!("{problems}"))
    }

    pub(super) fn opens_subject(&self, text: &str) -> Result<()> {
        self.policy.open_subject_json(text).map(drop).map_err(|problems| anyhow!("{problems}"))
    }
}

/// Plays the whole life.
pub(super) fn play() -> Result<Life> {
    let mut life = Life::begin()?;
    let create = r#"{ "command": "create", "id": "c-1", "reason": "ticket 4711", "kind": "service", "tenant": "acme",
        "owner": "erp", "name": "ERP sync", "description": "Reads and changes books.", "grants": ["book:read,update"],
        "applications": ["erp"], "networks": { "allow": ["10.0.0.0/8"], "deny": ["10.9.0.0/16"] },
        "notBefore": "2026-03-01T00:00:00.000Z", "expiresAt": "2026-06-01T00:00:00.000Z", "idleAfter": "90d",
        "renewal": { "every": "30d", "mailTo": "erp@example.com", "callback": "https://erp.example.com/token" } }"#;
    let created = life.command(None, ADMIN, 0, create)?;
    let plaintext = text(&created, &["change", "plaintext"])?;
    let id = life.newest()?;
    life.touch(&id);
    let some = Some(id.as_str());
    life.command(some, ADMIN, 1, r#"{ "command": "edit", "id": "c-2", "set": { "grants": ["book:*"] } }"#)?;
    life.command(
        some,
        OWNER,
        2,
        r#"{ "command": "extend", "id": "c-3", "expiresAt": "2026-07-01T00:00:00.000Z" }"#,
    )?;
    life.command(
        some,
        ADMIN,
        3,
        r#"{ "command": "lock", "id": "c-4", "reason": "seen in a public repository" }"#,
    )?;
    life.command(some, ADMIN, 4, r#"{ "command": "unlock", "id": "c-5" }"#)?;
    life.command(some, OWNER, 5, r#"{ "command": "rotate", "id": "c-6", "grace": "2h", "leak": false }"#)?;
    let rotated = life.said.last().context("it was rotated")?.1.clone();
    let plaintext = text(&rotated, &["change", "plaintext"]).unwrap_or(plaintext);
    life.sweep(&id, 730)?;
    let notices =
        life.said.iter().flat_map(|(_, answer)| items(answer.get("change").and_then(|it| it.get("notices"))));
    let key = notices.filter_map(|notice| notice.get("secret")?.as_text()).next_back().context("no offer")?;
    let redeem = format!(
        r#"{{ "command": "redeemRenewal", "id": "c-7", "plaintext": "{plaintext}", "key": "{key}" }}"#
    );
    life.command(some, OWNER, 731, &redeem)?;
    let renew = r#"{ "command": "renew", "id": "c-8", "endsAt": "2026-06-15T00:00:00.000Z", "name": "ERP sync 2",
        "description": "The successor." }"#;
    life.command(some, ADMIN, 732, renew)?;
    life.command(
        some,
        ADMIN,
        733,
        r#"{ "command": "lock", "id": "c-9", "reason": "seen in a public repository" }"#,
    )?;
    let replacing = format!(
        r#"{{ "command": "create", "id": "c-10", "kind": "service", "tenant": "acme", "owner": "erp", "name": "ERP sync 3",
            "grants": ["book:read"], "replaces": "{id}" }}"#
    );
    let mut with_token = read(ADMIN)?;
    if let (Value::Map(fields), Some(record)) =
        (&mut with_token, life.records.values().find(|it| is_successor(it)))
    {
        fields.push(("token".into(), record.clone()));
    }
    life.command(None, &with_token.to_json(), 734, &replacing)?;
    life.sweep(&id, 1_900)?;
    (life.overview, life.trail) = (life.overview(1_901)?, life.trail(&id)?);
    life.command(some, ADMIN, 1_902, r#"{ "command": "revoke", "id": "c-11", "reason": "replaced" }"#)?;
    life.command(some, ADMIN, 1_903, r#"{ "command": "unlock", "id": "c-12" }"#)?;
    life.command(some, ADMIN, 1_904, r#"{ "command": "delete", "id": "c-13", "reason": "replaced" }"#)?;
    Ok(life)
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

fn is_successor(record: &Value) -> bool {
    record.get("renewedFrom").is_some()
}

pub(super) fn is(command: &Value, word: &str) -> bool {
    command.get("command").and_then(Value::as_text) == Some(word)
}

fn text(value: &Value, path: &[&str]) -> Result<String> {
    let found = path.iter().try_fold(value, |value, name| value.get(name)).and_then(Value::as_text);
    Ok(found.with_context(|| format!("no {} in {}", path.join("/"), value.to_json()))?.to_owned())
}

fn at(hour: u32) -> Result<Instant> {
    let start = Instant::parse("2026-03-01T00:00:00.000Z").context("an instant")?;
    Instant::from_millis(start.millis() + i64::from(hour) * 3_600_000).context("a late hour")
}

/// Bytes that look random and are the same each time, for examples only.
fn bytes(seed: u64) -> [u8; Entropy::BYTES] {
    let mut state = seed;
    std::array::from_fn(|_| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 56) as u8
    })
}
