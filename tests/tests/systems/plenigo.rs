//! plenigo: the fields of a token, the age of its secret, and manual changes.

use serde_json::{Value, json};

use crate::people::admin;
use crate::world::World;

pub(crate) const CUSTOMERS: &str = "GET /customers";

/// A token as an administrator creates it.
pub(crate) fn access(grant: &str) -> Value {
    json!({ "kind": "accessToken", "name": "Shop", "grants": [grant], "applications": ["shop"] })
}

fn token(world: &mut World) -> String {
    world.create(&admin(), access("@read-write"))
}

#[test]
fn pl1_each_token_has_its_own_identifier_and_rights() {
    let (mut world, team) = World::with("plenigo", &admin(), access("@read-write"));
    let partner = world.create(&admin(), access("customers:read"));
    assert_ne!(team, partner);
    assert_eq!([&team, &partner].map(|token| world.ask(token, CUSTOMERS)), ["allow", "allow"]);
    let invoices = [&team, &partner].map(|token| world.ask(token, "GET /invoices"));
    assert_eq!(invoices, ["allow", "insufficient_scope"]);
}

#[test]
fn pl2_a_token_turns_orange_after_six_months_and_red_after_a_year() {
    let mut world = World::of("plenigo");
    let token = token(&mut world);
    // 1 January: six months are 181 days, a year is 365.
    for (by, age) in [("181d", "fresh"), ("1ms", "orange"), ("184d -1ms", "orange"), ("1ms", "red")] {
        world.later(by);
        let row = world.overview(&admin())[&token].clone();
        assert_eq!((&row["ageLevel"], &row["status"]), (&json!(age), &json!("active")), "{row}");
    }
    let mut fields = access("@read-only");
    fields["expiresAt"] = world.after("1d").into();
    let short = world.create(&admin(), fields);
    world.later("1d");
    let row = &world.overview(&admin())[&short];
    assert_eq!((&row["ageLevel"], &row["status"]), (&json!("expired"), &json!("expired")));
}

#[test]
fn pl4_a_token_has_a_name_rights_applications_and_optionally_an_end() {
    let (mut world, reads) = World::with("plenigo", &admin(), access("@read-only"));
    let writes = token(&mut world);
    assert_eq!(world.ask(&reads, CUSTOMERS), "allow");
    assert_eq!(world.ask(&reads, "POST /customers"), "insufficient_scope");
    assert_eq!(world.ask(&writes, "POST /customers"), "allow");
    for (field, value, code) in [
        ("name", json!(""), "bad_name"),
        ("grants", json!([]), "grants_required"),
        ("applications", Value::Null, "applications_required"),
    ] {
        let mut fields = access("@read-only");
        fields[field] = value;
        assert_eq!(world.refused(&admin(), fields), code, "{field}");
    }
    let mut fields = access("@read-only");
    fields["description"] = json!("For the shop");
    fields["expiresAt"] = world.after("7d").into();
    let short = world.create(&admin(), fields);
    let elsewhere = world.decide(&world.plaintext(&short), CUSTOMERS, |attempt| attempt.application("blog"));
    assert_eq!(elsewhere["reason"], "wrong_application");
    world.later("7d");
    assert_eq!(world.ask(&short, CUSTOMERS), "expired");
}

#[test]
fn pl12_the_secret_is_never_stored() {
    let mut world = World::of("plenigo");
    let token = token(&mut world);
    let plaintext = world.plaintext(&token);
    let (_, secret) = plaintext.rsplit_once('_').unwrap();
    let overview = world.overview(&admin()).to_string();
    assert!(!world.record(&token).to_string().contains(secret) && !overview.contains(secret));
    assert!(!overview.contains("sha256:"), "nor does the overview hold what is stored in its place");
}

#[test]
fn pl13_deactivation_cannot_be_undone() {
    let mut world = World::of("plenigo");
    let token = token(&mut world);
    world.give(&admin(), &token, "revoke", json!({})).change();
    assert_eq!(world.ask(&token, CUSTOMERS), "revoked");
    for command in ["unlock", "regenerate", "extend", "rotate"] {
        let answer = world.give(&crate::people::system(), &token, command, json!({}));
        assert_eq!(answer.code(), "illegal_transition", "{command}");
    }
}

