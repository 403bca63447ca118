//! Cryptlex: how a personal access token is made, shown, bounded and stopped.

use serde_json::{Value, json};

use crate::people::{actor, admin, holding, with_token};
use crate::store::text;
use crate::world::World;

const LICENSES: &str = "GET /v3/licenses";

/// An actor with all permissions of the policy.
pub(crate) fn ada() -> Value {
    holding(actor("ada", "member"), &["*:*"])
}

pub(crate) fn personal(grants: &[&str]) -> Value {
    json!({ "kind": "personal", "name": "Script", "grants": grants })
}

#[test]
fn cx1_a_token_has_the_access_it_was_given_and_no_other() {
    let (mut world, token) = World::with("cryptlex", &ada(), personal(&["license:read", "webhook:write"]));
    for (on, expected) in [
        (LICENSES, "allow"),
        ("POST /v3/webhooks", "allow"),
        ("POST /v3/licenses", "insufficient_scope"),
        ("GET /v3/webhooks", "insufficient_scope"),
        ("GET /v3/users", "insufficient_scope"),
    ] {
        assert_eq!(world.ask(&token, on), expected, "{on}");
    }
}

#[test]
fn cx2_the_token_follows_bearer() {
    let (world, token) = World::with("cryptlex", &ada(), personal(&["license:read"]));
    let plaintext = world.plaintext(&token);
    assert!(world.allows_with(&token, &format!("Bearer {plaintext}"), LICENSES));
    assert!(!world.allows_with(&token, &format!("Token {plaintext}"), LICENSES));
    assert!(!world.allows_with(&token, &plaintext, LICENSES));
}

#[test]
fn cx4_a_token_has_a_name_scopes_and_optionally_an_end() {
    let (mut world, never) = World::with("cryptlex", &ada(), personal(&["license:read"]));
    assert!(world.record(&never)["expiresAt"].is_null());
    let mut fields = personal(&["license:read"]);
    fields["expiresAt"] = world.after("30d").into();
    let token = world.create(&ada(), fields);
    world.later("30d");
    assert_eq!([&token, &never].map(|token| world.ask(token, LICENSES)), ["expired", "allow"]);
    let mut nameless = personal(&["license:read"]);
    nameless["name"] = json!("");
    assert_eq!(world.refused(&ada(), nameless), "bad_name");
}

#[test]
fn cx5_any_token_can_be_revoked_at_any_time() {
    let mut world = World::of("cryptlex");
    let mut fields = personal(&["license:read"]);
    let not_yet = json!(world.after("10d"));
    let active = world.create(&ada(), fields.clone());
    fields["notBefore"] = not_yet;
    let pending = world.create(&ada(), fields);
    let mut fields = personal(&["license:read"]);
    fields["expiresAt"] = world.after("1d").into();
    let expired = world.create(&ada(), fields);
    world.later("1d");
    for (token, by) in [(active, ada()), (pending, admin()), (expired, ada())] {
        world.give(&by, &token, "revoke", json!({})).change();
        assert_eq!(world.ask(&token, LICENSES), "revoked");
    }
}

#[test]
fn cx6_a_token_has_at_least_one_scope() {
    let mut world = World::of("cryptlex");
    assert_eq!(world.refused(&ada(), personal(&[])), "grants_required");
    let nothing_said = json!({ "kind": "personal", "name": "Script" });
    assert_eq!(world.refused(&ada(), nothing_said), "grants_required");
    world.create(&ada(), personal(&["license:read"]));
}

#[test]
fn cx11_the_secret_is_not_visible_again() {
    let (world, token) = World::with("cryptlex", &ada(), personal(&["license:read"]));
    let plaintext = world.plaintext(&token);
    let (_, secret) = plaintext.rsplit_once('_').unwrap();
    let kept = format!("{:?}{:?}{:?}", world.store.records, world.store.events, world.store.notices);
    assert!(!kept.contains(secret));
}

