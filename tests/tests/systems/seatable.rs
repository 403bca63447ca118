//! SeaTable: account tokens, API tokens for one base, and base tokens for three days.

use serde_json::{Value, json};

use crate::people::{actor, admin, holding, system, with_token};
use crate::store::{items, text};
use crate::world::{World, plain};

const ROWS: &str = "/dtable-server/api/v1/dtables/b1/rows/";

/// A team member who may read and change the base `b1`.
fn member() -> Value {
    holding(actor("ada", "member"), &["base/b1:r,rw,write"])
}

fn api(name: &str, grant: &str) -> Value {
    json!({ "kind": "api", "name": name, "grants": [grant] })
}

fn base(grant: &str) -> Value {
    json!({ "kind": "base", "name": "base token", "grants": [grant] })
}

/// The base token that the bearer of another token asks for.
fn exchanged(world: &mut World, parent: &str, grant: &str) -> String {
    let by = with_token(member(), world.record(parent));
    world.create(&by, base(grant))
}

#[test]
fn st1_a_base_needs_a_token() {
    let world = World::of("seatable");
    let described = plain(&world.policy.describe());
    for route in items(&described["routes"]).filter(|route| text(&route["on"]).contains("{base_uuid}")) {
        assert_ne!(route["requirement"], "open", "{route}");
    }
}

#[test]
fn st2_an_api_token_reads_or_writes_exactly_one_base() {
    let mut world = World::of("seatable");
    let by = holding(actor("ada", "member"), &["base:r,rw"]);
    for grants in [json!(["base:rw"]), json!(["base/b1:r", "base/b2:r"]), json!(["team:administer"])] {
        let fields = json!({ "kind": "api", "name": "app", "grants": grants });
        assert_eq!(world.refused(&by, fields), "instance_required", "{grants}");
    }
    let reads = world.create(&by, api("report", "base/b1:r"));
    let writes = world.create(&by, api("sync", "base/b1:rw"));
    for (parent, may_write) in [(reads, "insufficient_scope"), (writes, "allow")] {
        let grant = world.record(&parent)["grants"][0].clone();
        let token = exchanged(&mut world, &parent, text(&grant));
        assert_eq!(world.ask(&token, &format!("GET {ROWS}")), "allow");
        assert_eq!(world.ask(&token, &format!("POST {ROWS}")), may_write);
        assert_ne!(world.ask(&token, "GET /dtable-server/api/v1/dtables/b2/rows/"), "allow");
    }
}

#[test]
fn st3_a_base_may_have_any_number_of_api_tokens() {
    let mut world = World::of("seatable");
    for number in 0..100 {
        world.create(&member(), api(&format!("app {number}"), "base/b1:r"));
    }
    assert_eq!(world.store.records.len(), 100);
}

#[test]
fn st4_base_operations_need_a_base_token_created_with_the_api_token() {
    let (mut world, parent) = World::with("seatable", &member(), api("sync", "base/b1:rw"));
    assert_eq!(world.ask(&parent, &format!("GET {ROWS}")), "wrong_kind");
    assert_eq!(world.ask(&parent, "GET /api/v2.1/dtable/app-access-token/"), "allow");
    for _ in 0..3 {
        let token = exchanged(&mut world, &parent, "base/b1:rw");
        assert_eq!(world.ask(&token, &format!("GET {ROWS}")), "allow");
        world.later("3d");
        assert_eq!(world.ask(&token, &format!("GET {ROWS}")), "expired");
    }
}

#[test]
fn st5_members_and_administrators_create_with_a_name_and_a_permission() {
    let mut world = World::of("seatable");
    let guest = holding(actor("eve", "guest"), &["base/b1:r,rw"]);
    assert_eq!(world.refused(&guest, api("app", "base/b1:r")), "not_allowed");
    assert_eq!(world.refused(&member(), api("", "base/b1:r")), "bad_name");
    let nothing = json!({ "kind": "api", "name": "app" });
    assert_eq!(world.refused(&member(), nothing), "grants_required");
    world.create(&member(), api("app", "base/b1:r"));
    world.create(&holding(admin(), &["base/b1:r,rw"]), api("other app", "base/b1:r"));
}

#[test]
fn st6_administrators_manage_all_tokens_members_their_own() {
    let mut world = World::of("seatable");
    let admin = holding(admin(), &["base/b1:r,rw"]);
    let mut fields = api("report", "base/b1:r");
    fields["owner"] = json!("ada");
    let token = world.create(&admin, fields);
    let set = || json!({ "set": { "grants": ["base/b1:rw"] } });
    let other = holding(actor("bob", "member"), &["base/b1:r,rw"]);
    assert_eq!(world.give(&other, &token, "edit", set()).code(), "not_allowed");
    world.give(&admin, &token, "edit", set()).change();
}

