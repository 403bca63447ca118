//! The actors of a drawn life.

use serde_json::{Value, json};

use super::{DAY, grants};
use crate::dice::Dice;
use crate::naive::time::{Millis, text};

/// An account, sometimes with the token that it uses, more often where that makes a child.
pub(super) fn actor(now: Millis, creates: bool, dice: &mut Dice) -> Value {
    let mut actor = account(dice);
    if actor["system"] != true && dice.percent(if creates { 50 } else { 8 }) {
        let expires = *dice.pick(&[now + 20 * DAY, now + 200 * DAY, now + 200 * DAY, now]);
        actor["token"] = json!({
            "v": 1, "id": "ParentToken00001", "kind": "one", "tenant": actor["tenant"], "owner": actor["id"],
            "grants": dice.pick(&[json!(["*:*"]), json!(["*:*"]), json!(["license:*"])]),
            "digest": format!("sha256:{}", "0".repeat(64)), "createdAt": text(now - DAY), "expiresAt": text(expires), "revision": 3,
        });
        if creates && dice.percent(50) {
            actor["grants"] = Value::Null;
        }
        if dice.percent(10) {
            actor["token"]["lock"] = json!({ "by": "root", "at": text(now) });
        }
    }
    actor
}

fn account(dice: &mut Dice) -> Value {
    let mut actor = match dice.below(20) {
        0..9 => json!({ "id": "root", "roles": ["admin"] }),
        9..13 => json!({ "id": "max", "roles": ["manager"] }),
        13..17 => json!({ "id": "ada" }),
        17 => json!({ "id": "bob", "roles": ["manager", "other"] }),
        18 => json!({ "id": "system", "roles": ["system", "owner", "token"] }),
        _ => return json!({ "system": true }),
    };
    if !dice.percent(4) {
        actor["tenant"] = "t1".into();
    }
    if dice.percent(70) {
        actor["grants"] = match dice.below(3) {
            0 => json!(["*:*"]),
            1 => json!(["license:*", "product:*", "*:write"]),
            _ => grants(dice),
        };
    }
    actor
}

/// Where a plaintext came from, usually where the token may be used.
pub(super) fn presented(record: &Value, dice: &mut Dice) -> Value {
    if dice.percent(4) {
        return Value::Null;
    }
    let mut presented = json!({ "tenant": record["tenant"] });
    let mut put = |name: &str, usual: Value, others: &[&str]| match dice.below(20) {
        0 => presented[name] = Value::Null,
        1 => presented[name] = (*dice.pick(others)).into(),
        _ => presented[name] = usual,
    };
    put("tenant", record["tenant"].clone(), &["t1", "t2", ""]);
    put("application", record["applications"][0].clone(), &["erp", "crm"]);
    put("ip", "10.1.2.3".into(), &["::ffff:10.0.0.1", "192.0.2.1", "10.0.0.1/8"]);
    if !dice.percent(8) {
        let id = if dice.percent(95) { record["owner"].clone() } else { "eve".into() };
        let id = if id.is_null() { "ada".into() } else { id };
        presented["subject"] = json!({ "id": id, "active": dice.percent(90), "grants": ["*:*"] });
    }
    presented
}
