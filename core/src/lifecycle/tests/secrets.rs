//! Rotation, proof by a secret, automatic renewal: at most two live secrets, and no lost reply locks anybody out.

use alloc::format;
use alloc::string::String;

use super::{Scene, at};
use crate::document::Value;

const NO_ACTOR: &str = "null";

impl Scene {
    fn rotate(&mut self, id: &str, plaintext: &str) -> Result<String, String> {
        self.give_as(&format!(r#"{{"command":"rotate","id":"{id}","plaintext":"{plaintext}"}}"#), NO_ACTOR)
    }

    fn redeem(&mut self, id: &str, plaintext: &str, key: &str) -> Result<String, String> {
        let command =
            format!(r#"{{"command":"redeemRenewal","id":"{id}","plaintext":"{plaintext}","key":"{key}"}}"#);
        self.give_as(&command, NO_ACTOR)
    }
}

#[test]
fn rot_04_a_replaced_secret_lives_for_its_grace_and_two_live_at_most() {
    let mut scene = Scene::new();
    let first = scene.create(r#""kind":"plain","owner":"ada""#);
    assert_eq!(scene.call(&first), "allow");
    let second = scene.execute(r#"{"command":"rotate","id":"r1"}"#).expect("rotated");
    assert_eq!(scene.text("previous.until"), "2026-01-02T00:00:00.000Z");
    assert_eq!((scene.call(&first), scene.field("secretUsedAt")), ("allow".into(), None));
    // Never used: the next one takes its place, and the first keeps its time.
    let third = scene.execute(r#"{"command":"rotate","id":"r2"}"#).expect("rotated again");
    assert_eq!(scene.text("previous.until"), "2026-01-02T00:00:00.000Z");
    assert_eq!(scene.call(&second), "wrong_secret");
    assert_eq!(scene.call(&third), "allow");
    scene.now = at("2026-01-01T23:59:59.999Z");
    assert_eq!(scene.call(&first), "allow");
    assert_eq!(scene.rotate("r3", &first), Err("rotated".into()), "the third is in use");
    scene.now = at("2026-01-02T00:00:00Z");
    assert_eq!(scene.call(&first), "rotated");
    assert_eq!(scene.rotate("r4", &first), Err("reuse_detected".into()));
    assert!(scene.last.change.is_none());
    assert_eq!(scene.last.refusal.as_ref().expect("refused").notices.len(), 1);
}

#[test]
fn a_secret_that_leaked_ends_at_once() {
    let mut scene = Scene::new();
    let first = scene.create(r#""kind":"plain","owner":"ada""#);
    scene.call(&first);
    let second = scene.execute(r#"{"command":"rotate","id":"r1","grace":"1h"}"#).expect("rotated");
    assert_eq!(scene.text("previous.until"), "2026-01-01T01:00:00.000Z");
    let third = scene.execute(r#"{"command":"rotate","id":"r2","leak":true}"#).expect("rotated");
    assert_eq!(scene.text("previous.until"), "2026-01-01T00:00:00.000Z");
    assert_eq!(scene.call(&third), "allow");
    assert_eq!(scene.call(&second), "wrong_secret");
    assert_eq!(scene.call(&first), "rotated");
    assert_eq!(scene.execute(r#"{"command":"rotate","id":"r3","grace":"25h"}"#), Err("bad_field".into()));
}

#[test]
fn rot_06_a_lost_reply_never_locks_a_client_out() {
    let mut scene = Scene::new();
    let first = scene.create(r#""kind":"plain","owner":"ada""#);
    scene.call(&first);
    scene.rotate("r1", &first).expect("rotated, and the reply is lost");
    assert_eq!(scene.rotate("r1", &first), Err("repeated".into()));
    let again = scene.rotate("r2", &first).expect("the old secret is all the client has");
    assert_eq!(scene.call(&again), "allow");
    // Rotated by the new one itself: that counts as its use, so it stays valid when this reply is lost.
    let lost = scene.rotate("r3", &again).expect("rotated");
    assert_eq!(scene.call(&again), "allow");
    assert_eq!(scene.call(&first), "wrong_secret");
    assert_ne!(lost, again);
}

#[test]
fn rot_06_rotating_twice_by_a_secret_that_made_no_request_keeps_it_alive() {
    let mut scene = Scene::new();
    let first = scene.create(r#""kind":"plain","owner":"ada""#);
    let second = scene.rotate("r1", &first).expect("rotated");
    scene.rotate("r2", &second).expect("rotated, reply lost");
    assert_eq!(scene.call(&second), "allow");
    assert!(scene.rotate("r3", &second).is_ok(), "the present one was never used");
}

#[test]
fn an_unknown_token_and_a_wrong_secret_look_alike() {
    let mut scene = Scene::new();
    let mine = scene.create(r#""kind":"plain","owner":"ada""#);
    // The same id, and another secret.
    let mut elsewhere = Scene::new();
    elsewhere.entropy();
    let other = elsewhere.create(r#""kind":"plain","owner":"ada""#);
    let wrong = scene.rotate("r1", &other);
    let said = scene.last.to_value().to_json();
    scene.record = None;
    assert_eq!(scene.rotate("r1", &mine), wrong);
    assert_eq!(scene.last.to_value().to_json(), said);
    assert_eq!(scene.rotate("r1", "junk"), wrong);
    assert_eq!(scene.last.to_value().to_json(), said);
}

fn steady() -> (Scene, String) {
    let mut scene = Scene::new();
    let mail =
        r#""renewal":{"every":"30d","mailTo":"ops@example.com","callback":"https://example.com/renew"}"#;
    let first = scene.create(&format!(r#""kind":"steady","owner":"erp",{mail}"#));
    scene.call(&first);
    assert_eq!(scene.text("dueAt"), "2026-01-31T00:00:00.000Z");
    scene.now = at("2026-01-30T23:59:59.999Z");
    assert!(scene.sweep().is_empty());
    scene.now = at("2026-01-31T00:00:00Z");
    assert_eq!(scene.sweep(), ["offer:1:1769817600000:1"]);
    (scene, first)
}

#[test]
fn rot_03_a_key_works_once_and_for_two_hours() {
    let (mut scene, first) = steady();
    let key = scene.key.clone();
    assert_eq!(scene.redeem("k1", &first, &"x".repeat(32)), Err("wrong_key".into()));
    assert_eq!(scene.redeem("k1", &first, "short"), Err("wrong_key".into()));
    scene.now = at("2026-01-31T02:00:00Z");
    assert_eq!(scene.redeem("k2", &first, &key), Err("key_expired".into()));
    scene.now = at("2026-01-31T23:59:59.999Z");
    assert!(scene.sweep().is_empty());
    scene.now = at("2026-02-01T00:00:00Z");
    assert_eq!(scene.sweep(), ["offer:2:1769904000000:2"]);
    assert_eq!(scene.redeem("k3", &first, &key), Err("wrong_key".into()), "the key before");
    let key = scene.key.clone();
    scene.now = at("2026-02-01T01:59:59.999Z");
    let second = scene.redeem("k4", &first, &key).expect("the last instant");
    assert_eq!(scene.text("expiresAt"), "2026-05-02T01:59:59.999Z");
    assert_eq!(scene.text("previous.until"), "2026-02-02T01:59:59.999Z");
    assert_eq!(scene.redeem("k5", &first, &key), Err("already_redeemed".into()));
    assert_eq!(scene.last.refusal.as_ref().expect("refused").notices.len(), 1);
    assert_eq!(scene.call(&second), "allow");
    // The recovery that was planned is not needed any more; what is left is to retire the first.
    scene.now = at("2026-02-02T01:59:59.999Z");
    assert_eq!(scene.call(&first), "rotated");
    assert_eq!(scene.sweep(), ["retire:1769997599999:4"]);
    assert_eq!(scene.text("dueAt"), "2026-03-03T01:59:59.999Z");
}

#[test]
fn a_redeemed_secret_that_is_never_used_is_offered_once_more() {
    let (mut scene, first) = steady();
    let key = scene.key.clone();
    scene.redeem("k1", &first, &key).expect("redeemed, and the reply is lost");
    assert_eq!(scene.call(&first), "allow");
    scene.now = at("2026-01-31T21:59:59.999Z");
    assert!(scene.sweep().is_empty());
    scene.now = at("2026-01-31T22:00:00Z");
    assert_eq!(scene.sweep(), ["offer:2:1769896800000:3"]);
    let key = scene.key.clone();
    scene.now = at("2026-01-31T23:59:59.999Z");
    let third = scene.redeem("k2", &first, &key).expect("with the old secret and the new key");
    assert_eq!(scene.text("previous.until"), "2026-02-01T00:00:00.000Z", "as before");
    scene.now = at("2026-02-01T00:00:00Z");
    assert_eq!(scene.call(&third), "allow");
    assert_eq!(scene.sweep(), ["retire:1769904000000:5"]);
    assert_eq!(scene.text("dueAt"), "2026-03-02T23:59:59.999Z");
    // PL A5 and onReuse: the kind asks for the token to be revoked.
    assert_eq!(scene.redeem("k3", &first, &key), Err("reuse_detected".into()));
    assert_eq!(scene.field("revoked.by"), Some(&Value::Null));
    assert_eq!(scene.field("previous"), None);
    assert_eq!(scene.field("renewal.offer"), None);
    assert_eq!(scene.call(&third), "revoked");
}

#[test]
fn pl_a5_a_renewal_that_was_not_redeemed_raises_a_notice() {
    let (mut scene, _) = steady();
    scene.now = at("2026-03-31T23:59:59.999Z");
    assert_eq!(scene.sweep(), ["offer:2:1769904000000:2"], "a late sweep makes one offer");
    scene.now = at("2026-04-01T00:00:00Z");
    assert_eq!(scene.sweep(), ["remind:expiry:end:1775001600000:3"]);
    let change = scene.last.change.as_ref().expect("a change");
    let told: alloc::vec::Vec<_> =
        change.notices.iter().map(|notice| notice.get("notice").cloned()).collect();
    assert_eq!(told, [Some("renewalLost".into())]);
    assert_eq!(scene.field("dueAt"), None);
    assert!(scene.sweep().is_empty());
}

/// 27 years of renewals, each as late as may be: the end never runs ahead, and two secrets live at most.
#[test]
fn lif_05_ten_thousand_renewals_in_a_row_lead_nowhere_else() {
    let mut scene = Scene::new();
    let renewal = r#""renewal":{"every":"1d"}"#;
    let mut secret = scene.create(&format!(r#""kind":"steady","owner":"erp",{renewal}"#));
    let mut before = String::new();
    for round in 0..10_000_u32 {
        scene.now = scene.now.plus(crate::base::Span::parse("1d").unwrap());
        assert_eq!(scene.call(&secret), "allow", "round {round}");
        scene.sweep();
        let key = scene.key.clone();
        let fresh = scene.redeem(&format!("k{round}"), &secret, &key).expect("offered");
        let end = scene.now.plus(crate::base::Span::parse("90d").unwrap());
        assert_eq!(scene.text("expiresAt"), end.to_text(), "round {round}");
        assert_ne!(scene.call(&before), "allow", "round {round}");
        before = core::mem::replace(&mut secret, fresh);
    }
    assert_eq!(scene.field("revision"), Some(&crate::document::Value::Int(1 + 10_000 * 3 - 1)));
}
