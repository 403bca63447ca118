//! What a token may be told when it is made, and who may tell it.

use alloc::format;
use alloc::string::String;

use super::{Scene, at, json};
use crate::document::{Bounds, Value};
use crate::lifecycle::ApplyRequest;

const ADA: &str = r#"{"id":"ada","tenant":"t","grants":["license:read,update","base/a:read"]}"#;

impl Scene {
    /// The code and the field of the refusal.
    fn refused(&mut self, fields: &str, actor: &str) -> (String, String) {
        let command = format!(r#"{{"command":"create","id":"n","name":"N",{fields}}}"#);
        let code = self.give_as(&command, actor).expect_err(fields);
        let field = self.last.refusal.as_ref().and_then(|refusal| refusal.field.clone());
        self.record = None;
        (code, field.unwrap_or_default())
    }
}

#[test]
fn a_wish_that_cannot_be_met_names_its_field() {
    let mut scene = Scene::new();
    let boss = r#"{"id":"root","tenant":"t","roles":["admin","boss"]}"#;
    for (fields, code, field) in [
        (r#""kind":"other""#, "unknown_kind", "/kind"),
        (r#""kind":"plain","grants":["license:read","licens:read"]"#, "unknown_scope", "/grants/1"),
        (r#""kind":"plain","grants":[]"#, "grants_required", "/grants"),
        (r#""kind":"phoenix","grants":["base:read"]"#, "instance_required", "/grants"),
        (r#""kind":"phoenix","grants":["base/a:read","base/b:read"]"#, "instance_required", "/grants"),
        (r#""kind":"phoenix","grants":["base/a:read","*:read"]"#, "instance_required", "/grants"),
        (r#""kind":"phoenix","grants":["license:read"]"#, "instance_required", "/grants"),
        (r#""kind":"plain","applications":[]"#, "bad_field", "/applications"),
        (r#""kind":"plain","networks":{"allow":["10.0.0.1/8"]}"#, "bad_field", "/networks/allow/0"),
        (r#""kind":"plain","networks":{}"#, "bad_field", "/networks"),
        (r#""kind":"plain","idleAfter":"46d""#, "not_a_choice", "/idleAfter"),
        (r#""kind":"steady","idleAfter":"45d""#, "not_a_choice", "/idleAfter"),
        (r#""kind":"plain","expiresAt":null"#, "never_expires", "/expiresAt"),
        (r#""kind":"plain","expiresAt":"2026-01-01T00:00:00Z""#, "in_the_past", "/expiresAt"),
        (r#""kind":"plain","expiresAt":"2027-01-01T00:00:00.001Z""#, "exceeds_max_lifetime", "/expiresAt"),
        (r#""kind":"plain","expiresAt":"soon""#, "bad_field", "/expiresAt"),
        (r#""kind":"plain","notBefore":"2026-06-30T00:00:00Z""#, "in_the_past", "/expiresAt"),
        (r#""kind":"plain","renewal":{"every":"30d"}"#, "not_renewable", "/renewal"),
        (
            r#""kind":"steady","renewal":{"callback":"https://e.example"}"#,
            "callback_without_renewal",
            "/renewal/callback",
        ),
        (r#""kind":"steady","renewal":{"every":"0d"}"#, "bad_field", "/renewal/every"),
        (r#""kind":"steady","renewal":{"every":"91d"}"#, "bad_field", "/renewal/every"),
        (
            r#""kind":"steady","expiresAt":"2026-01-08T00:00:00Z","renewal":{"every":"8d"}"#,
            "bad_field",
            "/renewal/every",
        ),
        (
            r#""kind":"steady","renewal":{"every":"30d","callback":"http://e.example"}"#,
            "bad_field",
            "/renewal/callback",
        ),
        (
            r#""kind":"steady","renewal":{"every":"30d","mailTo":"a@b\r\nBcc: c@d"}"#,
            "bad_field",
            "/renewal/mailTo",
        ),
        (r#""kind":"plain","replaces":"x""#, "bad_field", "/replaces"),
        (r#""kind":"plain","tenant":"u""#, "unknown", ""),
    ] {
        assert_eq!(scene.refused(fields, boss), (code.into(), field.into()), "{fields}");
    }
    let blank = r#"{"command":"create","id":"n","kind":"plain","name":" \t"}"#;
    assert_eq!(scene.execute(blank), Err("bad_name".into()));
    let long = format!(r#"{{"command":"create","id":"n","kind":"plain","name":"{}"}}"#, "n".repeat(257));
    assert_eq!(scene.execute(&long), Err("bad_name".into()));
}

#[test]
fn tim_01_the_longest_lifetime_is_exact() {
    let mut scene = Scene::new();
    scene.create(r#""kind":"plain","expiresAt":"2027-01-01T00:00:00Z""#);
    assert_eq!(scene.text("expiresAt"), "2027-01-01T00:00:00.000Z");
}

#[test]
fn lif_08_an_actor_grants_only_what_it_holds() {
    let mut scene = Scene::new();
    let mine = |grants: &str| format!(r#""kind":"plain","grants":[{grants}]"#);
    for beyond in
        [r#""license:read","license:*""#, r#""license:read","base:read""#, r#""license:read","base/b:read""#]
    {
        assert_eq!(
            scene.refused(&mine(beyond), ADA),
            ("scope_ceiling".into(), "/grants/1".into()),
            "{beyond}"
        );
    }
    // Nothing was said about what she holds: nothing, then.
    let silent = r#"{"id":"ada","tenant":"t"}"#;
    assert_eq!(scene.refused(&mine(r#""license:read""#), silent).0, "scope_ceiling");
    // Only an actor who may create tokens for others does so.
    assert_eq!(scene.refused(r#""kind":"plain","owner":"bob""#, ADA).0, "not_allowed");
    assert_eq!(scene.refused(r#""kind":"steady""#, ADA).0, "not_allowed");
    let within =
        format!(r#"{{"command":"create","id":"n","name":"N",{}}}"#, mine(r#""license:read","base/a:read""#));
    scene.give_as(&within, ADA).expect("within what she holds");
    assert_eq!((scene.text("owner"), scene.text("createdBy"), scene.text("tenant")), ("ada", "ada", "t"));
}

#[test]
fn cx_a3_a_token_hands_down_no_more_than_it_is() {
    let mut scene = Scene::new();
    scene.create(
        r#""kind":"plain","owner":"ada","expiresAt":"2026-02-01T00:00:00Z","applications":["erp","crm"],
           "networks":{"allow":["10.0.0.0/8"],"deny":["10.9.0.0/16"]}"#,
    );
    let parent = scene.record.take().expect("a record").to_json();
    let actor = |grants: &str| format!(r#"{{"id":"ada","tenant":"t",{grants}"token":{parent}}}"#);
    let child =
        |fields: &str| format!(r#"{{"command":"create","id":"n2","name":"N","kind":"plain"{fields}}}"#);
    scene.give_as(&child(""), &actor("")).expect("within");
    assert_eq!(scene.text("expiresAt"), "2026-02-01T00:00:00.000Z", "not after its own end");
    assert_eq!(scene.field("applications"), Some(&json(r#"["erp","crm"]"#)));
    assert_eq!(scene.field("networks"), Some(&json(r#"{"allow":["10.0.0.0/8"],"deny":["10.9.0.0/16"]}"#)));
    scene.record = None;
    let narrower = r#","applications":["crm"],"networks":{"allow":["10.1.0.0/16"],"deny":["10.1.1.0/24"]}"#;
    scene.give_as(&child(narrower), &actor("")).expect("narrower");
    assert_eq!(
        scene.field("networks"),
        Some(&json(r#"{"allow":["10.1.0.0/16"],"deny":["10.1.1.0/24","10.9.0.0/16"]}"#))
    );
    scene.record = None;
    for (fields, grants, code) in [
        (r#","expiresAt":"2026-02-01T00:00:00.001Z""#, "", "scope_ceiling"),
        (r#","applications":["shop"]"#, "", "scope_ceiling"),
        (r#","networks":{"allow":["0.0.0.0/0"]}"#, "", "scope_ceiling"),
        (r#","grants":["license:update"]"#, r#""grants":["license:*"],"#, "scope_ceiling"),
        ("", r#""grants":["order:read"],"#, "scope_ceiling"),
        (r#","owner":"bob""#, r#""roles":["admin"],"#, "not_allowed"),
        (r#","grants":["license:*"]"#, r#""roles":["admin","boss"],"#, "scope_ceiling"),
    ] {
        assert_eq!(scene.give_as(&child(fields), &actor(grants)), Err(code.into()), "{fields} {grants}");
        let field = scene.last.refusal.as_ref().and_then(|refusal| refusal.field.clone());
        let named = fields.trim_start_matches(",\"").split('"').next().unwrap_or_default();
        match code {
            "scope_ceiling" if !named.is_empty() => {
                assert!(field.expect("a field").starts_with(&format!("/{named}")), "{fields}");
            }
            _ => {}
        }
    }
    scene.now = at("2026-02-01T00:00:00Z");
    assert_eq!(scene.give_as(&child(""), &actor("")), Err("not_allowed".into()), "it has expired");
}

#[test]
fn a_token_as_actor_is_bound_in_what_it_changes() {
    let mut scene = Scene::new();
    scene
        .create(r#""kind":"plain","owner":"root","expiresAt":"2026-02-01T00:00:00Z","applications":["erp"]"#);
    let parent = scene.record.take().expect("a record").to_json();
    let actor = format!(r#"{{"id":"root","tenant":"t","token":{parent}}}"#);
    let edit = |set: &str| format!(r#"{{"command":"edit","id":"e","set":{{{set}}}}}"#);
    scene.create(r#""kind":"plain","owner":"root","applications":["erp","crm"]"#);
    scene
        .give_as(&edit(r#""networks":{"allow":["10.0.0.0/8"]},"name":"Other""#), &actor)
        .expect("its own business");
    for (set, field) in [
        (r#""applications":["crm"]"#, "/set/applications"),
        (r#""applications":null"#, "/set/applications"),
        (r#""expiresAt":"2026-02-01T00:00:00.001Z""#, "/set/expiresAt"),
    ] {
        let edit = edit(set).replace(r#""id":"e""#, r#""id":"f""#);
        assert_eq!(scene.give_as(&edit, &actor), Err("scope_ceiling".into()), "{set}");
        let refused = scene.last.refusal.as_ref().and_then(|refusal| refusal.field.clone());
        assert_eq!(refused.as_deref(), Some(field));
    }
}

#[test]
fn lif_06_who_begins_to_count_is_counted() {
    let mut scene = Scene::new();
    scene.execute(r#"{"command":"create","id":"c","name":"N","kind":"phoenix","owner":"erp","grants":["base/a%2Fb:read"]}"#)
        .expect("created");
    let change = scene.last.change.as_ref().expect("a change").to_value();
    assert_eq!(
        change.get("guards").map(Value::to_json).as_deref(),
        Some(
            r#"[{"guard":"activePerOwner","kind":"phoenix","tenant":"t","owner":"erp","below":2,"now":"2026-01-01T00:00:00.000Z"}]"#
        )
    );
    let claim = r#"[\"t\",\"phoenix\",[\"name\",\"instance\"],[\">n\",\"base/a%2Fb\"]]"#;
    let claims = change.get("claims").map(Value::to_json).unwrap_or_default();
    assert!(claims.contains(claim), "{claims}");
    let guards = |scene: &Scene| scene.last.change.as_ref().expect("a change").guards.len();
    scene.execute(r#"{"command":"lock","id":"c1"}"#).expect("locked");
    scene.execute(r#"{"command":"unlock","id":"c2"}"#).expect("unlocked");
    assert_eq!(guards(&scene), 0, "a locked token kept its place");
    scene.execute(r#"{"command":"revoke","id":"c3"}"#).expect("revoked");
    assert!(
        scene.last.change.as_ref().expect("a change").releases.is_empty(),
        "it may come back under its name"
    );
    scene.execute(r#"{"command":"regenerate","id":"c4"}"#).expect("regenerated");
    assert_eq!(guards(&scene), 1);
    scene.execute(r#"{"command":"delete","id":"c5"}"#).expect_err("revoked first");
    scene.execute(r#"{"command":"revoke","id":"c6"}"#).expect("revoked");
    scene.execute(r#"{"command":"delete","id":"c7"}"#).expect("deleted");
    assert_eq!(scene.last.change.as_ref().expect("a change").releases.len(), 1);
}

#[test]
fn a_preview_shows_the_change_and_makes_nothing() {
    let scene = Scene::new();
    let command = json(r#"{"command":"create","id":"c","name":"N","kind":"plain","grants":["*:*"]}"#);
    let actor = json(r#"{"id":"root","tenant":"t","roles":["admin","boss"]}"#);
    let request = ApplyRequest {
        record: None,
        command: &command,
        actor: &actor,
        presented: None,
        store: None,
        now: scene.now,
        entropy: None,
        audit_key: None,
    };
    let outcome = scene.policy.apply(request).expect("an outcome");
    let change = outcome.change.expect("a change");
    assert!(change.preview && change.plaintext.is_none());
    let record = change.writes[0].record.clone().expect("a record");
    assert_eq!(record.get("digest"), None);
    assert!(record.get("dueAt").is_some());
    let warned: alloc::vec::Vec<_> = change.warnings.iter().map(|warning| warning.code).collect();
    assert_eq!(warned, ["risky_grant", "all_permissions"]);
}

#[test]
fn sto_04_what_a_newer_writer_added_survives() {
    let mut scene = Scene::new();
    scene.create(r#""kind":"plain""#);
    let text = scene.record.take().expect("a record").to_json();
    let text = [&text[..text.len() - 1], r#","team":{"name":"x"},"previous":null}"#].concat();
    scene.record = Some(Value::parse(&text, Bounds::RECORD).expect("JSON"));
    scene.execute(r#"{"command":"edit","id":"e","set":{"name":"Other","description":"d"}}"#).expect("edited");
    assert_eq!(scene.field("team"), Some(&json(r#"{"name":"x"}"#)));
    let text = scene.record.clone().expect("a record").to_json();
    assert!(text.ends_with(r#","team":{"name":"x"}}"#), "{text}");
    assert!(text.contains(r#""name":"Other","description":"d","grants""#), "{text}");
}

#[test]
fn edits_keep_to_what_the_kind_lets_be_edited() {
    let mut scene = Scene::new();
    scene.create(r#""kind":"plain""#);
    let mut edit = |set: &str| scene.execute(&format!(r#"{{"command":"edit","id":"e","set":{{{set}}}}}"#));
    assert_eq!(edit(""), Err("nothing_to_change".into()));
    assert_eq!(edit(r#""name":"ERP""#), Err("nothing_to_change".into()));
    assert_eq!(edit(r#""renewal":null"#), Err("not_editable".into()));
    assert_eq!(edit(r#""expiresAt":null"#), Err("never_expires".into()));
    assert_eq!(edit(r#""name":null"#), Err("bad_name".into()));
    assert_eq!(edit(r#""grants":null"#), Err("grants_required".into()));
    edit(r#""expiresAt":"2026-01-02T00:00:00Z","idleAfter":"31d""#).expect("shortened");
    let ada = r#"{"id":"ada","tenant":"t","grants":["license:read"]}"#;
    let widen = r#"{"command":"edit","id":"w","set":{"grants":["license:read","order:read"]}}"#;
    assert_eq!(scene.give_as(widen, ada), Err("not_allowed".into()));
    let owner = r#"{"id":"root","tenant":"t","grants":["license:read"]}"#;
    assert_eq!(scene.give_as(widen, owner), Err("scope_ceiling".into()));
    assert_eq!(scene.last.refusal.as_ref().and_then(|r| r.field.as_deref()), Some("/set/grants/1"));
}
