//! plenigo: automatic renewal with a single-use key that works only together with the old token.

use serde_json::{Value, json};

use crate::people::admin;
use crate::plenigo::{CUSTOMERS, access};
use crate::store::text;
use crate::world::{Answer, World};

const REDEEM: &str = "GET /apiAccessTokens/requestRenewedToken?requestToken=key";

/// A token that is renewed every 30 days, with a recipient for its notices.
fn renewing() -> Value {
    let mut fields = access("@read-write");
    fields["renewal"] = json!({ "every": "30d", "mailTo": "ops@example.com", "callback": "https://shop.example.com/renewed" });
    fields
}

/// A world in which the first key was just sent.
fn offered() -> (World, String) {
    let (mut world, token) = World::with("plenigo", &admin(), renewing());
    world.later("30d");
    assert_eq!(world.sweep(), ["offerRenewal"]);
    (world, token)
}

/// The key that was sent last.
fn key(world: &World) -> String {
    text(&world.notices("renewalOffered").last().unwrap()["secret"]).to_owned()
}

fn redeem(world: &mut World, plaintext: &str, key: &str) -> Answer {
    let fields = json!({ "plaintext": plaintext, "key": key });
    world.give(&Value::Null, "", "redeemRenewal", fields)
}

#[test]
fn pl5_a_renewal_is_offered_to_a_callback_at_a_set_interval() {
    let (mut world, token) = World::with("plenigo", &admin(), renewing());
    world.later("30d -1ms");
    assert_eq!(world.sweep(), Vec::<String>::new());
    world.later("1ms");
    assert_eq!(world.sweep(), ["offerRenewal"]);
    let notice = world.notices("renewalOffered")[0].clone();
    assert_eq!(notice["callback"], "https://shop.example.com/renewed");
    let plaintext = world.plaintext(&token);
    let key = key(&world);
    redeem(&mut world, &plaintext, &key).change();
    assert_eq!(world.ask(&token, CUSTOMERS), "allow");
    // The new secret was used, so the next offer comes after the next 30 days.
    world.later("1d");
    assert_eq!(world.sweep(), ["retire"]);
    world.later("29d -1ms");
    assert_eq!(world.sweep(), Vec::<String>::new());
    world.later("1ms");
    assert_eq!(world.sweep(), ["offerRenewal"]);
}

#[test]
fn pl6_the_recipient_is_notified_of_a_renewal() {
    let (mut world, token) = offered();
    let (plaintext, key) = (world.plaintext(&token), key(&world));
    redeem(&mut world, &plaintext, &key).change();
    let notices = world.notices("renewed");
    assert_eq!(notices.len(), 1);
    assert_eq!((&notices[0]["to"], &notices[0]["token"]), (&json!("ops@example.com"), &json!(token)));
}

#[test]
fn pl7_a_callback_needs_a_renewal() {
    let mut world = World::of("plenigo");
    let mut fields = access("@read-only");
    fields["renewal"] = json!({ "callback": "https://shop.example.com/renewed" });
    assert_eq!(world.refused(&admin(), fields.clone()), "callback_without_renewal");
    fields["renewal"] = json!({ "every": "30d", "callback": "http://shop.example.com/renewed" });
    assert_eq!(world.refused(&admin(), fields), "bad_field", "the key travels encrypted only");
}

#[test]
fn pl8_the_key_must_be_redeemed_within_two_hours() {
    let (mut world, token) = offered();
    let (plaintext, key) = (world.plaintext(&token), key(&world));
    world.later("2h -1ms");
    let change = redeem(&mut world, &plaintext, &key).change();
    assert_ne!(change["plaintext"], json!(plaintext));
    assert_eq!(world.ask(&token, CUSTOMERS), "allow");
    let (mut world, token) = offered();
    let (plaintext, key) = (world.plaintext(&token), self::key(&world));
    world.later("2h");
    assert_eq!(redeem(&mut world, &plaintext, &key).code(), "key_expired");
    assert_eq!(world.ask(&token, CUSTOMERS), "allow");
}

#[test]
fn pl9_an_unredeemed_renewal_is_offered_again_after_24_hours() {
    let (mut world, _) = offered();
    world.later("24h -1ms");
    assert_eq!(world.sweep(), Vec::<String>::new());
    world.later("1ms");
    assert_eq!(world.sweep(), ["offerRenewal"]);
    assert_eq!(world.notices("renewalOffered").len(), 2);
}

#[test]
fn pl10_after_redemption_the_old_secret_stays_valid_for_24_hours() {
    let (mut world, token) = offered();
    let (old, key) = (world.plaintext(&token), key(&world));
    world.later("1h");
    redeem(&mut world, &old, &key).change();
    assert_eq!(world.ask(&token, CUSTOMERS), "allow");
    assert_eq!(world.ask_with(&old, CUSTOMERS), "allow");
    world.later("24h -1ms");
    assert_eq!(world.ask_with(&old, CUSTOMERS), "allow");
    world.later("1ms");
    assert_eq!(world.ask_with(&old, CUSTOMERS), "rotated");
    assert_eq!(world.ask(&token, CUSTOMERS), "allow");
}

