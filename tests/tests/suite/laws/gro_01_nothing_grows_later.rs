//! GRO-01: what an actor could not grant today, the token does not allow under any later policy.

use portcullis_core::Policy;
use portcullis_tests::compare::core;
use portcullis_tests::dice::Dice;
use portcullis_tests::naive::life::Question;
use portcullis_tests::naive::{holds_all, permissions};
use serde_json::{Map, Value, json};

const ACTIONS: [&str; 4] = ["read", "update", "delete", "publish"];
const PLACES: [&str; 11] = [
    "license",
    "order",
    "base",
    "crm.leads",
    "crm.eu.leads",
    "base/a",
    "base/b",
    "*",
    "crm.*",
    "crm.eu.*",
    "crm",
];

/// A policy over a few names, each of which may be there or not.
fn policy(dice: &mut Dice) -> Value {
    let mut resource = |instances: bool| {
        let mut actions = dice.some(&ACTIONS, 60);
        actions.push("look");
        let mut resource = json!({ "actions": actions, "instances": instances });
        if dice.percent(40) {
            resource["aliases"] =
                json!({ "write": dice.some(&actions, 50).into_iter().chain(["look"]).collect::<Vec<_>>() });
            let own = resource["aliases"]["write"].as_array_mut().unwrap();
            own.sort_by_key(ToString::to_string);
            own.dedup();
        }
        resource
    };
    let all = [
        ("license", resource(false)),
        ("order", resource(false)),
        ("base", resource(true)),
        (
            "crm",
            json!({ "resources": { "leads": resource(false), "eu": { "resources": { "leads": resource(false) } } } }),
        ),
    ];
    let mut resources: Map<String, Value> = Map::new();
    for (name, resource) in all {
        if dice.percent(80) {
            resources.insert(name.into(), resource);
        }
    }
    resources.insert("never".into(), json!({ "actions": ["look"] }));
    let mut document = json!({
        "portcullis": 1, "name": "n", "realm": "r", "resources": resources, "routes": [],
        "aliases": { "write": ["look"], "work": ["look"] },
        "kinds": { "k": { "prefix": "ex", "editable": ["grants"], "grace": "1h", "renewal": { "manual": true },
            "may": { "create": ["owner"], "edit": ["owner"], "revoke": ["owner"], "rotate": ["owner"], "renew": ["owner"] } } },
    });
    let has = |word: &&str| document.to_string().contains(&format!("\"{word}\""));
    let write: Vec<_> =
        ACTIONS.into_iter().filter(has).filter(|_| dice.percent(50)).chain(["look"]).collect();
    document["aliases"]["write"] = json!(write);
    for set in ["some", "more"] {
        let members: Vec<String> =
            (0..3).map(|_| scope(dice)).filter(|one| is_known(&document, one)).collect();
        document["permissionSets"][set] = json!({ "grants": members });
    }
    document
}

fn scope(dice: &mut Dice) -> String {
    if dice.percent(12) {
        return (*dice.pick(&["@some", "@more"])).into();
    }
    let place = *dice.pick(&PLACES);
    let words = ["read", "update", "delete", "publish", "look", "write", "work", "*"];
    let mut actions = vec![*dice.pick(&words)];
    if dice.percent(25) && actions != ["*"] {
        let other = *dice.pick(&words[..7]);
        if actions[0] != other {
            actions.push(other);
        }
    }
    format!("{place}:{}", actions.join(","))
}

/// Whether the policy knows every part of a scope: each of its actions grants something.
fn is_known(policy: &Value, scope: &str) -> bool {
    !scope.starts_with('@') && parts(scope).iter().all(|part| !permissions(policy, &json!([part])).is_empty())
}

/// A scope with several actions as scopes with one.
fn parts(scope: &str) -> Vec<String> {
    match scope.split_once(':') {
        Some((place, actions)) => actions.split(',').map(|action| format!("{place}:{action}")).collect(),
        None => vec![scope.into()],
    }
}

fn list(policy: &Value, dice: &mut Dice) -> Value {
    let mut scopes: Vec<String> = Vec::new();
    while scopes.len() < 1 + dice.below(3) {
        let drawn = scope(dice);
        if drawn.starts_with('@') || is_known(policy, &drawn) {
            scopes.push(drawn);
        }
    }
    json!(scopes)
}

fn each_part(grants: &Value) -> Value {
    grants.as_array().into_iter().flatten().flat_map(|grant| parts(grant.as_str().unwrap())).collect()
}

