//! Records with many grants, under small and large policies.

use serde_json::{Value, json};
use wasmtime::Val;

use crate::{Counted, assert_linear};

const NOW: i64 = 1_795_262_400_000;

/// A policy of so many permissions, four on each resource.
fn policy(permissions: usize) -> Value {
    let names: Vec<String> = (0..permissions.div_ceil(4)).map(|i| format!("r{i}")).collect();
    let mut resources: Value = names.iter().map(|name| (name.clone(), json!({}))).collect();
    resources["base"] = json!({ "instances": true });
    let all: Vec<String> = names.iter().map(|name| format!("{name}:read")).collect();
    json!({
        "portcullis": 1, "name": "p", "realm": "P", "resources": resources,
        "aliases": { "write": ["create", "update", "delete"] },
        "permissionSets": { "all": { "grants": all } },
        "routes": [{ "on": "GET /a", "needs": "r0:read" }],
        "roles": { "admin": { "unlimited": true } },
        "kinds": { "k": {
            "prefix": "p_k", "editable": ["grants"], "grants": { "warn": ["*:delete"] },
            "may": { "create": ["admin"], "edit": ["admin"], "revoke": ["admin"] },
        } },
    })
}

/// Lists of a number of grants that are alike, and the most that a record holds of them.
type Shape = (&'static str, usize, fn(usize) -> Vec<String>);

const SHAPES: [Shape; 7] = [
    ("one wildcard, repeated", 1024, |n| vec!["*:read".into(); n]),
    ("one permission set, repeated", 1024, |n| vec!["@all".into(); n]),
    ("repeated actions", 128, |n| (0..n).map(|i| format!("*:{}read", "read,".repeat(60 + i % 4))).collect()),
    ("different wildcards", 1024, |n| (0..n).map(|i| format!("*:{}", words(i))).collect()),
    ("instances", 1024, |n| (0..n).map(|i| format!("base/{i}:*")).collect()),
    ("resources", 1024, |n| (0..n).map(|i| format!("r{}:read,update", i % 3)).collect()),
    ("unknown scopes", 1024, |n| (0..n).map(|i| format!("x{i}:read")).collect()),
];

/// Ten words in an order of their own.
fn words(number: usize) -> String {
    let word = |bit: usize| if number >> bit & 1 == 1 { "read" } else { "write" };
    (0..10).map(word).collect::<Vec<_>>().join(",")
}

/// The instructions of each step: create, edit, open, decide, give the decision in full.
fn steps(permissions: usize, grants: &[String]) -> [u64; 5] {
    let mut module = Counted::new();
    let (policy, _) = module.call("policy_open", policy(permissions).to_string().as_bytes(), &[]);
    assert_ne!(policy, 0, "the policy opens: {}", module.result());
    let policy = Val::I32(policy as i32);
    let apply = |module: &mut Counted, record: &Value, command: Value| {
        let actor = json!({ "id": "root", "roles": ["admin"] });
        let request = json!({ "record": record, "command": command, "actor": actor }).to_string();
        let entropy: Vec<u8> = (0..128u8).map(|i| i.wrapping_mul(37).rotate_left(3) ^ i).collect();
        let input = [&entropy, request.as_bytes()].concat();
        let arguments = [policy, Val::I64(NOW), Val::I32(128), Val::I32(0)];
        let (answered, work) = module.call("apply", &input, &arguments);
        let outcome = module.result();
        assert_eq!(answered, 1, "{outcome}");
        (outcome, work)
    };
    let fields = json!({ "command": "create", "id": "c1", "kind": "k", "owner": "ada", "name": "n", "grants": grants });
    let plain = json!({ "command": "create", "id": "c1", "kind": "k", "owner": "ada", "name": "n", "grants": ["r0:read"] });
    let (outcome, created) = apply(&mut module, &Value::Null, fields);
    // What a command refuses may still stand in a store that an older policy filled.
    let (other, _) = apply(&mut module, &Value::Null, plain);
    let mut record = other["change"]["writes"][0]["record"].clone();
    let edit = json!({ "command": "edit", "id": "c2", "set": { "grants": grants } });
    let (_, edited) = apply(&mut module, &record, edit);
    record["grants"] = json!(grants);
    let refusal = outcome["refusal"]["code"].as_str();
    assert!(matches!(refusal, None | Some("unknown_scope" | "bad_field")), "{}", outcome["refusal"]);
    let (token, opened) = module.call("token_open", record.to_string().as_bytes(), &[policy]);
    let authorization = format!("Bearer {}", other["change"]["plaintext"].as_str().unwrap());
    module.attempt(["GET", "/a", &authorization]);
    let question = [policy, Val::I32(token as i32), Val::I32(0), Val::I64(NOW)];
    let (_, decided) = module.call("decide", &[], &question);
    let (_, explained) = module.call("explain", &[], &question);
    [created, edited, opened, decided, explained]
}

const STEPS: [&str; 5] = ["create", "edit", "open", "decide", "explain"];

#[test]
fn cst_01_the_cost_of_a_record_is_linear_in_its_grants() {
    for permissions in [10, 100, 1_000, 10_000] {
        for (shape, most, grants) in SHAPES {
            let sizes = [most / 8, most / 4, most / 2, most];
            let work = sizes.map(|size| steps(permissions, &grants(size)));
            for (step, name) in STEPS.iter().enumerate() {
                let what = format!("{name}, {permissions} permissions, {shape}");
                assert_linear(&what, &sizes, |size| {
                    work[sizes.iter().position(|own| *own == size).unwrap()][step]
                });
            }
        }
    }
}

#[test]
fn cst_01_the_cost_of_a_record_is_linear_in_the_policy() {
    let sizes = [80, 160, 320, 640, 1_280, 2_560, 5_120, 10_240];
    for (shape, most, grants) in SHAPES {
        let grants = grants(most);
        let work = sizes.map(|size| steps(size, &grants));
        for (step, name) in STEPS.iter().enumerate() {
            let what = format!("{name}, {most} grants, {shape}, permissions");
            assert_linear(&what, &sizes, |size| {
                work[sizes.iter().position(|own| *own == size).unwrap()][step]
            });
        }
    }
}

/// Under the largest policy a record costs a bounded number of instructions for each word of its grants and for each
/// permission of the policy, not for each pair of them.
#[test]
fn cst_01_repeated_grants_are_folded() {
    const PERMISSIONS: usize = 10_000;
    for (shape, most, grants) in SHAPES {
        let grants = grants(most);
        let words: usize = grants.iter().map(|grant| grant.split(',').count()).sum();
        let [.., opened, decided, explained] = steps(PERMISSIONS, &grants);
        println!("{shape}: {words} words, {opened} to open, {decided} to decide, {explained} to explain");
        assert!(decided < 20_000, "{shape}: {decided} instructions to decide");
        let most = 6_000 * (words + PERMISSIONS) as u64;
        assert!(opened + explained < most, "{shape}: {opened} to open and {explained} to explain");
    }
}
