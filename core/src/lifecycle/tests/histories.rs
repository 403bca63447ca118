//! Random histories: whatever is asked for in whatever order, these things hold.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::Scene;
use crate::audit::{replay, verify_trail};
use crate::base::Instant;
use crate::document::{Value, map};
use crate::lifecycle::command::CommandName;
use crate::token::TokenState;

struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn one_of<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items[self.roll(items.len() as u64) as usize]
    }
}

const SYSTEM: &str = r#"{"system":true}"#;
const HOUR: i64 = 3_600_000;

struct History {
    scene: Scene,
    secrets: Vec<String>,
    events: Vec<Value>,
    step: u32,
}

impl History {
    fn begin(dice: &mut Dice) -> History {
        let mut scene = Scene::new();
        let kind = dice.one_of(&[
            r#""plain""#,
            r#""plain","notBefore":"2026-01-20T00:00:00Z""#,
            r#""steady","renewal":{"every":"30d"}"#,
            r#""steady","renewal":{"every":"2d","mailTo":"a@b"},"expiresAt":"2026-01-09T00:00:00Z""#,
            r#""steady","notBefore":"2026-02-20T00:00:00Z","renewal":{"every":"30d"}"#,
            r#""phoenix""#,
            r#""mayfly""#,
            r#""restless","renewal":{"every":"5d"}"#,
        ]);
        let grants = if kind.contains("phoenix") { "base/a:read" } else { "license:read" };
        let create = format!(
            r#"{{"command":"create","id":"c0","name":"N","owner":"root","grants":["{grants}"],"kind":{kind}}}"#
        );
        let plaintext = scene.execute(&create).expect(&create);
        let events = scene.last.change.as_ref().expect("a change").events.clone();
        History { scene, secrets: alloc::vec![plaintext], events, step: 0 }
    }

    fn execute(&mut self, command: &str, actor: &str) {
        let before = self.scene.record.clone();
        let revision = before.as_ref().and_then(|record| record.get("revision").cloned());
        let given = self.scene.give_as(command, actor);
        let outcome = &self.scene.last;
        match (&outcome.change, &outcome.refusal) {
            (Some(change), refusal) => {
                assert!(refusal.is_none() || given == Err("reuse_detected".into()), "{command} {given:?}");
                self.events.push(change.events[0].clone());
                let Some(Value::Int(revision)) = revision else { panic!("a revision") };
                assert_eq!(change.writes[0].was, u64::try_from(revision).expect("a revision"));
                if let Ok(plaintext) = given
                    && !plaintext.is_empty()
                    && change.writes.len() == 1
                {
                    self.secrets.push(plaintext);
                }
            }
            (None, refusal) => {
                assert_eq!(self.scene.record, before, "{command}");
                assert!(refusal.is_some() || outcome.repeated, "{command}: {given:?}");
            }
        }
    }