#[test]
fn pl16_a_renewal_is_requested_with_the_old_token_in_the_vendors_own_header() {
    let (mut world, token) = offered();
    assert_eq!(world.policy.header_name(), Some("x-plenigo-token"));
    assert_eq!(world.ask(&token, REDEEM), "allow");
    let (old, key) = (world.plaintext(&token), key(&world));
    // The key does not work alone or with another token.
    let stranger = world.create(&admin(), renewing());
    let stranger = world.plaintext(&stranger);
    assert_eq!(redeem(&mut world, &stranger, &key).code(), "no_offer");
    assert_eq!(redeem(&mut world, &old, "0000000000000000000000000000000A").code(), "wrong_key");
    redeem(&mut world, &old, &key).change();
}

#[test]
fn pl_a2_keys_follow_each_other_every_24_hours_and_each_replaces_the_one_before() {
    let (mut world, token) = offered();
    let plaintext = world.plaintext(&token);
    let mut keys = vec![key(&world)];
    for attempt in 2..=5 {
        world.later("24h");
        assert_eq!(world.sweep(), ["offerRenewal"]);
        assert_eq!(world.record(&token)["renewal"]["offer"]["attempt"], attempt);
        assert_eq!(redeem(&mut world, &plaintext, keys.last().unwrap()).code(), "wrong_key");
        keys.push(key(&world));
    }
    redeem(&mut world, &plaintext, keys.last().unwrap()).change();
    let (mut world, token) = offered();
    world.give(&admin(), &token, "revoke", json!({})).change();
    world.later("24h");
    assert_eq!(world.sweep(), Vec::<String>::new(), "a deactivated token is offered nothing");
}

#[test]
fn pl_a3_the_old_secret_does_not_outlive_the_old_end() {
    let mut world = World::of("plenigo");
    let mut fields = renewing();
    let end = world.after("31d");
    fields["expiresAt"] = json!(end);
    let token = world.create(&admin(), fields);
    world.later("30d 1h");
    world.sweep();
    let (old, key) = (world.plaintext(&token), key(&world));
    redeem(&mut world, &old, &key).change();
    assert_eq!(world.record(&token)["previous"]["until"], end);
    assert_eq!(world.ask(&token, CUSTOMERS), "allow");
    world.later("23h");
    assert_eq!(world.ask_with(&old, CUSTOMERS), "rotated");
    assert_eq!(world.ask(&token, CUSTOMERS), "allow");
}

/// The other reading: a policy may grant the full 24 hours even beyond the token's end.
#[test]
fn pl_a3_a_policy_may_give_the_old_secret_its_full_grace() {
    let mut world = World::under("plenigo", |policy| {
        for kind in policy["kinds"].as_object_mut().unwrap().values_mut() {
            if kind["renewal"]["automatic"].is_object() {
                kind["renewal"]["automatic"]["fullGrace"] = true.into();
            }
        }
    });
    let mut fields = renewing();
    fields["expiresAt"] = json!(world.after("31d"));
    let token = world.create(&admin(), fields);
    world.later("30d 1h");
    world.sweep();
    let (old, key) = (world.plaintext(&token), key(&world));
    let until = world.after("24h");
    redeem(&mut world, &old, &key).change();
    assert_eq!(world.record(&token)["previous"]["until"], until);
    assert_eq!(world.ask(&token, CUSTOMERS), "allow");
    world.later("24h -1ms");
    assert_eq!(world.ask_with(&old, CUSTOMERS), "allow");
    world.later("1ms");
    assert_eq!(world.ask_with(&old, CUSTOMERS), "rotated");
}

#[test]
fn pl_a4_a_key_works_once_and_a_second_attempt_is_reported() {
    let (mut world, token) = offered();
    let (old, key) = (world.plaintext(&token), key(&world));
    redeem(&mut world, &old, &key).change();
    assert_eq!(redeem(&mut world, &old, &key).code(), "already_redeemed");
    assert_eq!(world.notices("alreadyRedeemed").len(), 1);
    let redeemed = world.events(&token).into_iter().filter(|event| *event == "renewalRedeemed").count();
    assert_eq!(redeemed, 1);
}

#[test]
fn pl_a5_a_token_that_ends_before_its_renewal_is_lost_and_reported() {
    let mut world = World::of("plenigo");
    let mut fields = renewing();
    fields["expiresAt"] = world.after("30d").into();
    fields["renewal"]["every"] = json!("29d");
    let token = world.create(&admin(), fields);
    world.later("29d");
    assert_eq!(world.sweep(), ["offerRenewal"]);
    world.later("1d");
    let (old, key) = (world.plaintext(&token), key(&world));
    assert_ne!(redeem(&mut world, &old, &key).code(), "");
    world.sweep();
    let lost = world.notices("renewalLost");
    assert_eq!(lost.len(), 1);
    assert_eq!((&lost[0]["token"], &lost[0]["to"]), (&json!(token), &json!("ops@example.com")));
}

#[test]
fn pl_a7_a_period_of_zero_or_beyond_the_tokens_lifetime_is_refused() {
    let mut world = World::of("plenigo");
    let mut fields = renewing();
    fields["renewal"]["every"] = json!("0d");
    assert_eq!(world.refused(&admin(), fields), "bad_field");
    let mut fields = renewing();
    fields["expiresAt"] = world.after("7d").into();
    assert_eq!(world.refused(&admin(), fields), "bad_field");
}