fn ask(policy: &Policy, document: &Value, record: &Value, command: Value, grants: &Value) -> Value {
    let question = Question {
        policy: document.clone().into(),
        record: record.clone(),
        command,
        actor: json!({ "id": "ada", "grants": grants }),
        presented: Value::Null,
        store: Value::Null,
        now: 1_795_262_400_000,
        mints: true,
        key: None,
    };
    core(policy, &question, std::array::from_fn(|i| (i as u8).wrapping_mul(37).rotate_left(3) ^ i as u8))
}

#[test]
fn gro_01_no_grant_grows_beyond_what_its_granter_holds() {
    let cases: u64 = std::env::var("PORTCULLIS_CASES").map_or(20_000, |text| text.parse().unwrap());
    let (mut granted, mut refused, mut grew) = (0, 0, 0);
    for seed in 0..cases {
        let mut dice = Dice::new(seed);
        let dice = &mut dice;
        let document = policy(dice);
        let policy_today = Policy::from_json(&document.to_string()).unwrap();
        let (held, had, asked) = (list(&document, dice), list(&document, dice), list(&document, dice));
        // Half of the requests are near what is held.
        let asked = if dice.percent(50) {
            let mut near = held.as_array().unwrap().clone();
            near.retain(|_| dice.percent(70));
            near.push(asked[0].clone());
            json!(near)
        } else {
            asked
        };
        let create = |grants: &Value| json!({ "command": "create", "id": "c", "kind": "k", "name": "n", "grants": grants });
        let all = json!(["*:*"]);
        let before =
            ask(&policy_today, &document, &Value::Null, create(&had), &all)["change"]["writes"][0]["record"]
                .clone();
        assert!(before.is_object(), "seed {seed}: {had}");
        let nothing = json!([]);
        let (record, command, had, grants) = match dice.below(4) {
            0 => (&Value::Null, create(&asked), &nothing, &asked),
            1 => (&before, json!({ "command": "rotate", "id": "r" }), &nothing, &had),
            2 => {
                let renew =
                    json!({ "command": "renew", "id": "r", "name": "m", "endsAt": "2026-12-01T00:00:00Z" });
                (&before, renew, &nothing, &had)
            }
            _ => (&before, json!({ "command": "edit", "id": "e", "set": { "grants": asked } }), &had, &asked),
        };
        let outcome = ask(&policy_today, &document, record, command.clone(), &held);
        let code = outcome["refusal"]["code"].as_str();
        if code == Some("nothing_to_change") {
            continue;
        }
        assert!(matches!(code, None | Some("scope_ceiling")), "seed {seed}: {outcome}");
        let added =
            grants.as_array().unwrap().iter().filter(|grant| !holds_all(&document, had, &json!([grant])));
        let expected = holds_all(&document, &held, &added.cloned().collect());
        assert_eq!(code.is_none(), expected, "seed {seed}: {held} {command} {had}: {outcome}");
        if !expected {
            refused += 1;
            let message = outcome["refusal"]["message"].as_str().unwrap();
            let named = message.split("instead: ").nth(1).unwrap_or_default();
            let named = named.trim_end_matches('.').split(" and ").next().unwrap().split(", ");
            for named in named.filter(|named| !named.is_empty()) {
                assert!(holds_all(&document, &held, &json!([named])), "seed {seed}: {held}: {message}");
            }
            continue;
        }
        granted += 1;
        let owned: Value =
            [&held, had].into_iter().flat_map(|list| list.as_array().unwrap().clone()).collect();
        let today = permissions(&document, &owned);
        for _ in 0..4 {
            let later = policy(dice);
            let bound = permissions(&later, &each_part(&owned));
            for permission in permissions(&later, grants) {
                let on_all = match permission.split_once('/') {
                    Some((name, rest)) => format!("{name}:{}", rest.split_once(':').unwrap().1),
                    None => permission.clone(),
                };
                let held_today = [&permission, &on_all].iter().any(|own| today.contains(*own));
                let holds = [&permission, &on_all].iter().any(|own| bound.contains(*own));
                assert!(
                    held_today || holds,
                    "seed {seed}: {held} granted {grants} (had {had}), which is {permission} under {later}"
                );
                grew += u64::from(!held_today);
            }
        }
    }
    println!("{granted} granted, {refused} refused, {grew} permissions came later with those of the granter");
    assert!(cases < 20_000 || granted > 2_000 && refused > 2_000 && grew > 2_000);
}
