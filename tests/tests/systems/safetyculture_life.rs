//! SafetyCulture: creating, deactivating, regenerating and deleting a token, and deactivation after inactivity.

use serde_json::json;

use crate::people::{admin, system};
use crate::safetyculture::{WHO_AM_I, personal, service, user, world};
use crate::store::{items, text};
use crate::world::Answer;

#[test]
fn sc22_a_token_is_created_with_a_name_an_inactivity_period_and_all_permissions() {
    let mut world = world();
    let token = world.create(&admin(), service("Warehouse"));
    let record = world.record(&token);
    assert_eq!((&record["idleAfter"], &record["grants"]), (&json!("45d"), &json!(["*:*"])));
    for period in ["31d", "45d", "60d", "180d"] {
        let mut fields = service("Warehouse");
        fields["idleAfter"] = json!(period);
        world.create(&admin(), fields);
    }
    for period in ["30d", "90d", "365d"] {
        let mut fields = service("Warehouse");
        fields["idleAfter"] = json!(period);
        assert_eq!(world.refused(&admin(), fields), "not_a_choice", "{period}");
    }
    assert_eq!(world.refused(&admin(), service("")), "bad_name");
}

#[test]
fn sc23_the_secret_is_shown_once() {
    let mut world = world();
    let mut fields = service("Warehouse");
    fields["id"] = json!("click-1");
    let token = world.create(&admin(), fields.clone());
    let plaintext = world.plaintext(&token);
    let (_, secret) = plaintext.rsplit_once('_').unwrap();
    assert!(!world.record(&token).to_string().contains(secret));
    assert!(matches!(world.give(&admin(), "", "create", fields), Answer::Repeated));
}

#[test]
fn sc24_only_name_and_inactivity_period_of_an_active_token_can_be_edited() {
    let mut world = world();
    let token = world.create(&admin(), service("Warehouse"));
    let set = json!({ "set": { "name": "Depot", "idleAfter": "180d" } });
    world.give(&admin(), &token, "edit", set.clone()).change();
    let record = world.record(&token);
    assert_eq!((&record["name"], &record["idleAfter"]), (&json!("Depot"), &json!("180d")));
    let other = json!({ "set": { "idleAfter": "90d" } });
    assert_eq!(world.give(&admin(), &token, "edit", other).code(), "not_a_choice");
    // Permission sets belong to the service user and change without a command on the token.
    let grants = json!({ "set": { "grants": ["users:read"] } });
    assert_eq!(world.give(&admin(), &token, "edit", grants).code(), "not_editable");
    world.give(&admin(), &token, "revoke", json!({})).change();
    assert_eq!(world.give(&admin(), &token, "edit", set).code(), "illegal_transition");
}

#[test]
fn sc26_deactivation_stops_a_token_immediately() {
    let mut world = world();
    let token = world.create(&user(), personal("Export"));
    assert_eq!(world.ask(&token, WHO_AM_I), "allow");
    world.give(&user(), &token, "revoke", json!({})).change();
    assert_eq!(world.ask(&token, WHO_AM_I), "revoked");
}

#[test]
fn sc27_a_deactivated_token_can_be_regenerated_at_any_later_time() {
    let mut world = world();
    let token = world.create(&user(), personal("Export"));
    world.give(&user(), &token, "revoke", json!({})).change();
    world.later("3650d");
    world.sweep();
    world.give(&user(), &token, "regenerate", json!({})).change();
    assert_eq!(world.ask(&token, WHO_AM_I), "allow");
}

#[test]
fn sc28_delete_only_after_revocation() {
    let mut world = world();
    let token = world.create(&user(), personal("Export"));
    assert_eq!(world.give(&user(), &token, "delete", json!({})).code(), "illegal_transition");
    world.give(&user(), &token, "revoke", json!({})).change();
    world.give(&user(), &token, "delete", json!({})).change();
    assert_eq!(world.give(&user(), &token, "regenerate", json!({})).code(), "unknown");
    assert_eq!(world.give(&user(), &token, "delete", json!({})).code(), "unknown");
    let plaintext = world.plaintext(&token);
    assert_eq!(world.decide(&plaintext, WHO_AM_I, |attempt| attempt)["reason"], "unknown");
}

