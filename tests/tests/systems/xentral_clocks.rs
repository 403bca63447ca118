//! Xentral: expiry, inactivity, reminders, extension, and locks, which stop neither clock.

use serde_json::{Value, json};

use crate::people::{actor, admin};
use crate::store::text;
use crate::world::World;
use crate::xentral::account;

const PRODUCTS: &str = "GET /api/v3/products";

fn token(world: &mut World) -> String {
    world.create(&admin(), account("Shop", &["product:read"]))
}

/// A world with one token.
fn started() -> (World, String) {
    World::with("xentral", &admin(), account("Shop", &["product:read"]))
}

/// A world with one token whose expiry is so far away that only inactivity counts.
fn idle_only() -> (World, String) {
    let (mut world, token) = started();
    without_expiry(&mut world, &token);
    (world, token)
}

fn without_expiry(world: &mut World, token: &str) {
    let end = world.after("3650d");
    world.give(&admin(), token, "edit", json!({ "set": { "expiresAt": end } })).change();
}

/// The stages of the sent reminders, in order.
fn stages(world: &World, word: &str) -> Vec<String> {
    world.notices(word).iter().map(|notice| text(&notice["stage"]).to_owned()).collect()
}

#[test]
fn xe5_every_token_gets_an_expiry_date_180_days_unless_said_otherwise() {
    let mut world = World::of("xentral");
    let default = token(&mut world);
    assert_eq!(world.record(&default)["expiresAt"], world.after("180d"));
    let mut fields = account("For ten years", &["product:read"]);
    fields["expiresAt"] = world.after("3650d").into();
    let chosen = world.create(&admin(), fields.clone());
    assert_eq!(world.record(&chosen)["expiresAt"], world.after("3650d"));
    fields["expiresAt"] = Value::Null;
    assert_eq!(world.refused(&admin(), fields), "never_expires");
}

#[test]
fn xe6_a_token_expires_by_itself() {
    let (mut world, token) = started();
    world.later("170d");
    assert_eq!(world.ask(&token, PRODUCTS), "allow");
    world.later("10d -1ms");
    assert_eq!(world.ask(&token, PRODUCTS), "allow");
    world.later("1ms");
    assert_eq!(world.ask(&token, PRODUCTS), "expired");
}

#[test]
fn xe10_unused_for_longer_than_180_days_is_deleted() {
    let (mut world, token) = idle_only();
    world.later("90d");
    assert_eq!(world.ask(&token, PRODUCTS), "allow");
    world.later("180d");
    world.sweep();
    assert!(world.store.records.contains_key(&token), "180 days are not longer than 180 days");
    world.later("1ms");
    assert_eq!(world.sweep(), ["delete"]);
    assert!(!world.store.records.contains_key(&token));
    assert_eq!(world.events(&token).last(), Some(&"deleted"));
    assert_eq!(world.notices("deletedForIdleness").len(), 1);
}

#[test]
fn xe11_the_owner_is_reminded_several_times_and_can_extend() {
    let (mut world, token) = idle_only();
    for _ in 0..179 {
        world.later("1d");
        world.sweep();
    }
    assert_eq!(stages(&world, "idleSoon"), ["30d", "14d", "7d", "1d"]);
    assert!(world.notices("idleSoon").iter().all(|notice| notice["to"] == "ada"));
    world.give(&actor("ada", "member"), &token, "extend", json!({})).change();
    world.later("2d");
    world.sweep();
    assert_eq!(world.ask(&token, PRODUCTS), "allow");
}

#[test]
fn xe_a1_180_days_are_a_default_and_a_maximum_can_be_set() {
    let year = |world: &World| {
        let mut fields = account("Shop", &["product:read"]);
        fields["expiresAt"] = world.after("365d").into();
        fields
    };
    let mut world = World::of("xentral");
    let fields = year(&world);
    world.create(&admin(), fields.clone());
    let mut world =
        World::under("xentral", |policy| policy["kinds"]["apiAccount"]["lifetime"]["max"] = json!("180d"));
    assert_eq!(world.refused(&admin(), fields), "exceeds_max_lifetime");
}

#[test]
fn xe_a2_a_lock_can_be_undone_and_both_clocks_run_on() {
    let (mut world, token) = started();
    let ends = world.record(&token)["endsAt"].clone();
    world.give(&admin(), &token, "lock", json!({})).change();
    world.later("100d");
    assert_eq!(world.ask(&token, PRODUCTS), "locked");
    world.give(&admin(), &token, "unlock", json!({})).change();
    assert_eq!(world.ask(&token, PRODUCTS), "allow");
    let (mut world, token) = started();
    world.give(&admin(), &token, "lock", json!({})).change();
    assert_eq!(world.record(&token)["endsAt"], ends);
    world.later("180d 1ms");
    assert_eq!(world.sweep(), ["delete"]);
}

