//! Random lives: kinds, commands, actors, and a clock that jumps.

mod kinds;
mod people;
mod renewal;
mod store;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::naive::life::{self, Question};
use crate::naive::time::{self, Millis, text};
use crate::plaintext::{plaintext, word};

pub use kinds::policy;

const SCOPES: [&str; 10] = [
    "license:read",
    "license:read,update",
    "product:*",
    "*:read",
    "base/abc:read",
    "@readers",
    "license:write",
    "base/abc:*",
    "crm.*:read",
    "release:publish",
];
const DAY: Millis = 86_400_000;

/// A token's life so far, and the secrets that its bearer and its mailbox hold.
#[derive(Clone, Debug)]
pub struct Life {
    /// The policy document.
    pub policy: Arc<Value>,
    /// The record, or `null`.
    pub record: Value,
    /// The clock.
    pub now: Millis,
    /// The key of the trail.
    pub key: Option<Vec<u8>>,
    /// Every issued plaintext, oldest first.
    pub plaintexts: Vec<String>,
    /// Every single-use key that was sent, oldest first.
    pub keys: Vec<String>,
    /// Every event so far.
    pub events: Vec<Value>,
    /// Every record that the store has held.
    pub reads: Vec<Value>,
    /// How many commands were given.
    pub commands: u64,
}

impl Life {
    /// A life before its first command.
    pub fn new(policy: &Arc<Value>, dice: &mut Dice) -> Life {
        let now = 1_795_262_400_000 + dice.below(86_400_000) as i64;
        let key = dice.percent(30).then(|| b"a key of the host".to_vec());
        Life {
            policy: policy.clone(),
            record: Value::Null,
            now,
            key,
            plaintexts: Vec::new(),
            keys: Vec::new(),
            events: Vec::new(),
            reads: Vec::new(),
            commands: 0,
        }
    }

    /// Lets time pass: a moment, days, or up to an instant that matters, give or take a millisecond.
    pub fn pass(&mut self, dice: &mut Dice) {
        let at = |value: &Value| value.as_str().and_then(time::parse);
        let record = &self.record;
        let instants: Vec<Millis> = [
            &record["dueAt"],
            &record["endsAt"],
            &record["expiresAt"],
            &record["previous"]["until"],
            &record["renewal"]["offer"]["until"],
            &record["notBefore"],
        ]
        .into_iter()
        .filter_map(at)
        .filter(|at| *at < self.now + 400 * DAY)
        .collect();
        self.now = match dice.below(10) {
            0 => self.now,
            1 => self.now + 1,
            2 | 3 => self.now + dice.below(3_600_000) as i64,
            4 => self.now + dice.below(40 * 86_400_000) as i64,
            5 => self.now - dice.below(3_600_000) as i64,
            6 => self.now + dice.below(3 * 86_400_000) as i64,
            _ if instants.is_empty() => self.now + dice.below(86_400_000) as i64,
            _ => *dice.pick(&instants) + *dice.pick(&[-1, 0, 1]),
        };
    }

    /// Records a use of the token, as a store does.
    pub fn touch(&mut self, dice: &mut Dice) {
        let raise = |record: &mut Value, name: &str, now: Millis| {
            if record[name].as_str().and_then(time::parse).is_none_or(|before| before < now) {
                record[name] = text(now).into();
            }
        };
        raise(&mut self.record, "lastUsedAt", self.now);
        if dice.percent(60) {
            raise(&mut self.record, "secretUsedAt", self.now);
        }
        let (ends, due) = life::instants(&self.policy, &self.record, self.now);
        for (name, at) in [("endsAt", ends), ("dueAt", due)] {
            match at {
                Some(at) => self.record[name] = text(at).into(),
                None => drop(self.record.as_object_mut().unwrap().remove(name)),
            }
        }
    }

