//! Random stored records.

use serde_json::{Value, json};

use super::{Token, grants};
use crate::dice::Dice;
use crate::naive::time::{Millis, duration, text};
use crate::plaintext::{digest, word};

const DAY: Millis = 86_400_000;

/// A record and its owner.
pub(super) fn draw(
    policy: &Value,
    token: &Token,
    attempt: &Value,
    wanted: &[String],
    now: Millis,
    dice: &mut Dice,
) -> (Value, String) {
    let owner = (*dice.pick(&["ada", "bob"])).to_string();
    match dice.below(40) {
        0 => return (Value::Null, owner),
        1 => return ("unavailable".into(), owner),
        _ => {}
    }
    let mut record = json!({
        "v": 1, "id": token.id, "kind": token.kind, "owner": owner, "revision": 1 + dice.below(100),
        "grants": grants(policy, wanted, 75, dice),
        "digest": digest(&token.id, &token.secret),
        "createdAt": text(now - dice.below(200) as i64 * DAY - dice.below(1000) as i64),
        "expiresAt": text(now + dice.below(90) as i64 * DAY + 1 + dice.below(5000) as i64),
    });
    times(policy, token, &mut record, now, dice);
    if dice.percent(40) {
        let until = *dice.pick(&[now - DAY, now - 1, now, now + 1, now + DAY, now + DAY, now + 100 * DAY]);
        record["previous"] = json!({ "digest": digest(&token.id, &token.old_secret), "until": text(until) });
    }
    if dice.percent(95) {
        record["tenant"] = attempt["tenant"].clone();
    } else {
        record["tenant"] = (*dice.pick(&["t1", "T1"])).into();
    }
    if dice.percent(12) {
        let allow =
            ["10.0.0.0/8", "2001:db8::/32", "0.0.0.0/0", "::/0", "192.0.2.1", "10.2.3.4/32", "10.0.0.0/15"];
        let deny = ["10.1.0.0/16", "2001:db8::1/128", "192.0.2.0/31"];
        record["networks"] = match dice.below(3) {
            0 => json!({ "allow": [dice.pick(&allow), dice.pick(&allow)] }),
            1 => json!({ "deny": [dice.pick(&deny)] }),
            _ => json!({ "allow": [dice.pick(&allow)], "deny": [dice.pick(&deny)] }),
        };
    }
    if dice.percent(12) {
        record["applications"] = json!(dice.pick(&[vec!["erp"], vec!["erp", "shop"], vec!["crm"]]));
    }
    let mark = json!({ "by": "admin", "at": text(now - DAY), "reason": "drawn" });
    for name in ["lock", "revoked"] {
        if dice.percent(4) {
            record[name] = mark.clone();
        } else if dice.percent(10) {
            record[name] = Value::Null;
        }
    }
    match dice.below(50) {
        0 => record["id"] = word("another record", 16).into(),
        1 => record["v"] = 2.into(),
        2 => record["critical"] = json!(["lock", "quota"]),
        3 | 4 => spoil(&mut record, dice),
        _ => {}
    }
    (record, owner)
}

/// Times at, just before and just after the instants that matter.
fn times(policy: &Value, token: &Token, record: &mut Value, now: Millis, dice: &mut Dice) {
    const NEAR: [Millis; 5] = [-1, 0, 1, -1000, 1000];
    let near = |dice: &mut Dice| now + *dice.pick(&NEAR);
    if dice.percent(10) {
        record["expiresAt"] = text(near(dice)).into();
    } else if token.kind != "plain" && dice.percent(40) {
        record["expiresAt"] = Value::Null;
    }
    if dice.percent(10) {
        record["createdAt"] = text(now + *dice.pick(&[60_000, 60_001, 59_999, 3_600_000])).into();
    }
    if dice.percent(12) {
        record["notBefore"] = text(if dice.percent(50) { near(dice) } else { now - 5 * DAY }).into();
    }
    if dice.percent(80) {
        let every = policy["kinds"][&token.kind]["touchEvery"].as_str().and_then(duration).unwrap_or(600_000);
        let ago =
            *dice.pick(&[0, 1, every - 1, every, every + 1, 72_000, 71_999, -60_000, -60_001, DAY, 20 * DAY]);
        record["lastUsedAt"] = text(now - ago).into();
    }
    if dice.percent(40) {
        let (period, length) =
            *dice.pick(&[("31d", 31 * DAY), ("45d", 45 * DAY), ("2h", DAY / 12), ("90s", 90_000)]);
        record["idleAfter"] = period.into();
        if dice.percent(40) {
            record["createdAt"] = text(now - 300 * DAY).into();
            let last = *dice.pick(&["lastUsedAt", "extendedAt", "createdAt"]);
            record[last] = text(now - length + dice.pick(&NEAR)).into();
        }
    }
    if dice.percent(10) {
        record["extendedAt"] = text(now - dice.below(60) as i64 * DAY).into();
    }
    if dice.percent(70) {
        record["secretUsedAt"] = text(now - 10 * DAY).into();
        record["secretIssuedAt"] = text(now - dice.pick(&[9, 10, 11]) * DAY).into();
    } else if dice.percent(50) {
        record["secretIssuedAt"] = text(now - DAY).into();
    }
}

/// Breaks the record in one place.
fn spoil(record: &mut Value, dice: &mut Dice) {
    let broken = [
        ("digest", json!("sha256:00")),
        ("digest", Value::Null),
        ("digest", json!(7)),
        ("revision", json!(-1)),
        ("revision", json!("3")),
        ("expiresAt", json!(1_800_000_000)),
        ("expiresAt", json!("tomorrow")),
        ("createdAt", json!("1999-12-31T23:59:59.999Z")),
        ("createdAt", Value::Null),
        ("kind", json!("ghost")),
        ("owner", json!(7)),
        ("grants", json!("alpha:read")),
        ("grants", json!([7])),
        ("lock", json!(true)),
        ("revoked", json!("yes")),
        ("idleAfter", json!("45")),
        ("lastUsedAt", json!(0)),
        ("networks", json!({ "allow": [] })),
        ("networks", json!({ "allow": ["10.0.0.0/33"] })),
        ("networks", json!({ "allow": ["010.0.0.0/8"] })),
        ("applications", json!([])),
        ("applications", json!("erp")),
        ("previous", json!({ "digest": "sha256:00", "until": "2026-12-01T00:00:00.000Z" })),
        ("v", json!("1")),
        ("tenant", json!(7)),
    ];
    let (name, value) = dice.pick(&broken);
    record[*name] = value.clone();
    if dice.percent(10) {
        let required = ["v", "id", "kind", "owner", "grants", "digest", "createdAt", "revision", "expiresAt"];
        record.as_object_mut().unwrap().remove(*dice.pick(&required));
    }
}
