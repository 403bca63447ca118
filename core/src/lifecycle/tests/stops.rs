//! Create, lock, unlock, revoke, delete.

use super::{Scene, at};
use crate::document::Value;
use crate::token::Status;

#[test]
fn a_token_is_made_locked_unlocked_revoked_and_deleted() {
    let mut scene = Scene::new();
    let plaintext = scene.create(r#""kind":"plain","owner":"ada""#);
    assert!(plaintext.starts_with("ex_pat_"), "{plaintext}");
    let record = scene.record.clone().expect("a record");
    assert!(plaintext.contains(scene.text("id")));
    assert_eq!(scene.text("expiresAt"), "2026-06-30T00:00:00.000Z");
    assert_eq!(scene.text("endsAt"), "2026-02-15T00:00:00.001Z");
    // 45 days less 14.
    assert_eq!(scene.text("dueAt"), "2026-02-01T00:00:00.000Z");
    assert_eq!(scene.policy.open_token(&record).status(None, scene.now), Some(Status::Active));
    assert_eq!(scene.execute(r#"{"command":"unlock","id":"c1"}"#), Err("illegal_transition".into()));
    scene.execute(r#"{"command":"lock","id":"c2","reason":"seen in public"}"#).expect("locked");
    assert_eq!(scene.text("lock.reason"), "seen in public");
    assert_eq!(scene.execute(r#"{"command":"lock","id":"c2"}"#), Err("repeated".into()));
    assert_eq!(scene.execute(r#"{"command":"lock","id":"c3"}"#), Err("illegal_transition".into()));
    scene.execute(r#"{"command":"unlock","id":"c4"}"#).expect("unlocked");
    assert_eq!(scene.field("lock"), None);
    scene.now = at("2026-01-02T00:00:00Z");
    scene.execute(r#"{"command":"revoke","id":"c5"}"#).expect("revoked");
    assert_eq!(scene.text("revoked.by"), "root");
    assert_eq!(scene.field("dueAt"), None);
    assert_eq!(scene.field("revision"), Some(&Value::Int(4)));
    for command in ["lock", "unlock", "revoke", "extend", "regenerate", "rotate"] {
        let refused = scene.execute(&alloc::format!(r#"{{"command":"{command}","id":"c6"}}"#));
        let code = refused.expect_err(command);
        assert!(code == "illegal_transition" || code == "not_allowed", "{command}: {code}");
    }
    scene.execute(r#"{"command":"delete","id":"c7"}"#).expect("deleted");
    assert_eq!(scene.record, None);
    assert_eq!(scene.execute(r#"{"command":"lock","id":"c8"}"#), Err("unknown".into()));
}