#[test]
fn st7_an_api_token_never_expires() {
    let (mut world, token) = World::with("seatable", &member(), api("sync", "base/b1:rw"));
    assert!(world.record(&token)["expiresAt"].is_null());
    world.later("36500d");
    assert_eq!(world.sweep(), Vec::<String>::new());
    assert_eq!(world.ask(&token, "GET /api/v2.1/dtable/app-access-token/"), "allow");
}

#[test]
fn st8_a_base_token_is_valid_for_a_limited_time_only() {
    let mut world = World::of("seatable");
    for end in [Value::Null, json!(world.after("30d"))] {
        let mut fields = base("base/b1:r");
        fields["expiresAt"] = end;
        let code = world.refused(&member(), fields);
        assert!(["never_expires", "exceeds_max_lifetime"].contains(&code.as_str()), "{code}");
    }
}

#[test]
fn st9_a_base_token_reaches_every_base_operation() {
    let (mut world, token) = World::with("seatable", &member(), base("base/b1:rw"));
    let described = plain(&world.policy.describe());
    let routes = items(&described["routes"]).filter(|route| route["kinds"] == json!(["base"]));
    let mut asked = 0;
    for on in routes.map(|route| text(&route["on"])) {
        let path = on.replace("{base_uuid}", "b1").replace(['{', '}'], "");
        assert_eq!(world.ask(&token, &path), "allow", "{on}");
        asked += 1;
    }
    assert_eq!(asked, 59);
}

#[test]
fn st10_a_base_token_lives_three_days_the_others_for_ever() {
    let (mut world, token) = World::with("seatable", &member(), base("base/b1:r"));
    assert_eq!(world.record(&token)["expiresAt"], world.after("3d"));
    let account = world.create(&system(), json!({ "kind": "account", "owner": "ada", "name": "sign-in" }));
    assert!(world.record(&account)["expiresAt"].is_null());
}

#[test]
fn st11_an_account_token_creates_both_other_kinds_an_api_token_only_base_tokens() {
    let mut world = World::of("seatable");
    world.subject("ada", true, &["base/b1:rw"]);
    let account = world.create(&system(), json!({ "kind": "account", "owner": "ada", "name": "sign-in" }));
    let by = with_token(member(), world.record(&account));
    let api = world.create(&by, api("sync", "base/b1:rw"));
    let base = world.create(&by, base("base/b1:rw"));
    let makes_api = "POST /api/v2.1/workspace/1/dtable/orders/api-tokens/";
    let makes_base = "GET /api/v2.1/dtable/app-access-token/";
    let expected = [
        (&account, ["allow", "wrong_kind", "wrong_kind"]),
        (&api, ["wrong_kind", "allow", "wrong_kind"]),
        (&base, ["wrong_kind", "wrong_kind", "allow"]),
    ];
    for (token, answers) in expected {
        let asked = [makes_api, makes_base, &format!("GET {ROWS}")];
        assert_eq!(asked.map(|on| world.ask(token, on)), answers);
    }
}

#[test]
fn st12_a_base_token_has_no_more_rights_than_its_parent() {
    let (mut world, parent) = World::with("seatable", &member(), api("report", "base/b1:r"));
    let by = with_token(member(), world.record(&parent));
    assert_eq!(world.refused(&by, base("base/b1:rw")), "scope_ceiling");
    world.create(&by, base("base/b1:r"));
    // An external link grants read access only.
    let link = holding(actor("link", "member"), &["base/b1:r"]);
    assert_eq!(world.refused(&link, base("base/b1:rw")), "scope_ceiling");
    world.create(&link, base("base/b1:r"));
}

#[test]
fn st13_a_temporary_api_token_lives_an_hour() {
    let mut world = World::of("seatable");
    let fields = json!({ "kind": "temporaryApi", "name": "once", "grants": ["base/b1:rw"] });
    let token = world.create(&member(), fields);
    let exchange = "GET /api/v2.1/dtable/app-access-token/";
    world.later("1h -1ms");
    assert_eq!(world.ask(&token, exchange), "allow");
    world.later("1ms");
    assert_eq!(world.ask(&token, exchange), "expired");
}

#[test]
fn st14_a_name_is_unique_on_its_base_and_the_permission_can_be_changed() {
    let mut world = World::of("seatable");
    let by = holding(actor("ada", "member"), &["base/b1:r,rw", "base/b2:r,rw"]);
    let token = world.create(&by, api("sync", "base/b1:r"));
    assert_eq!(world.refused(&by, api("sync", "base/b1:rw")), "not_unique");
    world.create(&by, api("sync", "base/b2:r"));
    world.give(&by, &token, "edit", json!({ "set": { "grants": ["base/b1:rw"] } })).change();
    assert_eq!(world.record(&token)["grants"], json!(["base/b1:rw"]));
    let set = json!({ "set": { "name": "other" } });
    assert_eq!(world.give(&by, &token, "edit", set).code(), "not_editable");
    world.give(&by, &token, "delete", json!({})).change();
    world.create(&by, api("sync", "base/b1:r"));
}