    /// One command, with what it takes.
    fn act(&mut self, dice: &mut Dice) {
        self.step += 1;
        let id = format!("s{}", self.step);
        let secret = self.secrets[dice.roll(self.secrets.len() as u64) as usize].clone();
        let key = self.scene.key.clone();
        let admin = r#"{"id":"root","tenant":"t","roles":["admin","boss"]}"#;
        let command = match dice.roll(14) {
            0 => format!(r#"{{"command":"rotate","id":"{id}"}}"#),
            1 => format!(r#"{{"command":"rotate","id":"{id}","leak":true}}"#),
            2 => format!(r#"{{"command":"rotate","id":"{id}","plaintext":"{secret}"}}"#),
            3 | 4 => {
                format!(r#"{{"command":"redeemRenewal","id":"{id}","plaintext":"{secret}","key":"{key}"}}"#)
            }
            5 => format!(
                r#"{{"command":"edit","id":"{id}","set":{{"idleAfter":"{}"}}}}"#,
                dice.one_of(&["31d", "60d"])
            ),
            6 => {
                let end = self.scene.now.millis() + dice.roll(100 * 24) as i64 * HOUR;
                let end = Instant::from_millis(end).expect("an instant").to_text();
                format!(r#"{{"command":"edit","id":"{id}","set":{{"expiresAt":"{end}"}}}}"#)
            }
            7 => format!(r#"{{"command":"extend","id":"{id}"}}"#),
            8 => format!(
                r#"{{"command":"edit","id":"{id}","set":{{"renewal":{}}}}}"#,
                dice.one_of(&["null", r#"{"every":"3d"}"#])
            ),
            9 => {
                let end = self.scene.now.millis() + dice.roll(50 * 24) as i64 * HOUR;
                let end = Instant::from_millis(end).expect("an instant").to_text();
                format!(r#"{{"command":"renew","id":"{id}","endsAt":"{end}","name":"S"}}"#)
            }
            _ => {
                let word = dice.one_of(&["lock", "unlock", "unlock", "revoke", "regenerate", "delete"]);
                format!(r#"{{"command":"{word}","id":"{id}"}}"#)
            }
        };
        self.execute(&command, admin);
    }

    /// Takes up the offer that was just made, mostly with a secret that is good.
    fn redeem(&mut self, dice: &mut Dice) {
        self.step += 1;
        let back = dice.roll(3).min(self.secrets.len() as u64 - 1) as usize;
        let secret = self.secrets[self.secrets.len() - 1 - back].clone();
        let (id, key) = (self.step, self.scene.key.clone());
        let command =
            format!(r#"{{"command":"redeemRenewal","id":"s{id}","plaintext":"{secret}","key":"{key}"}}"#);
        self.execute(&command, "null");
    }

    /// A use with the present secret, recorded as the advice says.
    fn touch(&mut self) {
        let Some(secret) = self.secrets.iter().find(|secret| self.is_present(secret)).cloned() else {
            return;
        };
        self.scene.call(&secret);
    }

    /// After a sweep nothing is due before `dueAt`.
    fn sweep(&mut self, dice: &mut Dice) {
        for _ in 0..8 {
            let Some(record) = self.scene.record.clone() else { return };
            let due = self.scene.policy.due(&record, self.scene.now).expect("readable");
            let Some(command) = due.first() else { break };
            let text = command.to_json();
            self.execute(&text, SYSTEM);
            assert!(self.scene.last.refusal.is_none(), "{text}: {:?}", self.scene.last.refusal);
            if text.contains("offerRenewal") && dice.roll(3) > 0 {
                self.redeem(dice);
            }
        }
        let Some(record) = &self.scene.record else { return };
        let now = self.scene.now;
        assert!(self.scene.policy.due(record, now).expect("readable").is_empty());
        let due_at = record.get("dueAt").and_then(Value::as_text).and_then(Instant::parse);
        assert!(due_at.is_none_or(|due_at| now < due_at), "{}", record.to_json());
        let last = due_at.map_or(now.millis() + 400 * 24 * HOUR, |due_at| due_at.millis() - 1);
        for part in 0..=8 {
            let then = now.millis() + (last - now.millis()) / 8 * part;
            for then in [then, last] {
                let then = Instant::from_millis(then).expect("an instant");
                let due = self.scene.policy.due(record, then).expect("readable");
                assert!(due.is_empty(), "{due:?} before dueAt of {}", record.to_json());
            }
        }
        if let Some(due_at) = due_at {
            assert!(
                !self.scene.policy.due(record, due_at).expect("readable").is_empty(),
                "{}",
                record.to_json()
            );
        }
    }

    fn holds(&mut self) {
        let trail = map!([("events", Value::List(self.events.clone()))]);
        let verdict = verify_trail(&trail, None).expect("a trail");
        assert_eq!(verdict.get("verified"), Some(&true.into()), "{}", verdict.to_json());
        let told = replay(&trail).expect("a trail");
        let Some(Value::Map(fields)) = self.scene.record.clone() else {
            assert_eq!(told, Value::Null);
            return;
        };
        let observed = ["digest", "lastUsedAt", "secretUsedAt", "endsAt", "dueAt"];
        let mut fields: Vec<_> =
            fields.into_iter().filter(|(name, _)| !observed.contains(&name.as_str())).collect();
        for (name, value) in &mut fields {
            if name == "previous" {
                strip(value);
            }
            if name == "renewal"
                && let Value::Map(renewal) = value
                && let Some((_, offer)) = renewal.iter_mut().find(|(name, _)| name == "offer")
            {
                strip(offer);
            }
        }
        assert_eq!(told.sorted().to_json(), Value::Map(fields).sorted().to_json());
        let live = self.secrets.clone().iter().filter(|secret| self.passes(secret)).count();
        assert!(live <= 2, "{live} secrets are live");
    }

    fn is_present(&self, secret: &str) -> bool {
        let record = self.scene.record.as_ref().expect("a record");
        let Ok(token) = TokenState::read(&self.scene.policy, record) else { panic!("a record") };
        let bearer = self.scene.policy.bearer(secret.as_bytes()).expect("a token");
        bearer.digest().matches(&token.record.digest).into()
    }

    /// Whether the secret itself is good now, whatever the status.
    fn passes(&self, secret: &str) -> bool {
        let record = self.scene.record.as_ref().expect("a record");
        let Ok(token) = TokenState::read(&self.scene.policy, record) else { panic!("a record") };
        let Some(bearer) = self.scene.policy.bearer(secret.as_bytes()) else { panic!("a token") };
        let digest = bearer.digest();
        bool::from(digest.matches(&token.record.digest))
            || token
                .record
                .previous
                .as_ref()
                .is_some_and(|(old, until)| bool::from(digest.matches(old)) && self.scene.now < *until)
    }
}

fn strip(value: &mut Value) {
    if let Value::Map(fields) = value {
        fields.retain(|(name, _)| name != "digest");
    }
}

#[test]
fn random_histories_keep_their_clocks_their_trail_and_two_secrets_at_most() {
    let mut reached: Vec<(String, u32)> = Vec::new();
    for seed in 0..200 {
        let mut dice = Dice(seed);
        dice.roll(2);
        let mut history = History::begin(&mut dice);
        for _ in 0..40 {
            let far = dice.one_of(&["s", "s", "h", "h", "d", "d", "d", "m"]);
            let hours = match far {
                "s" => 0,
                "h" => dice.roll(30) as i64,
                "d" => dice.roll(10 * 24) as i64,
                _ => dice.roll(60 * 24) as i64,
            };
            let now = history.scene.now.millis() + hours * HOUR + dice.roll(3) as i64;
            history.scene.now = Instant::from_millis(now).expect("an instant");
            match dice.roll(5) {
                0 | 1 => history.sweep(&mut dice),
                2 => history.touch(),
                _ => history.act(&mut dice),
            }
            if history.scene.record.is_none() {
                break;
            }
            history.holds();
        }
        for event in &history.events {
            let name = event.get("event").and_then(Value::as_text).expect("a name");
            match reached.iter_mut().find(|(known, _)| known == name) {
                Some((_, times)) => *times += 1,
                None => reached.push((name.into(), 1)),
            }
        }
    }
    for (word, command) in CommandName::WORDS {
        let times = reached.iter().find(|(name, _)| name == command.past()).map_or(0, |(_, times)| *times);
        assert!(times >= 3, "{word} took effect {times} times only: {reached:?}");
    }
}
