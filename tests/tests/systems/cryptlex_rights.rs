//! Cryptlex: 29 scopes, the meaning of each `write`, and exact names.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use crate::cryptlex::{ada, personal};
use crate::store::{items, text};
use crate::world::{World, plain};

/// The scopes as the vendor lists them, including its typo.
const SCOPES: [&str; 29] = [
    "account:read",
    "account:write",
    "activation:read",
    "analytics:read",
    "eventLog:read",
    "invoice:read",
    "license:read",
    "license:write",
    "licenseTemplate:read",
    "licenseTemaplate:write",
    "paymentMethod:read",
    "paymentMethod:write",
    "personalAccessToken:write",
    "product:read",
    "product:write",
    "release:read",
    "release:write",
    "role:read",
    "role:write",
    "tag:read",
    "tag:write",
    "trialActivation:read",
    "trialActivation:write",
    "trialPolicy:read",
    "trialPolicy:write",
    "user:read",
    "user:write",
    "webhook:read",
    "webhook:write",
];

/// What a token with this one scope may do, by resource.
fn meaning(world: &mut World, scope: &str) -> BTreeSet<String> {
    let token = world.create(&ada(), personal(&[scope]));
    let permissions = plain(&world.policy.describe())["permissions"].clone();
    items(&permissions)
        .map(text)
        .filter(|permission| world.holds(&token, permission))
        .map(str::to_owned)
        .collect()
}

#[test]
fn cx8_there_are_29_scopes_and_together_they_are_everything() {
    let mut world = World::of("cryptlex");
    let mut reached = BTreeSet::new();
    for scope in SCOPES {
        let meant = meaning(&mut world, scope);
        assert!(!meant.is_empty(), "{scope}");
        reached.extend(meant);
    }
    let permissions = plain(&world.policy.describe())["permissions"].clone();
    let all: BTreeSet<String> = items(&permissions).map(|permission| text(permission).to_owned()).collect();
    assert_eq!(reached, all);
}

#[test]
fn cx9_the_resource_defines_what_write_means() {
    let ordinary = ["create", "delete", "update"];
    let mut expected: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for resource in
        ["license", "licenseTemplate", "paymentMethod", "product", "role", "tag", "trialPolicy", "webhook"]
    {
        expected.insert(resource, ordinary.to_vec());
    }
    expected.insert("account", vec!["delete", "update"]);
    expected.insert("release", vec!["create", "delete", "publish", "update"]);
    expected.insert("trialActivation", vec!["delete", "extend"]);
    expected.insert("user", vec!["create", "delete", "resetPassword", "update"]);
    expected.insert("personalAccessToken", vec!["create", "delete", "revoke"]);
    let mut world = World::of("cryptlex");
    for (resource, actions) in expected {
        let meant = meaning(&mut world, &format!("{resource}:write"));
        let expected: BTreeSet<String> =
            actions.iter().map(|action| format!("{resource}:{action}")).collect();
        assert_eq!(meant, expected);
    }
    let token_list = personal(&["personalAccessToken:read"]);
    assert_eq!(world.refused(&ada(), token_list), "unknown_scope");
}

#[test]
fn cx10_four_resources_are_read_only_and_products_come_with_their_policies() {
    let mut world = World::of("cryptlex");
    for resource in ["activation", "analytics", "eventLog", "invoice"] {
        let fields = personal(&[&format!("{resource}:write")]);
        assert_eq!(world.refused(&ada(), fields), "unknown_scope", "{resource}");
    }
    let token = world.create(&ada(), personal(&["product:read"]));
    for on in ["GET /v3/products", "GET /v3/product-policies", "GET /v3/product-policies/7"] {
        assert_eq!(world.ask(&token, on), "allow", "{on}");
    }
}

#[test]
fn cx_a1_write_does_not_imply_read() {
    let mut world = World::of("cryptlex");
    for scope in SCOPES.iter().filter(|scope| scope.ends_with(":write")) {
        let meant = meaning(&mut world, scope);
        assert!(!meant.iter().any(|permission| permission.ends_with(":read")), "{scope}: {meant:?}");
    }
}

#[test]
fn cx_a2_the_vendors_typo_is_accepted_and_corrected() {
    let mut world = World::of("cryptlex");
    let change = world.give(&ada(), "", "create", personal(&["licenseTemaplate:write"])).change();
    assert_eq!(change["writes"][0]["record"]["grants"], json!(["licenseTemplate:write"]));
    let warnings: Vec<&str> = items(&change["warnings"]).map(|warning| text(&warning["code"])).collect();
    assert!(warnings.contains(&"renamed"), "{warnings:?}");
}

#[test]
fn cx_a6_case_matters_and_the_nearest_scope_is_suggested() {
    let mut world = World::of("cryptlex");
    for near in ["eventlog:read", "EventLog:read", "License:read"] {
        assert_eq!(world.refused(&ada(), personal(&[near])), "unknown_scope", "{near}");
    }
    let answer = world.give(&ada(), "", "create", personal(&["eventlog:read"]));
    let crate::world::Answer::Refusal(refusal) = answer else { panic!("{answer:?}") };
    assert_eq!(refusal["field"], "/grants/0");
    assert!(text(&refusal["message"]).contains("eventLog"), "{refusal}");
}