#[test]
fn pl14_only_description_and_renewal_can_be_edited() {
    let mut world = World::of("plenigo");
    let token = token(&mut world);
    let set =
        json!({ "description": "The new shop", "renewal": { "every": "30d", "mailTo": "ops@example.com" } });
    world.give(&admin(), &token, "edit", json!({ "set": set })).change();
    let record = world.record(&token);
    assert_eq!(record["description"], "The new shop");
    assert_eq!(record["renewal"]["mailTo"], "ops@example.com");
    world.give(&admin(), &token, "edit", json!({ "set": { "renewal": null } })).change();
    assert!(world.record(&token)["renewal"].is_null());
    for set in [
        json!({ "name": "Other" }),
        json!({ "grants": ["@read-only"] }),
        json!({ "applications": ["blog"] }),
        json!({ "expiresAt": world.after("7d") }),
    ] {
        let answer = world.give(&admin(), &token, "edit", json!({ "set": set }));
        assert_eq!(answer.code(), "not_editable", "{set}");
    }
}

/// The old and the new token after a manual renewal; the old one ends in a week.
fn renewed(world: &mut World) -> (String, String) {
    let mut fields = access("@read-write");
    fields["renewal"] = json!({ "every": "30d", "mailTo": "ops@example.com" });
    let old = world.create(&admin(), fields);
    let fields = json!({ "endsAt": world.after("7d"), "name": "Shop 2", "description": "Second" });
    world.give(&admin(), &old, "renew", fields).change();
    let new = world.record(&old)["renewedTo"].as_str().unwrap().to_owned();
    (old, new)
}

#[test]
fn pl15_a_successor_is_valid_beside_the_old_token_until_that_one_ends() {
    let mut world = World::of("plenigo");
    let (old, new) = renewed(&mut world);
    world.later("7d -1ms");
    assert_eq!([&old, &new].map(|token| world.ask(token, CUSTOMERS)), ["allow", "allow"]);
    world.later("1ms");
    assert_eq!([&old, &new].map(|token| world.ask(token, CUSTOMERS)), ["expired", "allow"]);
    assert_eq!((world.events(&old), world.events(&new)), (vec!["created", "renewed"], vec!["created"]));
    let mut world = World::of("plenigo");
    let token = token(&mut world);
    let without_name = json!({ "endsAt": world.after("7d"), "name": "" });
    assert_eq!(world.give(&admin(), &token, "renew", without_name).code(), "bad_name");
    let past = json!({ "endsAt": "2025-12-31T00:00:00.000Z", "name": "Shop 2" });
    assert_eq!(world.give(&admin(), &token, "renew", past).code(), "in_the_past");
}

#[test]
fn pl_a1_age_counts_calendar_months_from_the_issue_of_the_present_secret() {
    let mut world = World::of("plenigo");
    world.later("242d");
    let token = token(&mut world);
    let level = |world: &World| world.overview(&admin())[&token]["ageLevel"].clone();
    // Six months from 31 August end on 28 February.
    world.later("181d");
    assert_eq!((world.now.to_text().as_str(), level(&world)), ("2027-02-28T00:00:00.000Z", json!("fresh")));
    world.later("1ms");
    assert_eq!(level(&world), "orange");
}

#[test]
fn pl_a6_a_successor_inherits_everything_except_name_and_description() {
    let mut world = World::of("plenigo");
    let (old, new) = renewed(&mut world);
    let (old, new) = (world.record(&old), world.record(&new));
    for field in ["kind", "owner", "grants", "applications", "renewal"] {
        assert_eq!(old[field], new[field], "{field}");
    }
    assert_eq!((&new["name"], &new["description"]), (&json!("Shop 2"), &json!("Second")));
    assert_eq!(new["renewedFrom"], old["id"]);
}

#[test]
fn pl_a8_a_host_can_show_a_token_again_without_the_core() {
    let mut world = World::of("plenigo");
    let mut fields = access("@read-only");
    fields["id"] = json!("click-1");
    let first = world.give(&admin(), "", "create", fields.clone()).change();
    assert!(first["plaintext"].is_string());
    let again = world.give(&admin(), "", "create", fields);
    assert!(matches!(again, crate::world::Answer::Repeated), "{again:?}");
}

#[test]
fn pl_a9_a_deactivated_token_is_not_renewed() {
    let mut world = World::of("plenigo");
    let token = token(&mut world);
    world.give(&admin(), &token, "revoke", json!({})).change();
    let fields = json!({ "endsAt": world.after("7d"), "name": "Shop 2" });
    assert_eq!(world.give(&admin(), &token, "renew", fields).code(), "illegal_transition");
}
