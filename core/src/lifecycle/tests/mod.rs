//! A token's life, step by step: each boundary at its last instant and one past it.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::credential::Entropy;
use crate::decision::{Level, Lookup};
use crate::document::{Bounds, Value};
use crate::lifecycle::ApplyRequest;
use crate::lifecycle::outcome::CommandOutcome;
use crate::policy::Policy;
use crate::request::Attempt;

mod clocks;
mod histories;
mod largest;
mod making;
mod secrets;
mod stops;

const POLICY: &str = include_str!("policy.json");

pub(super) fn json(text: &str) -> Value {
    Value::parse(text, Bounds::RECORD).expect("JSON")
}

pub(super) fn at(text: &str) -> Instant {
    Instant::parse(text).expect("an instant")
}

/// A store of one token, and the hand that gives the commands.
pub(super) struct Scene {
    pub(super) policy: Policy,
    pub(super) record: Option<Value>,
    pub(super) now: Instant,
    draws: u8,
    /// Of the last offer.
    pub(super) key: String,
    pub(super) last: CommandOutcome,
}

impl Scene {
    pub(super) fn new() -> Scene {
        let policy = Policy::from_json(POLICY).expect("the policy opens");
        let now = at("2026-01-01T00:00:00Z");
        Scene { policy, record: None, now, draws: 0, key: String::new(), last: CommandOutcome::default() }
    }

    pub(super) fn entropy(&mut self) -> Entropy {
        self.draws = self.draws.wrapping_add(1);
        let draws = self.draws;
        let bytes: [u8; 128] = core::array::from_fn(|i| {
            (i as u8).wrapping_mul(37).rotate_left(3) ^ (i as u8) ^ draws.wrapping_mul(91)
        });
        Entropy::from_bytes(&bytes).expect("entropy")
    }

    /// Gives a command as an admin and commits what comes of it.
    pub(super) fn execute(&mut self, command: &str) -> Result<String, String> {
        self.give_as(command, r#"{"id":"root","tenant":"t","roles":["admin","boss"]}"#)
    }

    /// Gives a command that `due` asked for.
    pub(super) fn sweep(&mut self) -> Vec<String> {
        let due = self.policy.due(self.record.as_ref().expect("a record"), self.now).expect("readable");
        let mut given = Vec::new();
        for command in due {
            let text = command.to_json();
            self.give_as(&text, r#"{"system":true}"#).expect("due and admitted");
            given.push(command.get("id").and_then(Value::as_text).expect("an id").into());
        }
        given
    }

    /// The plaintext where there is one, else nothing; the code of a refusal.
    pub(super) fn give_as(&mut self, command: &str, actor: &str) -> Result<String, String> {
        let (command, actor, entropy) = (json(command), json(actor), self.entropy());
        let presented = self.presented();
        let request = ApplyRequest {
            record: self.record.as_ref(),
            command: &command,
            actor: &actor,
            presented: Some(&presented),
            store: None,
            now: self.now,
            entropy: Some(entropy),
            audit_key: None,
        };
        self.last = self.policy.apply(request).map_err(|problems| alloc::format!("{problems}"))?;
        if let Some(change) = &self.last.change {
            assert!(!change.preview);
            self.record = change.writes[0].record.clone();
            if let Some(key) = change.notices.iter().find_map(|notice| notice.get("secret")?.as_text()) {
                self.key = key.into();
            }
        }
        match (&self.last.refusal, &self.last.change) {
            (Some(refusal), _) => Err(refusal.code.code().into()),
            (None, None) => Err("repeated".into()),
            (None, Some(change)) => {
                Ok(change.plaintext.as_ref().map(|plain| plain.reveal().into()).unwrap_or_default())
            }
        }
    }

    /// From where the token may be used.
    fn presented(&self) -> Value {
        let application = match self.field("applications") {
            Some(Value::List(names)) => names.first().cloned().into(),
            _ => Value::Null,
        };
        crate::document::map!([
            ("tenant", "t".into()),
            ("ip", "2001:db8::1".into()),
            ("application", application)
        ])
    }

    pub(super) fn create(&mut self, fields: &str) -> String {
        let create = r#"{"command":"create","id":"c0","name":"ERP","grants":["license:read"],"#;
        self.execute(&[create, fields, "}"].concat()).expect("created")
    }

    /// What a request with this secret is answered now; its use is recorded like a store would.
    pub(super) fn call(&mut self, plaintext: &str) -> String {
        let record = self.record.clone().expect("a record");
        let token = self.policy.open_token(&record);
        let header = alloc::format!("Bearer {plaintext}");
        let attempt = Attempt::http("GET", "/licenses/1").authorization(&header).tenant("t");
        let decision = self.policy.decide(&attempt, Lookup::Token(&token), None, self.now);
        let answer = decision.reason().map_or("allow".into(), |reason| reason.code().into());
        let (Value::Map(mut fields), Some(Value::Map(touch))) =
            (record, decision.to_value(Level::Operator).get("touch").cloned())
        else {
            return answer;
        };
        for (name, value) in touch.into_iter().filter(|(_, value)| *value != Value::Null) {
            fields.retain(|(known, _)| *known != name);
            fields.push((name, value));
        }
        self.record = Some(Value::Map(fields));
        answer
    }

    pub(super) fn field(&self, path: &str) -> Option<&Value> {
        path.split('.').try_fold(self.record.as_ref()?, |value, name| value.get(name))
    }

    pub(super) fn text(&self, path: &str) -> &str {
        self.field(path).and_then(Value::as_text).unwrap_or("")
    }
}
