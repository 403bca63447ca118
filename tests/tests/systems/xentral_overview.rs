//! Xentral: the list of all tokens for administrators, and notices to owners.

use serde_json::{Value, json};

use crate::people::{actor, admin};
use crate::world::World;
use crate::xentral::account;

/// Three tokens of three owners in three states.
fn world() -> (World, [String; 3]) {
    let mut world = World::of("xentral");
    let tokens = ["ada", "bob", "eve"].map(|owner| {
        let mut fields = account(&format!("Sync of {owner}"), &["product:read"]);
        fields["owner"] = json!(owner);
        world.create(&admin(), fields)
    });
    world.give(&admin(), &tokens[1], "lock", json!({})).change();
    let end = world.after("1d");
    world.give(&admin(), &tokens[2], "edit", json!({ "set": { "expiresAt": end } })).change();
    world.later("2d");
    assert_eq!(world.ask(&tokens[0], "GET /api/v3/products"), "allow");
    (world, tokens)
}

#[test]
fn xe9_administrators_see_all_tokens_and_manage_them() {
    let (mut world, tokens) = world();
    let rows = world.overview(&admin());
    assert!(tokens.iter().all(|token| rows[token].is_object()), "{rows}");
    for token in &tokens {
        world.give(&admin(), token, "delete", json!({})).change();
    }
    assert_eq!(world.overview(&admin()), json!({}));
}

#[test]
fn xe18_the_list_is_for_administrators_and_shows_what_they_need_to_decide() {
    let (world, tokens) = world();
    assert_eq!(world.overview(&actor("ada", "member")), json!({}), "not even the own one");
    let rows = world.overview(&admin());
    let [used, locked, expired] = tokens.map(|token| rows[&token].clone());
    assert_eq!(used["name"], "Sync of ada");
    assert_eq!(used["scopes"], json!(["product:read"]));
    assert_eq!(used["expiresAt"], "2026-06-30T00:00:00.000Z");
    assert_eq!(used["lastUsedAt"], "2026-01-03T00:00:00.000Z");
    assert_eq!((&used["createdBy"], &used["owner"]), (&json!("root"), &json!("ada")));
    let states: [&Value; 3] = [&used, &locked, &expired].map(|row| &row["status"]);
    assert_eq!(states, ["active", "locked", "expired"]);
}