#[test]
fn sc29_a_regenerated_token_works_with_its_new_secret_only() {
    let mut world = world();
    let token = world.create(&user(), personal("Export"));
    let fields = json!({ "kind": "integration", "name": "Power BI", "owner": "power-bi", "grants": ["templates:read"] });
    let other = world.create(&system(), fields);
    let before = world.plaintext(&token);
    world.give(&user(), &token, "revoke", json!({})).change();
    world.give(&user(), &token, "regenerate", json!({})).change();
    assert_eq!(world.ask_with(&before, WHO_AM_I), "wrong_secret");
    assert_eq!(world.ask(&token, WHO_AM_I), "allow");
    // The system owns the token of a built-in integration: users can give no command on it.
    assert_eq!(world.ask(&other, WHO_AM_I), "allow");
    for command in ["revoke", "regenerate", "rotate", "edit", "delete"] {
        let fields = if command == "edit" { json!({ "set": { "name": "mine" } }) } else { json!({}) };
        assert_eq!(world.give(&user(), &other, command, fields).code(), "not_allowed", "{command}");
    }
    assert_eq!(
        world
            .refused(&user(), json!({ "kind": "integration", "name": "mine", "grants": ["templates:read"] })),
        "not_allowed"
    );
    let old = world.plaintext(&other);
    world.give(&system(), &other, "rotate", json!({})).change();
    assert_eq!(
        (world.ask(&other, WHO_AM_I).as_str(), world.ask_with(&old, WHO_AM_I).as_str()),
        ("allow", "allow")
    );
}

#[test]
fn sc32_a_user_token_deactivates_after_30_days_without_use() {
    let mut world = world();
    let token = world.create(&user(), personal("Export"));
    world.later("30d");
    assert_eq!(world.sweep(), Vec::<String>::new());
    world.later("1ms");
    assert_eq!(world.ask(&token, WHO_AM_I), "idle");
    assert_eq!(world.sweep(), ["revoke"]);
    assert_eq!(world.ask(&token, WHO_AM_I), "revoked");
}

#[test]
fn sc_a1_inactivity_deactivates_and_the_token_can_be_regenerated_or_deleted() {
    for command in ["regenerate", "delete"] {
        let mut world = world();
        let token = world.create(&admin(), service("Warehouse"));
        world.later("45d 1ms");
        assert_eq!(world.sweep(), ["revoke"]);
        assert_eq!(world.record(&token)["revoked"]["reason"], "idle");
        world.give(&admin(), &token, command, json!({})).change();
    }
}

#[test]
fn sc_a5_a_preview_shows_that_a_shorter_period_would_stop_the_token_at_once() {
    let mut world = world();
    let mut fields = service("Warehouse");
    fields["idleAfter"] = json!("180d");
    let token = world.create(&admin(), fields);
    world.later("60d");
    let shorter = json!({ "set": { "idleAfter": "31d" } });
    let before = world.record(&token).clone();
    let preview = world.preview(&admin(), &token, "edit", shorter.clone()).change();
    assert_eq!(preview["preview"], true);
    assert_eq!(preview["status"], json!({ "before": "active", "after": "idle" }));
    assert_eq!(world.record(&token), &before, "nothing was kept");
    assert_eq!(world.ask(&token, WHO_AM_I), "allow");
    world.later("32d");
    world.give(&admin(), &token, "edit", shorter).change();
    assert_eq!(world.ask(&token, WHO_AM_I), "idle");
}

#[test]
fn sc_a6_all_permissions_by_default_are_possible_with_a_warning() {
    let world = world();
    let noted: Vec<&str> = world
        .policy
        .lints()
        .iter()
        .filter(|lint| lint.code == "all_permissions")
        .map(|lint| lint.path.as_str())
        .collect();
    assert_eq!(noted, ["/kinds/service/grants/default", "/kinds/user/grants/default"]);
    let mut world = world;
    let change = world.give(&admin(), "", "create", service("Warehouse")).change();
    let warnings: Vec<&str> = items(&change["warnings"]).map(|warning| text(&warning["code"])).collect();
    assert!(warnings.contains(&"all_permissions"), "{warnings:?}");
}