#[test]
fn cx12_an_update_can_only_revoke() {
    let (mut world, token) = World::with("cryptlex", &ada(), personal(&["license:read"]));
    for field in ["id", "createdAt", "name", "expiresAt", "grants"] {
        assert!(world.record(&token).as_object().unwrap().contains_key(field), "{field}");
    }
    let set = json!({ "set": { "name": "Other" } });
    assert_eq!(world.give(&ada(), &token, "edit", set.clone()).code(), "not_allowed");
    assert_eq!(world.give(&crate::people::system(), &token, "edit", set).code(), "not_editable");
    world.give(&ada(), &token, "revoke", json!({})).change();
    assert_eq!(world.record(&token)["revoked"]["by"], "ada");
}

#[test]
fn cx_a3_a_token_cannot_create_one_with_more_rights_or_a_later_end() {
    let mut world = World::of("cryptlex");
    let mut fields = personal(&["personalAccessToken:write", "license:read"]);
    fields["expiresAt"] = world.after("30d").into();
    fields["networks"] = json!({ "allow": ["10.0.0.0/8"] });
    let parent = world.create(&ada(), fields);
    assert_eq!(
        world.decide(&world.plaintext(&parent), "POST /v3/personal-access-tokens", |a| a.ip("10.1.2.3"))["allow"],
        true
    );
    let by = with_token(ada(), world.record(&parent));
    let child = |grants: &[&str], end: Value| {
        let mut fields = personal(grants);
        fields["expiresAt"] = end;
        fields
    };
    let soon = || json!("2026-01-10T00:00:00.000Z");
    assert_eq!(world.refused(&by, child(&["license:write"], soon())), "scope_ceiling");
    assert_eq!(world.refused(&by, child(&["*:*"], soon())), "scope_ceiling");
    let late = json!("2026-03-01T00:00:00.000Z");
    assert_eq!(world.refused(&by, child(&["license:read"], late)), "scope_ceiling");
    let mut wide = child(&["license:read"], soon());
    wide["networks"] = json!({ "allow": ["0.0.0.0/0"] });
    assert_eq!(world.refused(&by, wide), "scope_ceiling");
    let mut for_another = child(&["license:read"], soon());
    for_another["owner"] = json!("bob");
    assert_eq!(world.refused(&by, for_another), "not_allowed");
    let token = world.create(&by, child(&["license:read"], soon()));
    assert_eq!(world.record(&token)["networks"], json!({ "allow": ["10.0.0.0/8"] }), "inherited");
    let at_work = world.decide(&world.plaintext(&token), LICENSES, |attempt| attempt.ip("192.0.2.1"));
    assert_eq!(at_work["reason"], "network_not_allowed");
}

#[test]
fn cx_a4_a_revoked_token_stays_revoked() {
    let (mut world, token) = World::with("cryptlex", &ada(), personal(&["license:read"]));
    world.give(&ada(), &token, "revoke", json!({})).change();
    for command in ["unlock", "extend", "regenerate", "revoke"] {
        let answer = world.give(&crate::people::system(), &token, command, json!({}));
        assert_eq!(answer.code(), "illegal_transition", "{command}");
    }
    assert_eq!(world.ask(&token, LICENSES), "revoked");
}

#[test]
fn cx_a5_an_end_is_an_instant_exact_to_the_millisecond() {
    let mut world = World::of("cryptlex");
    let mut fields = personal(&["license:read"]);
    // The end of January in Berlin, which the host's form converts to an instant.
    fields["expiresAt"] = json!("2026-02-01T00:00:00.000+01:00");
    let token = world.create(&ada(), fields.clone());
    assert_eq!(text(&world.record(&token)["expiresAt"]), "2026-01-31T23:00:00.000Z");
    world.later("31d -3600001ms");
    assert_eq!(world.ask(&token, LICENSES), "allow");
    world.later("1ms");
    assert_eq!(world.ask(&token, LICENSES), "expired");
}
