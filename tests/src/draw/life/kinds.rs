//! Kinds that differ in every setting of the lifecycle.

use serde_json::{Map, Value, json};

use crate::dice::Dice;

const SPANS: [&str; 6] = ["30m", "2h", "1d", "3d", "14d", "30d"];
const COMMANDS: [&str; 10] =
    ["create", "edit", "extend", "lock", "unlock", "revoke", "regenerate", "rotate", "renew", "delete"];

/// A policy document with kinds that differ in every setting of the lifecycle.
pub fn policy(dice: &mut Dice) -> Value {
    let kinds: Map<String, Value> =
        ["one", "two"].into_iter().map(|name| (name.into(), kind(name, dice))).collect();
    json!({
        "portcullis": 1, "name": "drawn", "realm": "Drawn",
        "resources": {
            "license": {}, "product": {}, "base": { "instances": true },
            "release": { "actions": ["read", "publish"] }, "crm": { "resources": { "leads": {} } },
        },
        "aliases": { "write": ["create", "update"] },
        "permissionSets": { "readers": { "grants": ["license:read", "product:read"] } },
        "roles": { "admin": { "unlimited": true }, "manager": {} },
        "routes": [{ "on": "GET /licenses", "needs": "license:read" }],
        "kinds": kinds,
    })
}

fn kind(name: &str, dice: &mut Dice) -> Value {
    let mut kind = json!({
        "prefix": format!("dr_{name}"), "grants": { "default": ["license:read"] },
        "lockable": dice.percent(80), "revoke": dice.pick(&["final", "regenerable"]),
        "grace": dice.pick(&["0s", "1h", "24h"]),
        "unique": dice.some(&["name", "nameInAnyCase", "owner"], 30),
        "editable": dice.some(&["name", "description", "expiresAt", "idleAfter", "grants", "applications", "networks", "renewal"], 75),
    });
    if dice.percent(15) {
        kind["subject"] = "owner".into();
    }
    let mut may = Map::new();
    for command in COMMANDS {
        let mut who = dice.some(&["admin", "manager", "owner", "token", "system"], 55);
        if command == "revoke" && who.iter().all(|who| *who == "token") {
            who.push("admin");
        }
        may.insert(command.into(), json!(who));
    }
    kind["may"] = may.into();
    if dice.percent(65) {
        let default = *dice.pick(&["1d", "30d", "90d"]);
        kind["lifetime"] =
            json!({ "default": default, "remind": reminders(dice), "extendExpired": dice.percent(40) });
        if dice.percent(70) {
            kind["lifetime"]["max"] = (*dice.pick(&["90d", "120d"])).into();
        }
    }
    if dice.percent(60) {
        kind["idle"] = json!({ "default": "31d", "then": dice.pick(&["deny", "revoke", "delete"]), "remind": reminders(dice) });
        if dice.percent(60) {
            kind["idle"]["choices"] = json!(["2d", "31d", "60d"]);
        }
    }
    if dice.percent(50) {
        kind["deleteNeeds"] = "revoked".into();
    }
    if dice.percent(60) {
        kind["limit"] = match dice.below(3) {
            0 => json!({ "activePerOwner": 2 }),
            1 => json!({ "activePerTenant": 5 }),
            _ => json!({ "activePerOwner": 2, "activePerTenant": 5 }),
        };
    }
    if dice.percent(70) {
        kind["renewal"] = json!({ "manual": dice.percent(60) });
        if dice.percent(75) {
            kind["renewal"]["automatic"] =
                json!({ "redeemWithin": "2h", "offerAgainAfter": dice.pick(&["2h", "24h"]) });
            kind["renewal"]["automatic"]["fullGrace"] = dice.percent(40).into();
            kind["renewal"]["automatic"]["privateCallbacks"] = (*dice.pick(&["refuse", "warn"])).into();
            if dice.percent(70) {
                kind["renewal"]["automatic"]["onReuse"] = (*dice.pick(&["deny", "revoke"])).into();
            }
        }
    }
    kind
}

fn reminders(dice: &mut Dice) -> Vec<&'static str> {
    let mut stages = dice.some(&SPANS, 35);
    dice.shuffle(&mut stages);
    stages
}
