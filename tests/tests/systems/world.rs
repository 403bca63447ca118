//! A test world for tokens: one policy, a manual clock, a store, people.

use std::collections::BTreeMap;
use std::fmt::Debug;

use portcullis_core::{
    ApplyRequest, Attempt, Bounds, Decision, Entropy, Instant, Level, Lookup, Policy, Span, Value as Document,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::people::system;
use crate::store::{Store, instant, items, text};

pub(crate) struct World {
    pub(crate) policy: Policy,
    pub(crate) now: Instant,
    pub(crate) store: Store,
    /// Present rights of owners, for kinds that ask for them.
    subjects: BTreeMap<String, Value>,
    /// Every issued plaintext, by token.
    plaintexts: BTreeMap<String, Vec<String>>,
    commands: u64,
}

/// The outcome of a command.
#[derive(Debug)]
pub(crate) enum Answer {
    /// It took effect.
    Change(Value),
    /// It did not.
    Refusal(Value),
    /// It took effect before.
    Repeated,
}

impl Answer {
    pub(crate) fn change(self) -> Value {
        match self {
            Answer::Change(change) => change,
            other => panic!("expected a change, found {other:?}"),
        }
    }

    /// The code of the refusal.
    pub(crate) fn code(&self) -> &str {
        match self {
            Answer::Refusal(refusal) => text(&refusal["code"]),
            other => panic!("expected a refusal, found {other:?}"),
        }
    }
}

impl World {
    /// One of the policies in `examples/policies`, on 1 January 2026.
    pub(crate) fn of(system: &str) -> World {
        World::under(system, |_| ())
    }

    /// The same with a change to the policy.
    pub(crate) fn under(system: &str, change: impl FnOnce(&mut Value)) -> World {
        let path = format!("{}/../examples/policies/{system}.json", env!("CARGO_MANIFEST_DIR"));
        let mut policy: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        change(&mut policy);
        World {
            policy: Policy::from_json(&policy.to_string()).unwrap(),
            now: Instant::parse("2026-01-01T00:00:00.000Z").unwrap(),
            store: Store::default(),
            subjects: BTreeMap::new(),
            plaintexts: BTreeMap::new(),
            commands: 0,
        }
    }

    /// A world under one of the policies with one token, and the id of that token.
    pub(crate) fn with(policy: &str, by: &Value, fields: Value) -> (World, String) {
        let mut world = World::of(policy);
        let token = world.create(by, fields);
        (world, token)
    }

    /// Advances the clock: `"180d"`, `"2h -1ms"`, `"1ms"`.
    pub(crate) fn later(&mut self, by: &str) {
        for part in by.split(' ') {
            self.now = match part.strip_suffix("ms").map(|millis| millis.parse::<i64>().unwrap()) {
                Some(millis) => Instant::from_millis(self.now.millis() + millis).unwrap(),
                None => self.now.plus(Span::parse(part).unwrap()),
            };
        }
    }

    /// The instant `by` from now, as documents write it.
    pub(crate) fn after(&self, by: &str) -> String {
        self.now.plus(Span::parse(by).unwrap()).to_text()
    }

    /// Sets an owner's status and grants.
    pub(crate) fn subject(&mut self, id: &str, active: bool, grants: &[&str]) {
        self.subjects.insert(id.to_owned(), json!({ "id": id, "active": active, "grants": grants }));
    }

    /// Applies a command to a token and stores the result.
    pub(crate) fn give(&mut self, by: &Value, token: &str, command: &str, fields: Value) -> Answer {
        let mut document = fields;
        document["command"] = command.into();
        if document["id"].is_null() {
            self.commands += 1;
            document["id"] = format!("c{}", self.commands).into();
        }
        self.put(by, token, &document, true)
    }

    /// What the command would do. Stores nothing.
    pub(crate) fn preview(&mut self, by: &Value, token: &str, command: &str, fields: Value) -> Answer {
        let mut document = fields;
        document["command"] = command.into();
        document["id"] = "preview".into();
        self.put(by, token, &document, false)
    }

    fn put(&mut self, by: &Value, token: &str, command: &Value, meant: bool) -> Answer {
        let entropy = meant.then(|| self.draw());
        let command = document(command);
        let actor = document(by);
        // A command may name its record itself.
        let named = self.policy.target(&command, &actor).unwrap();
        let id = named.map_or_else(|| token.to_owned(), |id| id.as_str().to_owned());
        let record = self.store.records.get(&id).map(document);
        let presented = document(&self.presented(&id));
        let replaces = command.get("replaces").and_then(|id| self.store.records.get(id.as_text()?));
        let store = document(&replaces.map_or(json!({}), |old| json!({ "replaces": old })));
        let request = ApplyRequest {
            record: record.as_ref(),
            command: &command,
            actor: &actor,
            presented: Some(&presented),
            store: Some(&store),
            now: self.now,
            entropy,
            audit_key: None,
        };
        let outcome = self.policy.apply(request).unwrap_or_else(|problems| panic!("{problems}"));
        let outcome = plain(&outcome.to_value());
        let change = outcome["change"].clone();
        if !change.is_null() && meant {
            if let Err(code) = self.store.commit(&change) {
                return Answer::Refusal(json!({ "code": code }));
            }
            if let Some(plaintext) = change["plaintext"].as_str() {
                let id = plaintext.rsplit('_').nth(1).unwrap().to_owned();
                self.plaintexts.entry(id).or_default().push(plaintext.to_owned());
            }
        }
        match (&outcome["refusal"], outcome["repeated"] == true) {
            (Value::Null, true) => Answer::Repeated,
            (Value::Null, false) => Answer::Change(change),
            (refusal, _) => {
                self.store.notices.extend(items(&refusal["notices"]).cloned());
                Answer::Refusal(refusal.clone())
            }
        }
    }

    /// Creates a token and returns its id.
    pub(crate) fn create(&mut self, by: &Value, fields: Value) -> String {
        let change = self.give(by, "", "create", fields).change();
        text(&change["writes"][0]["id"]).to_owned()
    }

    /// The refusal code of a creation.
    pub(crate) fn refused(&mut self, by: &Value, fields: Value) -> String {
        self.give(by, "", "create", fields).code().to_owned()
    }

    /// Applies all due commands and returns their names in order.
    pub(crate) fn sweep(&mut self) -> Vec<String> {
        let mut done = Vec::new();
        for id in self.store.records.keys().cloned().collect::<Vec<_>>() {
            let record = document(&self.store.records[&id]);
            let commands = self.policy.due(&record, self.now).unwrap_or_else(|problems| panic!("{problems}"));
            let due_at = &self.store.records[&id]["dueAt"];
            let is_due = !due_at.is_null() && instant(due_at) <= self.now;
            assert_eq!(is_due, !commands.is_empty(), "dueAt says when: {}", self.store.records[&id]);
            for command in commands.iter().map(plain) {
                let answer = self.put(&system(), &id, &command, true);
                done.push(text(&command["command"]).to_owned());
                assert!(matches!(answer, Answer::Change(_)), "{command}: {answer:?}");
            }
            if let Some(record) = self.store.records.get(&id) {
                let left = self.policy.due(&document(record), self.now).unwrap();
                assert!(left.is_empty(), "nothing is left to do: {left:?}");
            }
        }
        done
    }

    /// Decides a request with this token's present secret: `"allow"`, or the reason. Records the use.
    pub(crate) fn ask(&mut self, token: &str, on: &str) -> String {
        let plaintext = self.plaintext(token);
        self.ask_with(&plaintext, on)
    }

    /// Where a plaintext comes from: the token's own tenant and application, with the owner's rights.
    fn presented(&self, token: &str) -> Value {
        let Some(record) = self.store.records.get(token) else { return json!({}) };
        let mut presented = json!({});
        let told = [
            ("tenant", Some(&record["tenant"])),
            ("application", Some(&record["applications"][0])),
            ("subject", self.subjects.get(text(&record["owner"]))),
        ];
        for (name, value) in told {
            if let Some(value) = value.filter(|value| !value.is_null()) {
                presented[name] = value.clone();
            }
        }
        presented
    }

    /// The same with a plaintext, from the token's own tenant and application.
    pub(crate) fn ask_with(&mut self, plaintext: &str, on: &str) -> String {
        let id = id_of(plaintext);
        let decision = self.decide(plaintext, on, |attempt| attempt);
        if let touch @ Value::Object(_) = &decision["touch"]
            && let Some(record) = self.store.records.get_mut(&id)
        {
            for (field, value) in touch.as_object().unwrap() {
                if !value.is_null() {
                    record[field] = value.clone();
                }
            }
        }
        decision["reason"].as_str().unwrap_or("allow").to_owned()
    }

    /// The decision on a request with other details. Records nothing.
    pub(crate) fn decide(
        &self,
        plaintext: &str,
        on: &str,
        says: impl for<'a> FnOnce(Attempt<'a>) -> Attempt<'a>,
    ) -> Value {
        self.put_to(plaintext, on, says, |decision| plain(&decision.to_value(Level::Operator)))
    }

    fn put_to<T>(
        &self,
        plaintext: &str,
        on: &str,
        says: impl for<'a> FnOnce(Attempt<'a>) -> Attempt<'a>,
        then: impl FnOnce(&Decision<'_>) -> T,
    ) -> T {
        let record = self.store.records.get(&id_of(plaintext));
        let token = record.map(|record| self.policy.open_token(&document(record)));
        let found = token.as_ref().map_or(Lookup::Unknown, Lookup::Token);
        let (method, path) = on.split_once(' ').unwrap();
        let mut attempt = Attempt::http(method, path);
        let field = format!("Bearer {plaintext}");
        attempt = match self.policy.header_name() {
            Some(_) => attempt.header(plaintext),
            None => attempt.authorization(&field),
        };
        if let Some(tenant) = record.and_then(|record| record["tenant"].as_str()) {
            attempt = attempt.tenant(tenant);
        }
        if let Some(application) = record.and_then(|record| record["applications"][0].as_str()) {
            attempt = attempt.application(application);
        }
        let attempt = says(attempt);
        let subject = record.and_then(|record| self.subjects.get(text(&record["owner"])));
        let subject = subject.map(|subject| self.policy.open_subject_json(&subject.to_string()).unwrap());
        then(&self.policy.decide(&attempt, found, subject.as_ref(), self.now))
    }

    /// Every check on a request, in groups.
    pub(crate) fn explain(&self, token: &str, on: &str) -> Value {
        let (plaintext, record) = (self.plaintext(token), self.record(token));
        let opened = self.policy.open_token(&document(record));
        let (method, path) = on.split_once(' ').unwrap();
        let field = format!("Bearer {plaintext}");
        let attempt = Attempt::http(method, path).authorization(&field);
        let subject = self.subjects.get(text(&record["owner"]));
        let subject = subject.map(|subject| self.policy.open_subject_json(&subject.to_string()).unwrap());
        plain(&self.policy.explain(&attempt, Lookup::Token(&opened), subject.as_ref(), self.now))
    }

    /// Whether a request with this Authorization field passes.
    pub(crate) fn allows_with(&self, token: &str, field: &str, on: &str) -> bool {
        let opened = self.policy.open_token(&document(self.record(token)));
        let (method, path) = on.split_once(' ').unwrap();
        let attempt = Attempt::http(method, path).authorization(field);
        self.policy.decide(&attempt, Lookup::Token(&opened), None, self.now).allow()
    }

    /// Whether a token holds a permission.
    pub(crate) fn holds(&self, token: &str, permission: &str) -> bool {
        let opened = self.policy.open_token(&document(self.record(token)));
        let field = format!("Bearer {}", self.plaintext(token));
        let attempt = Attempt::needs(permission).authorization(&field);
        self.policy.decide(&attempt, Lookup::Token(&opened), None, self.now).allow()
    }

    /// The list of tokens as this actor sees it: rows by id.
    pub(crate) fn overview(&self, by: &Value) -> Value {
        let records: Vec<&Value> = self.store.records.values().collect();
        let subjects: Vec<&Value> = self.subjects.values().collect();
        let request = json!({ "records": records, "actor": by, "subjects": subjects });
        let overview = self.policy.overview(&document(&request), self.now);
        let overview = plain(&overview.unwrap_or_else(|problems| panic!("{problems}")));
        items(&overview["rows"]).map(|row| (text(&row["id"]).to_owned(), row.clone())).collect()
    }

    /// The items that a token reaches with a permission.
    pub(crate) fn reach(&self, token: &str, permission: &str) -> Value {
        let record = self.record(token);
        let subject = self.subjects.get(text(&record["owner"]));
        let request = json!({ "record": record, "permission": permission, "subject": subject });
        let reach = self.policy.reach(&document(&request));
        plain(&reach.unwrap_or_else(|problems| panic!("{problems}")))
    }

    /// Whether a request without a token passes.
    pub(crate) fn is_open(&self, on: &str) -> bool {
        let (method, path) = on.split_once(' ').unwrap();
        self.policy.decide(&Attempt::http(method, path), Lookup::Unknown, None, self.now).allow()
    }

    /// The stored record of a token.
    pub(crate) fn record(&self, token: &str) -> &Value {
        self.store.records.get(token).unwrap_or_else(|| panic!("there is no token {token}"))
    }

    /// The plaintext that was issued last.
    pub(crate) fn plaintext(&self, token: &str) -> String {
        self.plaintexts[token].last().unwrap().clone()
    }

    /// The names of a token's events.
    pub(crate) fn events(&self, token: &str) -> Vec<&str> {
        let own = self.store.events.iter().filter(|event| event["token"] == token);
        own.map(|event| text(&event["event"])).collect()
    }

    /// The notices with this name.
    pub(crate) fn notices(&self, word: &str) -> Vec<&Value> {
        self.store.notices.iter().filter(|notice| notice["notice"] == word).collect()
    }

    /// Pseudo-random bytes, the same in every run.
    fn draw(&mut self) -> Entropy {
        self.commands += 1;
        let bytes: Vec<u8> =
            (0_u8..4).flat_map(|block| Sha256::digest(format!("{}/{block}", self.commands))).collect();
        Entropy::from_bytes(&bytes).unwrap()
    }
}

/// The id in a plaintext.
fn id_of(plaintext: &str) -> String {
    plaintext.rsplit('_').nth(1).unwrap().to_owned()
}

/// A document as the core takes it.
pub(crate) fn document(value: &Value) -> Document {
    Document::parse(&value.to_string(), Bounds::RECORD).unwrap()
}

/// A document as tests read it.
pub(crate) fn plain(value: &Document) -> Value {
    serde_json::from_str(&value.to_json()).unwrap()
}