    /// The next command, and who gives it.
    pub fn question(&mut self, dice: &mut Dice) -> Question {
        self.commands += 1;
        let id = match self.record["lastCommand"].as_str() {
            Some(last) if dice.percent(4) => last.to_string(),
            Some(_) if !self.events.is_empty() && dice.percent(3) => {
                dice.pick(&self.events)["command"].as_str().unwrap().to_string()
            }
            _ => format!("c{}", self.commands),
        };
        let mut command = if self.record.is_null() && dice.percent(96) {
            self.create(dice)
        } else {
            let word = *dice.pick(&[
                "edit",
                "edit",
                "extend",
                "extend",
                "lock",
                "lock",
                "unlock",
                "unlock",
                "unlock",
                "revoke",
                "regenerate",
                "regenerate",
                "regenerate",
                "rotate",
                "rotate",
                "rotate",
                "renew",
                "redeemRenewal",
                "redeemRenewal",
                "redeemRenewal",
                "delete",
            ]);
            let word = if word == "delete" && dice.percent(50) { "rotate" } else { word };
            self.step(word, dice)
        };
        let mut store = store::report(self, command["command"].as_str().unwrap(), &id, dice);
        if let Some(old) = command["replaces"].as_str()
            && dice.percent(95)
        {
            store["replaces"] = store::replaced(old, self.now, dice);
        }
        command["id"] = id.into();
        if dice.percent(20) {
            command["reason"] = (*dice.pick(&["leaver", "idle", "a \"reason\"\n\u{2028}"])).into();
        }
        let actor = people::actor(self.now, self.record.is_null(), dice);
        Question {
            policy: self.policy.clone(),
            record: self.record.clone(),
            command,
            actor,
            presented: people::presented(&self.record, dice),
            store,
            now: self.now,
            mints: dice.percent(95),
            key: self.key.clone(),
        }
    }

    /// Takes in a committed change. After a renewal the life continues with the token or its successor.
    pub fn follow(&mut self, change: &Value) {
        let Some(writes) = change["writes"].as_array() else { return };
        self.events.extend(change["events"].as_array().into_iter().flatten().cloned());
        self.reads.push(self.record.clone());
        let own = self.record["id"].clone();
        let goes_on = match writes.iter().find(|write| write["id"] != own) {
            Some(other) if self.commands.is_multiple_of(2) || own.is_null() => Some(other),
            _ => writes.iter().find(|write| write["id"] == own),
        };
        let Some(write) = goes_on else { return };
        let stays = write["id"] == own || own.is_null();
        self.record = write["record"].clone();
        if !stays {
            self.plaintexts.clear();
            self.keys.clear();
        }
        if let Some(plaintext) = change["plaintext"].as_str()
            && plaintext.contains(write["id"].as_str().unwrap_or_default())
        {
            self.plaintexts.push(plaintext.into());
        }
        let notices = change["notices"].as_array().into_iter().flatten();
        self.keys.extend(notices.filter_map(|notice| notice["secret"].as_str()).map(String::from));
    }

    /// A command that the host gives when it is due.
    pub fn by_time(&self, command: &Value) -> Question {
        Question {
            policy: self.policy.clone(),
            record: self.record.clone(),
            command: command.clone(),
            actor: json!({ "system": true }),
            presented: Value::Null,
            store: Value::Null,
            now: self.now,
            mints: true,
            key: self.key.clone(),
        }
    }

    fn create(&self, dice: &mut Dice) -> Value {
        let mut command = json!({
            "command": "create", "kind": dice.pick(&["one", "two"]), "name": dice.pick(&["ERP", "ERP", "CRM sync", "CRM sync", "ü", "<b>ERP</b>", "two\nlines", "\u{202e}PRE", "u\u{308}", "Ü\u{200b}", "\u{ff25}rp ", "\u{3000}\u{ad}"]),
        });
        if dice.percent(60) {
            command["owner"] = (*dice.pick(&["ada", "ada", "bob", "bob", "bob\r\nBcc: eve"])).into();
        }
        if dice.percent(50) {
            command["grants"] = grants(dice);
        }
        if dice.percent(40) {
            command["expiresAt"] = self.end(dice);
        }
        if dice.percent(25) {
            command["idleAfter"] = (*dice.pick(&["2d", "31d", "60d", "7d"])).into();
        }
        if dice.percent(15) {
            command["notBefore"] = text(self.now + dice.below(3 * 86_400_000) as i64).into();
        }
        if dice.percent(45) {
            command["renewal"] = renewal::draw(dice);
        }
        if dice.percent(15) {
            command["applications"] = json!(["erp"]);
        }
        if dice.percent(10) {
            command["description"] = "words".into();
        }
        if dice.percent(15) {
            command["replaces"] = "ReplacedToken001".into();
        }
        command
    }