#[test]
fn xe_a3_inactivity_counts_from_creation_last_use_or_extension_whichever_is_last() {
    for step in ["create", "use", "extend"] {
        let (mut world, token) = idle_only();
        if step != "create" {
            world.later("20d");
        }
        match step {
            "use" => assert_eq!(world.ask(&token, PRODUCTS), "allow"),
            "extend" => drop(world.give(&admin(), &token, "extend", json!({})).change()),
            _ => {}
        }
        world.later("180d");
        assert_eq!(world.decide(&world.plaintext(&token), PRODUCTS, |a| a)["allow"], true, "{step}");
        world.later("1ms");
        assert_eq!(world.ask(&token, PRODUCTS), "idle", "{step}");
    }
}

#[test]
fn xe_a4_longer_than_180_days_is_strictly_more_than_180_times_24_hours() {
    let (mut world, token) = idle_only();
    world.later("4320h");
    assert_eq!(world.decide(&world.plaintext(&token), PRODUCTS, |a| a)["allow"], true);
    world.later("1ms");
    assert_eq!(world.ask(&token, PRODUCTS), "idle");
}

#[test]
fn xe_a5_reminders_go_out_30_14_7_and_1_days_before_the_deletion() {
    let (mut world, _) = idle_only();
    let mut before = 180;
    for (stage, days) in [("30d", 30), ("14d", 14), ("7d", 7), ("1d", 1)] {
        world.later(&format!("{}d -1ms", before - days));
        assert_eq!(world.sweep(), Vec::<String>::new(), "not before {stage}");
        world.later("1ms");
        assert_eq!(world.sweep(), ["remind"], "{stage}");
        assert_eq!(stages(&world, "idleSoon").last().map(String::as_str), Some(stage));
        before = days;
    }
    let days = json!(["60d"]);
    let mut world = World::under("xentral", |policy| policy["kinds"]["apiAccount"]["idle"]["remind"] = days);
    let token = self::token(&mut world);
    without_expiry(&mut world, &token);
    world.later("120d");
    assert_eq!(world.sweep(), ["remind"]);
}

#[test]
fn xe_a6_extending_moves_the_expiry_and_restarts_the_inactivity_clock() {
    let (mut world, token) = started();
    world.later("179d");
    world.give(&actor("ada", "member"), &token, "extend", json!({})).change();
    let record = world.record(&token);
    assert_eq!(record["expiresAt"], world.after("180d"));
    assert_eq!(record["extendedAt"], world.now.to_text());
    let event = world.store.events.last().unwrap();
    assert_eq!((&event["event"], &event["actor"]["id"]), (&json!("extended"), &json!("ada")));
    world.later("180d -1ms");
    assert_eq!(world.ask(&token, PRODUCTS), "allow");
}

#[test]
fn xe_a7_the_earliest_end_wins_and_an_expired_token_is_still_deleted_leaving_a_tombstone() {
    let (mut world, token) = started();
    let end = world.after("30d");
    world.give(&admin(), &token, "edit", json!({ "set": { "expiresAt": end } })).change();
    assert_eq!(world.record(&token)["endsAt"], end);
    world.later("31d");
    assert_eq!(world.ask(&token, PRODUCTS), "expired");
    world.later("149d 1ms");
    assert_eq!(world.sweep(), ["delete"]);
    let tombstone = &world.store.tombstones[&token];
    assert_eq!((&tombstone["id"], &tombstone["name"]), (&json!(token), &json!("Shop")));
    assert_eq!(tombstone["auditHead"], world.store.events.last().unwrap()["head"]);
}

#[test]
fn xe_a8_a_locked_token_can_be_extended_an_expired_one_cannot() {
    let (mut world, token) = started();
    world.give(&admin(), &token, "lock", json!({})).change();
    world.later("100d");
    world.give(&admin(), &token, "extend", json!({})).change();
    assert_eq!(world.ask(&token, PRODUCTS), "locked");
    world.give(&admin(), &token, "unlock", json!({})).change();
    world.later("180d");
    assert_eq!(world.give(&admin(), &token, "extend", json!({})).code(), "illegal_transition");
    let mut world = World::under("xentral", |policy| {
        policy["kinds"]["apiAccount"]["lifetime"]["extendExpired"] = json!(true);
    });
    let token = self::token(&mut world);
    world.later("180d");
    world.give(&admin(), &token, "extend", json!({})).change();
    assert_eq!(world.ask(&token, PRODUCTS), "allow");
}
