//! Xentral: the rights of an API account, who creates it, and what can be changed.

use serde_json::{Value, json};

use crate::people::{actor, admin};
use crate::store::{items, text};
use crate::world::{World, plain};

/// A token with these grants, as an administrator creates it.
pub(crate) fn account(name: &str, grants: &[&str]) -> Value {
    json!({ "kind": "apiAccount", "owner": "ada", "name": name, "grants": grants })
}

#[test]
fn xe2_data_actions_and_duration_are_defined() {
    let mut world = World::of("xentral");
    let mut fields = account("Shop", &["product:read"]);
    fields["expiresAt"] = world.after("10d").into();
    let token = world.create(&admin(), fields);
    assert_eq!(world.ask(&token, "GET /api/v3/products"), "allow");
    assert_eq!(world.ask(&token, "PATCH /api/v3/products/7"), "insufficient_scope");
    assert_eq!(world.ask(&token, "GET /api/v3/customers"), "insufficient_scope");
    world.later("10d");
    assert_eq!(world.ask(&token, "GET /api/v3/products"), "expired");
}

#[test]
fn xe3_access_is_set_for_each_resource_group_separately() {
    let mut world = World::of("xentral");
    let lists = [("customer", "customers"), ("salesOrder", "salesOrders"), ("supplier", "suppliers")];
    for (granted, _) in lists {
        let token = world.create(&admin(), account(granted, &[&format!("{granted}:read")]));
        for (resource, list) in lists {
            let expected = if resource == granted { "allow" } else { "insufficient_scope" };
            assert_eq!(world.ask(&token, &format!("GET /api/v3/{list}")), expected, "{granted}, {resource}");
        }
    }
}

#[test]
fn xe4_create_read_update_and_delete_are_separate_rights() {
    let mut world = World::of("xentral");
    let requests = [
        ("create", "POST /api/v3/customers"),
        ("read", "GET /api/v3/customers/7"),
        ("update", "PATCH /api/v3/customers/7"),
        ("delete", "DELETE /api/v3/customers/7"),
    ];
    for (granted, _) in requests {
        let token = world.create(&admin(), account(granted, &[&format!("customer:{granted}")]));
        for (action, request) in requests {
            let expected = if action == granted { "allow" } else { "insufficient_scope" };
            assert_eq!(world.ask(&token, request), expected, "{granted}, {action}");
        }
    }
}

#[test]
fn xe7_creation_changes_and_locks_are_logged() {
    let (mut world, token) = World::with("xentral", &admin(), account("Shop", &["product:read"]));
    let set = json!({ "set": { "expiresAt": world.after("30d") } });
    world.give(&admin(), &token, "edit", set).change();
    world.give(&admin(), &token, "lock", json!({ "reason": "seen in a chat" })).change();
    world.give(&admin(), &token, "unlock", json!({})).change();
    assert_eq!(world.events(&token), ["created", "edited", "locked", "unlocked"]);
    for (sequence, event) in (1..).zip(&world.store.events) {
        assert_eq!((&event["sequence"], &event["actor"]["id"]), (&json!(sequence), &json!("root")));
    }
    assert_eq!(world.store.events[2]["reason"], "seen in a chat");
    assert!(world.store.events[1]["changes"]["expiresAt"]["before"].is_string());
}

#[test]
fn xe8_administrators_can_lock_a_token() {
    let (mut world, token) = World::with("xentral", &admin(), account("Shop", &["product:read"]));
    let owner = actor("ada", "member");
    assert_eq!(world.give(&owner, &token, "lock", json!({})).code(), "not_allowed");
    world.give(&admin(), &token, "lock", json!({})).change();
    assert_eq!(world.ask(&token, "GET /api/v3/products"), "locked");
}

#[test]
fn xe12_only_administrators_create_tokens_unless_the_policy_says_otherwise() {
    let member = actor("ada", "member");
    let fields = account("Shop", &["product:read"]);
    assert_eq!(World::of("xentral").refused(&member, fields.clone()), "not_allowed");
    let mut world = World::under("xentral", |policy| {
        policy["kinds"]["apiAccount"]["may"]["create"] = json!(["admin", "member"]);
    });
    let member = crate::people::holding(member, &["product:*"]);
    world.create(&member, fields);
}

#[test]
fn xe13_every_creation_is_logged() {
    let mut world = World::of("xentral");
    let fields = account("Shop", &["product:read,update"]);
    let change = world.give(&admin(), "", "create", fields).change();
    assert!(change["plaintext"].is_string());
    let [event] = items(&change["events"]).collect::<Vec<_>>()[..] else { panic!("one event: {change}") };
    assert_eq!(event["event"], "created");
    assert_eq!(event["changes"]["name"]["after"], "Shop");
    assert_eq!(event["changes"]["grants"]["after"], json!(["product:read,update"]));
    let record = &change["writes"][0]["record"];
    assert_eq!(record["auditHead"], event["head"]);
}

