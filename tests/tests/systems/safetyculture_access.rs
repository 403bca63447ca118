//! SafetyCulture: a token has the permissions of its subject, on the items that the subject can access.

use serde_json::json;

use crate::people::admin;
use crate::safetyculture::{personal, service, user, world};
use crate::store::{items, text};

const TEMPLATE: &str = "GET /templates/v1/templates/t1";

#[test]
fn sc15_every_request_checks_the_subject_again() {
    let mut world = world();
    let token = world.create(&user(), personal("Export"));
    for grants in [&["templates:*", "locations:read"][..], &[], &["templates/t1:read", "locations:read"]] {
        world.subject("ada", true, grants);
        let expected = if grants.is_empty() { "subject_lacks_permission" } else { "allow" };
        assert_eq!(world.ask(&token, TEMPLATE), expected, "{grants:?}");
    }
}

#[test]
fn sc16_a_token_never_exceeds_its_subject() {
    let mut world = world();
    let own = world.create(&user(), personal("Export"));
    let shared = world.create(&admin(), service("Warehouse"));
    assert_eq!(world.ask(&own, "POST /groups"), "subject_lacks_permission");
    assert_eq!(world.ask(&shared, "POST /groups"), "subject_lacks_permission");
    // A token is also limited to its own grants.
    let mut fields = personal("Reader");
    fields["grants"] = json!(["templates:read,list", "locations:read"]);
    let reader = world.create(&user(), fields);
    assert_eq!(world.ask(&reader, TEMPLATE), "allow");
    assert_eq!(world.ask(&reader, "DELETE /templates/v1/templates/t1"), "insufficient_scope");
}

#[test]
fn sc17_only_items_that_the_subject_can_reach_are_returned_or_changed() {
    let mut world = world();
    world.subject("robot", true, &["inspections/i1:read", "inspections/i2:read,update"]);
    let token = world.create(&admin(), service("Warehouse"));
    assert_eq!(world.ask(&token, "GET /audits/i1"), "allow");
    assert_eq!(world.ask(&token, "PUT /audits/i1"), "subject_lacks_permission");
    assert_eq!(world.ask(&token, "PUT /audits/i2"), "allow");
    assert_eq!(world.ask(&token, "GET /audits/i3"), "subject_lacks_permission");
    assert_eq!(
        world.reach(&token, "inspections:read"),
        json!({ "reach": "some", "instances": ["i1", "i2"] })
    );
}

#[test]
fn sc20_an_item_of_another_organisation_is_accessible_once_shared_with_the_subject() {
    let mut world = world();
    world.subject("ada", true, &["inspections/ours:read"]);
    let token = world.create(&user(), personal("Export"));
    assert_eq!(world.ask(&token, "GET /audits/theirs"), "subject_lacks_permission");
    world.subject("ada", true, &["inspections/ours:read", "inspections/theirs:read"]);
    assert_eq!(world.ask(&token, "GET /audits/theirs"), "allow");
}

#[test]
fn sc21_scim_takes_both_permissions_of_platform_management() {
    let mut world = world();
    let token = world.create(&admin(), service("Directory"));
    let both = ["@platform-users", "@platform-groups"];
    for (grants, expected) in
        [(&both[..1], "subject_lacks_permission"), (&both[1..], "subject_lacks_permission"), (&both, "allow")]
    {
        world.subject("robot", true, grants);
        assert_eq!(world.ask(&token, "POST /scim/v2/Users"), expected, "{grants:?}");
    }
}

#[test]
fn sc30_a_missing_item_is_explained_by_owner_then_access_then_permission() {
    let mut world = world();
    world.subject("ada", true, &["templates/t1:read"]);
    let token = world.create(&user(), personal("Export"));
    let explained = world.explain(&token, TEMPLATE);
    let groups: Vec<&str> = items(&explained["groups"]).map(|group| text(&group["group"])).collect();
    assert_eq!(groups, ["request", "owner", "access", "permission"]);
    let permission = items(&explained["groups"]).last().unwrap();
    let outcomes: Vec<(&str, &str)> =
        items(&permission["checks"]).map(|check| (text(&check["check"]), text(&check["outcome"]))).collect();
    // The template is accessible; the location of the templates is not.
    assert_eq!(outcomes, [("templates/t1:read", "pass"), ("locations:read", "fail")]);
    assert_eq!(explained["smallestGrant"], json!(["locations:read"]));
}

#[test]
fn sc31_an_item_not_shared_with_the_subject_is_not_returned() {
    let mut world = world();
    world.subject("robot", true, &[]);
    let own = world.create(&user(), personal("Export"));
    let shared = world.create(&admin(), service("Warehouse"));
    assert_eq!(world.ask(&own, "GET /audits/i1"), "allow");
    assert_eq!(world.ask(&shared, "GET /audits/i1"), "subject_lacks_permission");
    assert_eq!(world.reach(&shared, "inspections:read"), json!({ "reach": "none", "instances": [] }));
}
