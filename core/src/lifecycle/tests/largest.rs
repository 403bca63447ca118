//! CST-05: the largest token that can be created survives every command.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Scene, at};
use crate::audit::verify_trail;
use crate::base::join_with;
use crate::document::{Bounds, Value, map};

/// As long as the name of an actor, in the characters that take the most bytes in JSON.
fn name(length: usize) -> String {
    format!("x{}", r"\u0001".repeat(length - 1))
}

/// As long as the name of a token, an owner or an application, which hold no control characters.
fn title(length: usize) -> String {
    format!("x{}", r"\\".repeat(length - 1))
}

/// A list of so many texts.
fn list(count: usize, text: impl Fn(usize) -> String) -> String {
    let texts: Vec<String> = (0..count).map(|i| format!("\"{}\"", text(i))).collect();
    format!("[{}]", join_with(&texts, ","))
}

/// The JSON of a list of some length.
type List = fn(usize) -> String;

/// Lists that a token may have.
const LISTS: [(&str, List); 5] = [
    ("grants", |n| {
        list(n.min(1_024), |i| {
            format!("license:read{}", ",read".repeat(n / 1_024 + usize::from(i < n % 1_024)))
        })
    }),
    ("grants", |n| list(n, |i| format!("base/i{i}%0A%0A:read"))),
    ("applications", |n| list(n, |_| title(256))),
    ("networks", |n| format!(r#"{{"allow":{}}}"#, list(n, |i| format!("2001:db8:{:x}::/48", i % 0xffff)))),
    ("networks", |n| {
        format!(r#"{{"deny":{}}}"#, list(n, |i| format!("10.{}.{}.0/24", i / 256 % 256, i % 256)))
    }),
];

/// A token of the kind, with the longest list of that sort and everything else as long as it may be.
struct Largest {
    scene: Scene,
    secret: String,
    events: Vec<Value>,
    commands: usize,
}

impl Largest {
    fn of(kind: &str, field: &str, list: List) -> Largest {
        let create = |length: usize| {
            let mut scene = Scene::new();
            let (title, description) = (title(256), r"\u0001".repeat(2_048));
            let renewal = match kind {
                "restless" => {
                    format!(
                        r#","renewal":{{"every":"5d","callback":"https://e.example/{}"}}"#,
                        r#"\""#.repeat(2_030)
                    )
                }
                _ => String::new(),
            };
            let grants = match (field, kind) {
                ("grants", _) => "",
                (_, "phoenix") => r#","grants":["base/a:read"]"#,
                _ => r#","grants":["license:read"]"#,
            };
            let created = scene.execute(&format!(
                r#"{{"command":"create","id":"c0","kind":"{kind}","owner":"{title}","name":"{title}","description":"{description}","{field}":{}{grants}{renewal}}}"#,
                list(length)
            ));
            let refusal = scene.last.refusal.take();
            (created, scene, refusal)
        };
        let mut too_long = 2;
        while create(too_long).0.is_ok() {
            too_long *= 2;
        }
        let mut fits = too_long / 2;
        while fits + 1 < too_long {
            let middle = (fits + too_long) / 2;
            if create(middle).0.is_ok() { fits = middle } else { too_long = middle }
        }
        let refusal = create(too_long).2.expect("a refusal");
        assert_eq!((refusal.code.code(), refusal.field), ("bad_field", Some(format!("/{field}"))));
        let (created, scene, _) = create(fits);
        let mut largest =
            Largest { scene, secret: created.expect("created"), events: Vec::new(), commands: 0 };
        largest.note();
        largest
    }

    /// Keeps the event, and checks that record and event can be read again.
    fn note(&mut self) {
        let change = self.scene.last.change.as_ref().expect("a change");
        for document in change.events.iter().chain(self.scene.record.as_ref()) {
            let length = document.to_json().len();
            assert!(length < Bounds::RECORD.bytes, "{length} bytes after {} commands", self.commands);
        }
        self.events.extend(change.events.first().cloned());
    }

    fn give(&mut self, command: &str, more: &str) {
        self.commands += 1;
        let id = format!("{:0128}", self.commands);
        let reason = r"\u0001".repeat(256);
        let command = format!(r#"{{"command":"{command}","id":"{id}","reason":"{reason}"{more}}}"#);
        let actor = format!(r#"{{"id":"{}","tenant":"t","roles":["admin","boss"]}}"#, name(256));
        let actor = if more.contains("plaintext") { "null" } else { &actor };
        let plaintext =
            self.scene.give_as(&command, actor).unwrap_or_else(|code| panic!("{code}: {command:.90}"));
        if !plaintext.is_empty() && !command.contains(r#""renew""#) {
            self.secret = plaintext;
        }
        self.note();
    }

    /// Gives the commands that time asks for, one by one.
    fn sweep_at(&mut self, now: &str) {
        self.scene.now = at(now);
        while let Some(command) = self.due() {
            self.scene.give_as(&command, r#"{"system":true}"#).expect("admitted");
            self.note();
        }
    }

    fn due(&self) -> Option<String> {
        let record = self.scene.record.as_ref().expect("a record");
        let due = self.scene.policy.due(record, self.scene.now).expect("readable");
        due.first().map(Value::to_json)
    }

    /// The trail is whole, and the token is seen in a list.
    fn verify(&self) {
        let events = Value::List(self.events.clone());
        let report = verify_trail(&map!([("events", events)]), None).expect("readable");
        assert_eq!(report.get("verified"), Some(&Value::Bool(true)), "{}", report.to_json());
        let Some(record) = &self.scene.record else { return };
        let actor = super::json(r#"{"id":"root","tenant":"t","roles":["admin","boss"]}"#);
        let records = Value::List(alloc::vec![record.clone(); 32]);
        let list = map!([("records", records), ("actor", actor)]);
        assert!(list.to_json().len() < Bounds::LISTING.bytes);
        self.scene.policy.overview(&list, self.scene.now).expect("listed");
    }
}

#[test]
fn cst_05_the_largest_token_survives_every_command() {
    for (field, list) in LISTS {
        let mut plain = Largest::of("plain", field, list);
        plain.give("rotate", "");
        let set = format!(r#","set":{{"name":"{}","description":null}}"#, title(255));
        plain.give("edit", &set);
        let set = format!(r#","set":{{"description":"{}","idleAfter":"31d"}}"#, r"\u0001".repeat(2_048));
        plain.give("edit", &set);
        plain.give("lock", "");
        plain.give("unlock", "");
        plain.give("extend", "");
        plain.sweep_at("2026-01-20T00:00:00Z");
        let (record, name) = (plain.scene.record.clone(), title(256));
        plain.give("renew", &format!(r#","endsAt":"2026-01-30T00:00:00Z","name":"{name}""#));
        plain.verify();
        plain.give("lock", "");
        plain.give("revoke", "");
        plain.verify();
        plain.scene.record = record;
        plain.events.clear();
        plain.give("delete", "");

        let mut restless = Largest::of("restless", field, list);
        restless.sweep_at("2026-01-06T00:00:00Z");
        let proof = format!(r#","plaintext":"{}","key":"{}""#, restless.secret, restless.scene.key);
        restless.give("redeemRenewal", &proof);
        restless.sweep_at("2026-01-08T00:00:00Z");
        restless.give("lock", "");
        restless.give("revoke", "");
        restless.verify();

        if field == "grants" {
            continue;
        }
        let mut phoenix = Largest::of("phoenix", field, list);
        phoenix.give("revoke", "");
        phoenix.give("regenerate", "");
        phoenix.verify();
    }
}