#[test]
fn st15_the_list_shows_name_creator_times_and_permission_but_no_token() {
    let (mut world, token) = World::with("seatable", &member(), api("sync", "base/b1:rw"));
    world.later("1h");
    assert_eq!(world.ask(&token, "GET /api/v2.1/dtable/app-access-token/"), "allow");
    let rows = world.overview(&admin());
    let row = &rows[&token];
    assert_eq!((&row["name"], &row["createdBy"]), (&json!("sync"), &json!("ada")));
    assert_eq!(
        (&row["createdAt"], &row["lastUsedAt"]),
        (&json!("2026-01-01T00:00:00.000Z"), &json!("2026-01-01T01:00:00.000Z"))
    );
    assert_eq!(row["scopes"], json!(["base/b1:rw"]));
    let plaintext = world.plaintext(&token);
    assert!(!rows.to_string().contains(plaintext.rsplit_once('_').unwrap().1));
    assert_eq!(world.overview(&actor("bob", "member")), json!({}), "others' tokens are not shown");
}

#[test]
fn st16_bearer_and_token_are_the_same_word() {
    let (world, token) = World::with("seatable", &member(), base("base/b1:r"));
    let plaintext = world.plaintext(&token);
    for scheme in ["Bearer", "Token", "token"] {
        let field = format!("{scheme} {plaintext}");
        assert!(world.allows_with(&token, &field, &format!("GET {ROWS}")), "{scheme}");
    }
}

#[test]
fn st17_ping_and_server_info_need_no_token() {
    let world = World::of("seatable");
    for path in ["/server-info/", "/api2/ping/", "/dtable-server/ping/", "/dtable-db/ping"] {
        assert!(world.is_open(&format!("GET {path}")), "{path}");
    }
    assert!(!world.is_open("GET /api2/auth/ping/"));
}

#[test]
fn st_a1_writing_is_reading_and_writing() {
    let (mut world, token) = World::with("seatable", &member(), base("base/b1:write"));
    assert_eq!(world.ask(&token, &format!("GET {ROWS}")), "allow");
    assert_eq!(world.ask(&token, &format!("POST {ROWS}")), "allow");
}

/// The vendor has no permission to write without reading, so none can be made of the parts of `rw` either.
#[test]
fn st_a1_write_access_to_a_base_includes_read_access() {
    let (mut world, parent) = World::with("seatable", &member(), api("sync", "base/b1:change"));
    let token = exchanged(&mut world, &parent, "base/b1:change");
    for read in [format!("GET {ROWS}"), "POST /dtable-db/api/v1/query/b1/".into()] {
        assert_eq!(world.ask(&token, &read), "allow", "{read}");
        assert_ne!(world.ask(&token, &read.replace("b1", "b2")), "allow", "{read}");
    }
    // The answer names the smallest sufficient grant as missing.
    let other = world.create(&holding(actor("ada", "member"), &["base:r,rw"]), base("base/b2:r"));
    assert_eq!(world.ask(&other, &format!("GET {ROWS}")), "instance_not_granted");
}

#[test]
fn st_a2_a_token_without_a_permission_is_refused() {
    let mut world = World::of("seatable");
    let fields = json!({ "kind": "api", "name": "app", "grants": [] });
    assert_eq!(world.refused(&member(), fields), "grants_required");
}

#[test]
fn st_a3_a_base_token_outlives_the_api_token_that_made_it() {
    let (mut world, parent) = World::with("seatable", &member(), api("sync", "base/b1:rw"));
    let token = exchanged(&mut world, &parent, "base/b1:rw");
    world.give(&member(), &parent, "revoke", json!({})).change();
    world.give(&member(), &parent, "delete", json!({})).change();
    world.later("3d -1ms");
    assert_eq!(world.ask(&token, &format!("GET {ROWS}")), "allow");
    world.later("1ms");
    assert_eq!(world.ask(&token, &format!("GET {ROWS}")), "expired");
}

#[test]
fn st_a4_a_query_sent_by_post_only_reads() {
    let (mut world, token) = World::with("seatable", &member(), base("base/b1:r"));
    assert_eq!(world.ask(&token, "POST /dtable-db/api/v1/query/b1/"), "allow");
}

#[test]
fn st_a5_every_token_is_a_secret_and_none_is_stored() {
    let mut world = World::of("seatable");
    for fields in [api("sync", "base/b1:rw"), base("base/b1:rw")] {
        let token = world.create(&member(), fields);
        let plaintext = world.plaintext(&token);
        let (_, secret) = plaintext.rsplit_once('_').unwrap();
        let kept = format!("{:?} {:?}", world.store.records, world.store.events);
        assert!(!kept.contains(secret));
    }
}

#[test]
fn st_a7_the_role_of_an_administrator_opens_no_base() {
    let mut world = World::of("seatable");
    let admin = holding(admin(), &["base/b1:r,rw"]);
    assert_eq!(world.refused(&admin, api("sync", "base/b2:r")), "scope_ceiling");
    world.create(&admin, api("sync", "base/b1:rw"));
}