#[test]
fn xe14_reporting_reads_a_sync_updates_and_delete_gives_a_warning() {
    let mut world = World::of("xentral");
    let asked = ["GET /api/v3/customers", "PATCH /api/v3/customers/7", "DELETE /api/v3/customers/7"];
    let roles = [("@reporting", [true, false, false]), ("@erp-sync", [true, true, false])];
    for (set, expected) in roles {
        let change = world.give(&admin(), "", "create", account(set, &[set])).change();
        assert_eq!(codes(&change), Vec::<&str>::new(), "{set}");
        let token = text(&change["writes"][0]["id"]).to_owned();
        assert_eq!(asked.map(|request| world.ask(&token, request) == "allow"), expected, "{set}");
    }
    let change = world.give(&admin(), "", "create", account("Clean-up", &["customer:delete"])).change();
    assert_eq!(codes(&change).len(), 1, "{change}");
}

fn codes(change: &Value) -> Vec<&str> {
    items(&change["warnings"]).map(|warning| text(&warning["code"])).collect()
}

#[test]
fn xe16_only_the_expiry_can_be_edited_and_it_can_be_extended_or_shortened() {
    let (mut world, token) = World::with("xentral", &admin(), account("Shop", &["product:read"]));
    for by in ["400d", "3d"] {
        let end = world.after(by);
        world.give(&admin(), &token, "edit", json!({ "set": { "expiresAt": end } })).change();
        assert_eq!(world.record(&token)["expiresAt"], end);
    }
    for set in [
        json!({ "name": "Other" }),
        json!({ "description": "Other" }),
        json!({ "grants": ["product:*"] }),
        json!({ "idleAfter": "1000d" }),
        json!({ "expiresAt": world.after("5d"), "name": "Other" }),
    ] {
        let answer = world.give(&admin(), &token, "edit", json!({ "set": set }));
        assert_eq!(answer.code(), "not_editable", "{set}");
    }
}

#[test]
fn xe17_changing_rights_takes_a_new_token_that_names_the_one_to_delete() {
    let (mut world, old) = World::with("xentral", &admin(), account("Shop", &["product:read"]));
    let mut fields = account("Shop", &["product:read,update"]);
    fields["replaces"] = json!(old);
    let new = world.create(&admin(), fields);
    assert_eq!(world.record(&new)["replaces"], json!(old));
    let row = &world.overview(&admin())[&old];
    assert_eq!((&row["listedForDeletion"], &row["replacedBy"]), (&json!(true), &json!(new)));
    world.give(&admin(), &old, "delete", json!({})).change();
    assert_eq!(world.overview(&admin())[&new]["listedForDeletion"], false);
    assert_eq!(world.ask(&new, "PATCH /api/v3/products/7"), "allow");
}

#[test]
fn xe19_217_operations_take_exactly_one_of_twelve_actions() {
    let described = plain(&World::of("xentral").policy.describe());
    let mut actions = std::collections::BTreeSet::new();
    for route in items(&described["routes"]) {
        let needs = json!([[route["needs"][0][0]]]);
        assert_eq!(route["needs"], needs, "{route}");
        let (_, action) = text(&route["needs"][0][0]).split_once(':').unwrap();
        actions.insert(action.to_owned());
    }
    assert_eq!((items(&described["routes"]).count(), actions.len()), (217, 12));
}

#[test]
fn xe20_a_second_right_shows_more_of_the_same_resource() {
    let mut world = World::of("xentral");
    let asked = "GET /api/v3/productions/42";
    let subset = world.create(&admin(), account("Shop floor", &["production:read"]));
    let full = world.create(&admin(), account("Planning", &["production:read", "product:read"]));
    let optional = |token: &str| world.decide(&world.plaintext(token), asked, |a| a)["optional"].clone();
    assert_eq!(optional(&subset), json!([]));
    assert_eq!(optional(&full), json!(["product:read"]));
    assert_eq!(world.ask(&subset, asked), "allow");
}

#[test]
fn xe_a9_owner_and_creator_may_differ() {
    let (world, token) = World::with("xentral", &admin(), account("Shop", &["product:read"]));
    let record = world.record(&token);
    assert_eq!((&record["owner"], &record["createdBy"]), (&json!("ada"), &json!("root")));
}

#[test]
fn xe_a10_update_does_not_include_a_separate_action() {
    let mut world = World::of("xentral");
    let release = "PATCH /api/v3/invoices/7/actions/release";
    let token = world.create(&admin(), account("Invoices", &["invoice:create,read,update,delete"]));
    assert_eq!(world.ask(&token, release), "insufficient_scope");
    // A policy may define that it does.
    let mut world = World::under("xentral", |policy| {
        policy["aliases"] = json!({ "edit": ["update", "release"] });
    });
    let token = world.create(&admin(), account("Invoices", &["invoice:edit"]));
    assert_eq!(world.ask(&token, release), "allow");
}
