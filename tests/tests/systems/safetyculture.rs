//! SafetyCulture: two kinds of token, their owners, and their limits.

use serde_json::{Value, json};

use crate::people::{actor, admin, of};
use crate::store::text;
use crate::world::World;

pub(crate) const WHO_AM_I: &str = "GET /accounts/user/v1/user:WhoAmI";

pub(crate) fn user() -> Value {
    actor("ada", "user")
}

/// A personal token of the actor.
pub(crate) fn personal(name: &str) -> Value {
    json!({ "kind": "user", "name": name })
}

/// A token of the service user `robot`.
pub(crate) fn service(name: &str) -> Value {
    json!({ "kind": "service", "owner": "robot", "name": name })
}

/// A world with Ada, who has many rights, and the service user, who has few.
pub(crate) fn world() -> World {
    let mut world = World::of("safetyculture");
    world.subject("ada", true, &["templates:*", "inspections:*", "locations:read", "users:read"]);
    world.subject("robot", true, &["inspections:list,read"]);
    world
}

#[test]
fn sc1_there_are_service_user_tokens_and_user_tokens() {
    let mut world = world();
    let own = world.create(&user(), personal("Export"));
    let shared = world.create(&admin(), service("Warehouse"));
    assert!(world.plaintext(&own).starts_with("sc_user_"));
    assert!(world.plaintext(&shared).starts_with("sc_service_"));
}

#[test]
fn sc3_a_service_token_belongs_to_a_service_user_a_user_token_to_its_creator() {
    let mut world = world();
    let shared = world.create(&admin(), service("Warehouse"));
    let record = world.record(&shared);
    assert_eq!((&record["owner"], &record["createdBy"]), (&json!("robot"), &json!("root")));
    assert_eq!(world.refused(&user(), service("Warehouse")), "not_allowed");
    let mut for_another = personal("Export");
    for_another["owner"] = json!("bob");
    assert_eq!(world.refused(&user(), for_another.clone()), "not_allowed");
    assert_eq!(world.refused(&admin(), for_another), "not_allowed");
}

#[test]
fn sc4_only_users_sign_in_never_tokens() {
    let labels = labels();
    assert_eq!((&labels["user"]["login"], &labels["service"]["login"]), (&json!("yes"), &json!("no")));
}

#[test]
fn sc_a3_a_user_token_has_an_owner_who_signs_in_but_opens_no_session() {
    assert_eq!(labels()["user"]["actsAs"], "user");
    assert_eq!(labels()["service"]["actsAs"], "service user");
    let world = world();
    assert!(!world.is_open("POST /login"));
}

#[test]
fn sc9_a_label_says_that_a_service_user_is_not_in_the_list_of_users() {
    let labels = labels();
    assert_eq!(labels["user"]["userList"], "shown");
    assert_eq!(labels["service"]["userList"], "hidden");
}

/// The labels of both kinds, as the overview passes them on.
fn labels() -> Value {
    let mut world = world();
    let own = world.create(&user(), personal("Export"));
    let shared = world.create(&admin(), service("Warehouse"));
    let rows = world.overview(&admin());
    json!({ "user": rows[&own]["labels"], "service": rows[&shared]["labels"] })
}

#[test]
fn sc5_a_service_token_has_assigned_rights_a_user_token_those_of_its_user() {
    let mut world = world();
    let own = world.create(&user(), personal("Export"));
    let shared = world.create(&admin(), service("Warehouse"));
    assert_eq!(world.ask(&own, "POST /templates/v1/templates"), "allow");
    assert_eq!(world.ask(&shared, "POST /templates/v1/templates"), "subject_lacks_permission");
    assert_eq!(world.ask(&shared, "GET /audits/search"), "allow");
}

