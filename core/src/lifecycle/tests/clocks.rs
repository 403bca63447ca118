//! What time asks for: at which instant, once, and what the sweep makes of it.

use alloc::vec::Vec;

use super::{Scene, at};
use crate::document::Value;

fn told(scene: &Scene) -> Vec<Value> {
    let change = scene.last.change.as_ref().expect("a change");
    change.notices.iter().filter_map(|notice| notice.get("notice").cloned()).collect()
}

#[test]
fn xe_11_the_latest_stage_that_has_come_is_reminded_of_once() {
    let mut scene = Scene::new();
    scene.create(r#""kind":"plain","owner":"ada""#);
    scene.now = at("2026-01-31T23:59:59.999Z");
    assert!(scene.sweep().is_empty());
    // 45 days less 14, and less 3: a late sweep sends one reminder.
    scene.now = at("2026-02-12T12:00:00Z");
    assert_eq!(scene.sweep(), ["remind:idle:3d:1771113600000:1"]);
    assert_eq!(told(&scene), ["idleSoon".into()]);
    assert!(scene.sweep().is_empty());
    assert_eq!(scene.text("dueAt"), "2026-02-15T00:00:00.001Z");
    scene.now = at("2026-02-15T00:00:00Z");
    assert!(scene.sweep().is_empty(), "the last instant");
    scene.now = at("2026-02-15T00:00:00.001Z");
    assert_eq!(scene.sweep(), ["remind:idle:end:1771113600000:2"]);
    assert_eq!(told(&scene), ["idle".into()]);
    // Extended: both clocks move, and what was noted of the other end is void.
    scene.execute(r#"{"command":"extend","id":"x"}"#).expect("extended");
    assert_eq!(scene.text("expiresAt"), "2026-08-14T00:00:00.001Z");
    assert_eq!(scene.text("endsAt"), "2026-04-01T00:00:00.002Z");
    assert_eq!(scene.text("dueAt"), "2026-03-18T00:00:00.001Z");
    scene.now = at("2026-08-20T00:00:00Z");
    assert_eq!(scene.sweep(), ["remind:expiry:end:1786665600001:4", "remind:idle:end:1775001600001:4"]);
    assert_eq!(scene.field("dueAt"), None);
}

#[test]
fn lif_05_extending_never_goes_beyond_the_longest_lifetime() {
    let mut scene = Scene::new();
    scene.create(r#""kind":"plain","owner":"ada""#);
    for day in 1..400_i64 {
        scene.now = crate::base::Instant::from_millis(1_767_225_600_000 + day * 86_400_000).expect("a day");
        let extended = scene.execute(&alloc::format!(r#"{{"command":"extend","id":"x{day}"}}"#));
        assert_eq!(extended.is_ok(), day < 365, "day {day}: {extended:?}");
    }
    assert_eq!(scene.text("expiresAt"), "2027-01-01T00:00:00.000Z");
}

#[test]
fn tim_05_extending_never_means_never() {
    let mut scene = Scene::new();
    scene.create(r#""kind":"plain""#);
    let never = r#"{"command":"extend","id":"x","expiresAt":null}"#;
    assert_eq!(scene.execute(never), Err("never_expires".into()));
    let mut scene = Scene::new();
    scene.create(r#""kind":"mayfly","expiresAt":"2026-01-05T00:00:00Z""#);
    scene.execute(never).expect("a kind without an end");
    assert_eq!(scene.field("expiresAt"), Some(&Value::Null));
    let end = r#"{"command":"extend","id":"y","expiresAt":"2026-01-05T00:00:00Z"}"#;
    assert_eq!(scene.execute(end), Err("not_later".into()), "it never ends as it is");
}

#[test]
fn sc_28_an_unused_token_is_revoked_and_can_come_back() {
    let mut scene = Scene::new();
    let create =
        r#"{"command":"create","id":"c","name":"N","kind":"phoenix","owner":"erp","grants":["base/a:read"]}"#;
    scene.execute(create).expect("created");
    scene.now = at("2026-01-31T00:00:00Z");
    assert!(scene.sweep().is_empty());
    let early = r#"{"command":"revoke","id":"i","reason":"idle"}"#;
    let system = r#"{"system":true}"#;
    assert_eq!(scene.give_as(early, system), Err("illegal_transition".into()), "it was used in the meantime");
    scene.now = at("2026-01-31T00:00:00.001Z");
    assert_eq!(scene.sweep(), ["idle:1769817600000:1"]);
    assert_eq!(told(&scene), ["revokedForIdleness".into()]);
    assert_eq!(scene.text("revoked.reason"), "idle");
    assert_eq!(scene.field("dueAt"), None);
    scene.execute(r#"{"command":"regenerate","id":"r"}"#).expect("regenerated");
    assert_eq!(scene.text("endsAt"), "2026-03-02T00:00:00.002Z");
}

#[test]
fn ids_of_scheduled_commands_are_reserved() {
    let mut scene = Scene::new();
    scene.create(r#""kind":"plain","owner":"root""#);
    for id in ["idle:1:1", "remind:x", "offer:", "retire:1"] {
        let extend = alloc::format!(r#"{{"command":"extend","id":"{id}"}}"#);
        assert_eq!(scene.execute(&extend), Err("bad_field".into()), "{id}");
        let create = alloc::format!(r#"{{"command":"create","id":"{id}","kind":"plain","name":"x"}}"#);
        assert_eq!(scene.execute(&create), Err("bad_field".into()), "{id}");
    }
}

#[test]
fn xe_10_an_unused_token_is_deleted_whatever_its_state() {
    for command in ["lock", "revoke", ""] {
        let mut scene = Scene::new();
        scene.create(r#""kind":"mayfly","owner":"ada""#);
        if !command.is_empty() {
            scene.execute(&alloc::format!(r#"{{"command":"{command}","id":"s"}}"#)).expect(command);
        }
        let revision = if command.is_empty() { 1 } else { 2 };
        let reminded = command != "revoke";
        scene.now = at("2026-01-09T00:00:00Z");
        assert_eq!(scene.sweep().len(), usize::from(reminded));
        scene.now = at("2026-01-11T00:00:00.001Z");
        let revision = revision + usize::from(reminded);
        assert_eq!(scene.sweep(), [alloc::format!("idle:1768089600000:{revision}")]);
        assert_eq!(told(&scene), ["deletedForIdleness".into()]);
        assert_eq!(scene.record, None);
        assert!(scene.last.change.as_ref().expect("a change").tombstone.is_some());
    }
}

#[test]
fn pl_15_a_successor_goes_on_beside_the_old_token() {
    let mut scene = Scene::new();
    scene.create(r#""kind":"plain","owner":"ada","description":"d""#);
    scene.now = at("2026-01-11T00:00:00Z");
    let renew =
        |end: &str| alloc::format!(r#"{{"command":"renew","id":"r","endsAt":"{end}","name":"ERP 2"}}"#);
    assert_eq!(scene.execute(&renew("2026-01-11T00:00:00Z")), Err("in_the_past".into()));
    assert_eq!(scene.execute(&renew("2026-06-30T00:00:00.001Z")), Err("bad_field".into()));
    let plaintext = scene.execute(&renew("2026-01-12T00:00:00Z")).expect("renewed");
    let change = scene.last.change.as_ref().expect("a change");
    let successor = change.writes[1].record.clone().expect("a record");
    assert!(plaintext.contains(change.writes[1].id.as_str()));
    assert_eq!(successor.get("expiresAt").and_then(Value::as_text), Some("2026-07-10T00:00:00.000Z"));
    assert_eq!(successor.get("description"), None);
    assert_eq!(successor.get("renewedFrom"), scene.field("id"));
    assert_eq!(scene.field("renewedTo"), successor.get("id"));
    assert_eq!(change.events.len(), 2);
    let below = |guard: &Value| guard.get("below").cloned();
    assert_eq!(
        change.guards.iter().map(below).collect::<Vec<_>>(),
        [Some(Value::Int(9)), Some(Value::Int(19))]
    );
    assert_eq!(
        scene.execute(r#"{"command":"renew","id":"r2","endsAt":"2026-01-12T00:00:00Z","name":"x"}"#),
        Err("already_renewed".into())
    );
    scene.now = at("2026-01-12T00:00:00Z");
    assert_eq!(scene.execute(r#"{"command":"lock","id":"l"}"#), Err("illegal_transition".into()));
}