    fn end(&self, dice: &mut Dice) -> Value {
        let present = self.record["expiresAt"].as_str().and_then(time::parse).unwrap_or(self.now);
        match dice.below(8) {
            0 => Value::Null,
            1 => text(self.now).into(),
            2 => text(self.now - 1).into(),
            3 => text(present + 1).into(),
            4 => text(present - 1).into(),
            5 => text(self.now + 90 * DAY).into(),
            6 => text(self.now + 130 * DAY).into(),
            _ => text(self.now + dice.below(80 * 86_400_000) as i64).into(),
        }
    }

    /// A plaintext, usually the present one.
    fn presented(&self, dice: &mut Dice) -> String {
        match &self.plaintexts[..] {
            [.., replaced, _] if !self.record["previous"].is_null() && dice.percent(30) => replaced.clone(),
            [.., last] if dice.percent(55) => last.clone(),
            [_, ..] if dice.percent(80) => {
                let from = self.plaintexts.len().saturating_sub(2);
                dice.pick(&self.plaintexts[from..]).clone()
            }
            _ => {
                let id = self.record["id"].as_str().unwrap_or("0000000000000000");
                plaintext("dr_one", id, &word("some other secret", 32))
            }
        }
    }

    fn step(&self, word: &str, dice: &mut Dice) -> Value {
        let mut command = json!({ "command": word });
        match word {
            "edit" => command["set"] = self.set(dice),
            "extend" if dice.percent(40) => {
                if let end @ Value::String(_) = self.end(dice) {
                    command["expiresAt"] = end;
                }
            }
            "rotate" => {
                if dice.percent(55) {
                    command["plaintext"] = self.presented(dice).into();
                }
                if dice.percent(20) {
                    command["leak"] = dice.percent(70).into();
                }
                if dice.percent(20) {
                    command["grace"] = (*dice.pick(&["0s", "30m", "1h", "24h", "2d"])).into();
                }
            }
            "renew" => {
                command["name"] = (*dice.pick(&["ERP", "next"])).into();
                let end = match self.end(dice) {
                    Value::Null => text(self.now + DAY).into(),
                    end => end,
                };
                command["endsAt"] = end;
            }
            "redeemRenewal" => {
                command["plaintext"] = self.presented(dice).into();
                let last = self.keys.last().cloned();
                command["key"] = match last {
                    Some(key) if dice.percent(80) => key,
                    _ if self.keys.len() > 1 && dice.percent(50) => self.keys[0].clone(),
                    _ => self::word("some key", 32),
                }
                .into();
            }
            _ => {}
        }
        command
    }

    fn set(&self, dice: &mut Dice) -> Value {
        let mut set = json!({});
        for _ in 0..1 + dice.below(2) {
            let name = *dice.pick(&[
                "name",
                "description",
                "expiresAt",
                "idleAfter",
                "grants",
                "applications",
                "networks",
                "renewal",
            ]);
            set[name] = match name {
                "name" => (*dice.pick(&["ERP", "renamed", ""])).into(),
                "description" => dice.pick(&[Value::Null, "more words".into()]).clone(),
                "expiresAt" => self.end(dice),
                "idleAfter" => (*dice.pick(&["2d", "31d", "60d", "7d"])).into(),
                "grants" => grants(dice),
                "applications" => dice.pick(&[Value::Null, json!(["crm"])]).clone(),
                "networks" => dice.pick(&[Value::Null, json!({ "allow": ["10.0.0.0/8"] })]).clone(),
                _ if dice.percent(20) => Value::Null,
                _ => renewal::draw(dice),
            };
        }
        set
    }
}

fn grants(dice: &mut Dice) -> Value {
    let mut grants: Vec<&str> = (0..1 + dice.below(2)).map(|_| *dice.pick(&SCOPES)).collect();
    if dice.percent(6) {
        grants.push(*dice.pick(&["nosuch:read", "license:fly", "license"]));
    }
    if dice.percent(4) {
        grants.clear();
    }
    json!(grants)
}