#[test]
fn sc7_a_user_token_stops_with_its_user_a_service_token_goes_on() {
    let mut world = world();
    let own = world.create(&user(), personal("Export"));
    let revoked = world.create(&user(), personal("Old"));
    world.give(&user(), &revoked, "revoke", json!({})).change();
    let mut fields = service("Warehouse");
    fields["description"] = json!("made by Ada");
    let shared = world.create(&actor("ada", "admin"), fields);
    world.subject("ada", false, &["templates:*"]);
    assert_eq!(world.ask(&own, WHO_AM_I), "suspended");
    assert_eq!(world.ask(&shared, WHO_AM_I), "allow");
    world.subject("ada", true, &["templates:*"]);
    assert_eq!(world.ask(&own, WHO_AM_I), "allow");
    assert_eq!(world.ask(&revoked, WHO_AM_I), "revoked", "to come back revives nothing");
}

#[test]
fn sc11_a_user_has_at_most_ten_active_user_tokens() {
    let mut world = world();
    let tokens: Vec<String> =
        (0..10).map(|n| world.create(&user(), personal(&format!("Token {n}")))).collect();
    assert_eq!(world.refused(&user(), personal("One more")), "limit_reached");
    world.create(&actor("bob", "user"), personal("Bob's"));
    world.give(&user(), &tokens[0], "revoke", json!({})).change();
    world.create(&user(), personal("One more"));
}

#[test]
fn sc12_an_organisation_has_at_most_twenty_active_service_tokens() {
    let mut world = world();
    let acme = of(admin(), "acme");
    for number in 0..20 {
        let mut fields = service("Warehouse");
        fields["owner"] = json!(format!("robot {number}"));
        world.create(&acme, fields);
    }
    assert_eq!(world.refused(&acme, service("One more")), "limit_reached");
    world.create(&of(admin(), "globex"), service("Theirs"));
    world.later("45d 1ms");
    world.create(&acme, service("The others lie idle"));
}

#[test]
fn sc13_each_organisation_accepts_only_its_own_tokens() {
    let mut world = world();
    let (acme, globex) = (of(admin(), "acme"), of(admin(), "globex"));
    let token = world.create(&acme, service("Warehouse"));
    let plaintext = world.plaintext(&token);
    let elsewhere = world.decide(&plaintext, WHO_AM_I, |attempt| attempt.tenant("globex"));
    assert_eq!(elsewhere["reason"], "wrong_tenant");
    let theirs = world.give(&globex, &token, "revoke", json!({}));
    let nobodys = world.give(&globex, "0123456789abcdef", "revoke", json!({}));
    assert_eq!(theirs.code(), "unknown");
    assert_eq!(format!("{theirs:?}"), format!("{nobodys:?}"));
}

#[test]
fn sc14_a_token_acts_for_the_user_who_made_it_or_the_service_user_who_owns_it() {
    let mut world = world();
    let own = world.create(&user(), personal("Export"));
    let shared = world.create(&admin(), service("Warehouse"));
    for (token, owner) in [(own, "ada"), (shared, "robot")] {
        let decision = world.decide(&world.plaintext(&token), WHO_AM_I, |attempt| attempt);
        assert_eq!(text(&decision["owner"]), owner);
    }
}

#[test]
fn sc_a2_regenerating_a_deactivated_token_respects_the_limit() {
    let mut world = world();
    let old = world.create(&user(), personal("Old"));
    world.give(&user(), &old, "revoke", json!({})).change();
    for number in 0..10 {
        world.create(&user(), personal(&format!("Token {number}")));
    }
    assert_eq!(world.give(&user(), &old, "regenerate", json!({})).code(), "limit_reached");
    assert_eq!(world.ask(&old, WHO_AM_I), "revoked");
}

#[test]
fn sc_a7_two_tokens_of_a_service_user_have_the_same_reach() {
    let mut world = world();
    let both = ["First", "Second"].map(|name| world.create(&admin(), service(name)));
    let asked = "GET /audits/search";
    for (grants, expected) in [(&["inspections:list"][..], "allow"), (&[], "subject_lacks_permission")] {
        world.subject("robot", true, grants);
        assert!(both.iter().all(|token| world.ask(token, asked) == expected), "{grants:?}");
    }
}
