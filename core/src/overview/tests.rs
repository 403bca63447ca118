use alloc::string::String;
use alloc::vec::Vec;

use crate::base::Instant;
use crate::document::{Bounds, Value};
use crate::policy::Policy;

const POLICY: &str = r#"{
    "portcullis": 1, "name": "p", "realm": "P",
    "resources": { "book": {}, "base": { "instances": true } }, "rename": { "boook": "book" },
    "aliases": { "write": ["create", "update", "delete"] },
    "routes": [], "permissionSets": { "some": { "grants": ["base/a:read", "base/b:read", "base/c:update"] } },
    "kinds": {
        "plain": { "prefix": "p_a", "may": { "revoke": ["admin"], "list": ["admin", "owner"] }, "labels": { "seat": "no" } },
        "fading": { "prefix": "p_b", "lifetime": { "default": "180d" },
            "idle": { "default": "45d", "then": "delete" }, "grace": "24h",
            "renewal": { "automatic": { "redeemWithin": "2h", "offerAgainAfter": "24h" } },
            "may": { "revoke": ["admin"], "list": ["admin"] } },
        "user": { "prefix": "p_c", "subject": "owner", "may": { "revoke": ["owner"], "list": ["boss"] } }
    }
}"#;

fn at(text: &str) -> Instant {
    Instant::parse(text).expect("an instant")
}

fn record(id: char, kind: &str, more: &str) -> String {
    let id: String = [id; 16].iter().collect();
    alloc::format!(
        r#"{{"v":1,"id":"{id}","kind":"{kind}","owner":"ada","grants":["boook:read"],"createdAt":"2026-01-01T00:00:00.000Z",
            "digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","revision":1{more}}}"#
    )
}

fn plain(id: char, more: &str) -> String {
    record(id, "plain", &alloc::format!(r#","expiresAt":null{more}"#))
}

fn overview(records: &[String], more: &str, now: &str) -> Value {
    let request = alloc::format!(r#"{{"records":[{}]{more}}}"#, records.join(","));
    let request = Value::parse(&request, Bounds::LISTING).expect("JSON");
    Policy::from_json(POLICY).expect("a policy").overview(&request, at(now)).expect("rows")
}

const SYSTEM: &str = r#","actor":{"system":true}"#;

fn rows(overview: &Value) -> Vec<&Value> {
    let Some(Value::List(rows)) = overview.get("rows") else { panic!("rows") };
    rows.iter().collect()
}

/// The first letters of the ids, in their order.
fn ids(records: &[String], more: &str) -> String {
    let overview = overview(records, more, "2026-02-01T00:00:00Z");
    rows(&overview).iter().filter_map(|row| row.get("id")?.as_text()?.chars().next()).collect()
}

#[test]
fn xe18_a_row_says_what_an_admin_asks_for_and_no_digest() {
    let record = record(
        'a',
        "fading",
        r#","name":"ERP","tenant":"t","createdBy":"root","expiresAt":"2026-07-01T00:00:00.000Z","idleAfter":"45d",
          "lastUsedAt":"2026-01-20T00:00:00.000Z","replaces":"bbbbbbbbbbbbbbbb",
          "previous":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","until":"2026-03-01T00:00:00.000Z"},
          "renewal":{"every":"30d","mailTo":"m@x","offer":{"digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000",
            "at":"2026-01-31T00:00:00.000Z","until":"2026-01-31T02:00:00.000Z","attempt":1}}"#,
    );
    let overview = overview(&[record], SYSTEM, "2026-02-01T00:00:00Z");
    let expected = r#"{"rows":[{"id":"aaaaaaaaaaaaaaaa","name":"ERP","description":null,"kind":"fading","owner":"ada","createdBy":"root","tenant":"t","scopes":["book:read"],"createdAt":"2026-01-01T00:00:00.000Z","secretIssuedAt":"2026-01-01T00:00:00.000Z","expiresAt":"2026-07-01T00:00:00.000Z","endsAt":"2026-03-06T00:00:00.001Z","status":"active","lastUsedAt":"2026-01-20T00:00:00.000Z","ageDays":31,"ageLevel":"fresh","idleDeadline":"2026-03-06T00:00:00.000Z","next":{"what":"renewalOffered","at":"2026-02-01T00:00:00.000Z"},"labels":{},"warnings":[{"path":"/grants/0","code":"renamed","message":"the scope uses a former name"}],"lock":null,"revoked":null,"renewal":{"state":"lapsed","every":"30d","mailTo":"m@x","callback":null,"renewedAt":null,"offeredAt":"2026-01-31T00:00:00.000Z","redeemUntil":"2026-01-31T02:00:00.000Z","attempt":1},"renewedFrom":null,"renewedTo":null,"replaces":"bbbbbbbbbbbbbbbb","replacedBy":null,"listedForDeletion":false,"problems":[]}],"total":1}"#;
    assert_eq!(overview.to_json(), expected);
}

#[test]
fn pl2_age_turns_strictly_after_calendar_months_from_the_present_secret() {
    let level = |more: &str, now: &str| {
        let overview = overview(&[plain('a', more)], SYSTEM, now);
        let row = rows(&overview)[0];
        (row.get("ageLevel").cloned(), row.get("ageDays").cloned())
    };
    let is = |word: &str, days: i64| (Some(word.into()), Some(Value::Int(days)));
    let issued = |at: &str| alloc::format!(r#","secretIssuedAt":"{at}""#);
    // The last day of a month stays the last one.
    let august = issued("2027-08-31T12:00:00.000Z");
    assert_eq!(level(&august, "2028-02-29T12:00:00.000Z"), is("fresh", 182));
    assert_eq!(level(&august, "2028-02-29T12:00:00.001Z"), is("orange", 182));
    assert_eq!(level(&august, "2028-08-31T12:00:00.000Z"), is("orange", 366));
    assert_eq!(level(&august, "2028-08-31T12:00:00.001Z"), is("red", 366));
    // A leap day has no anniversary in a common year.
    let leap_day = issued("2028-02-29T00:00:00.000Z");
    assert_eq!(level(&leap_day, "2028-08-29T00:00:00.000Z"), is("fresh", 182));
    assert_eq!(level(&leap_day, "2028-08-29T00:00:00.001Z"), is("orange", 182));
    assert_eq!(level(&leap_day, "2029-02-28T00:00:00.000Z"), is("orange", 365));
    assert_eq!(level(&leap_day, "2029-02-28T00:00:00.001Z"), is("red", 365));
    // Without an issue of its own the secret is as old as the record; a clock that lags makes nothing younger than new.
    assert_eq!(level("", "2026-07-01T00:00:00.001Z"), is("orange", 181));
    assert_eq!(level("", "2025-12-31T00:00:00.000Z"), is("fresh", 0));
}

#[test]
fn pl2_an_expired_token_is_its_own_level() {
    let expires = record('a', "plain", r#","expiresAt":"2026-03-01T00:00:00.000Z""#);
    let level =
        |now: &str| rows(&overview(core::slice::from_ref(&expires), SYSTEM, now))[0].get("ageLevel").cloned();
    assert_eq!(level("2026-02-28T23:59:59.999Z"), Some("fresh".into()));
    assert_eq!(level("2026-03-01T00:00:00.000Z"), Some("expired".into()));
}

#[test]
fn sc9_labels_pass_through() {
    let overview = overview(&[plain('a', "")], SYSTEM, "2026-02-01T00:00:00Z");
    assert_eq!(rows(&overview)[0].get("labels").map(Value::to_json).as_deref(), Some(r#"{"seat":"no"}"#));
}

#[test]
fn what_comes_next_is_the_earliest_that_time_alone_does() {
    let next = |record: String, now: &str| {
        rows(&overview(&[record], SYSTEM, now))[0].get("next").map(Value::to_json)
    };
    let fading = |more: &str| {
        record(
            'a',
            "fading",
            &alloc::format!(r#","expiresAt":"2026-07-01T00:00:00.000Z","idleAfter":"45d"{more}"#),
        )
    };
    let deleted = r#"{"what":"deleted","at":"2026-02-15T00:00:00.001Z"}"#;
    assert_eq!(next(fading(""), "2026-02-01T00:00:00Z").as_deref(), Some(deleted));
    // A sweep that is late still has it to do, also for a revoked token.
    assert_eq!(next(fading(r#","revoked":{}"#), "2026-03-01T00:00:00Z").as_deref(), Some(deleted));
    let used = r#","lastUsedAt":"2026-06-30T00:00:00.000Z""#;
    let expires = r#"{"what":"expires","at":"2026-07-01T00:00:00.000Z"}"#;
    assert_eq!(next(fading(used), "2026-06-30T00:00:00Z").as_deref(), Some(expires));
    assert_eq!(next(plain('a', ""), "2026-02-01T00:00:00Z").as_deref(), Some("null"));
    let begins = r#"{"what":"begins","at":"2026-03-01T00:00:00.000Z"}"#;
    assert_eq!(
        next(plain('a', r#","notBefore":"2026-03-01T00:00:00.000Z""#), "2026-02-01T00:00:00Z").as_deref(),
        Some(begins)
    );
}

#[test]
fn xe17_a_replaced_token_is_listed_for_deletion_while_it_is_there() {
    let records = [
        plain('a', ""),
        plain('b', r#","replaces":"aaaaaaaaaaaaaaaa""#),
        plain('c', r#","replaces":"dddddddddddddddd""#),
        plain('e', r#","tenant":"t","replaces":"bbbbbbbbbbbbbbbb""#),
    ];
    let overview = overview(&records, SYSTEM, "2026-02-01T00:00:00Z");
    let listed: Vec<_> =
        rows(&overview).iter().map(|row| row.get("replacedBy").and_then(Value::as_text)).collect();
    assert_eq!(listed, [Some("bbbbbbbbbbbbbbbb"), None, None, None]);
    assert_eq!(rows(&overview)[0].get("listedForDeletion"), Some(&Value::Bool(true)));
}

#[test]
fn xe18_rows_are_for_those_whom_the_kind_lets_list() {
    let records = [
        plain('a', ""),
        record('b', "fading", r#","expiresAt":"2026-07-01T00:00:00.000Z""#),
        plain('c', r#","tenant":"t""#),
    ];
    let seen_by = |actor: &str| ids(&records, &alloc::format!(r#","actor":{actor}"#));
    assert_eq!(seen_by(r#"{"id":"x","roles":["admin"]}"#), "ab");
    assert_eq!(seen_by(r#"{"id":"x","roles":["admin"],"tenant":"t"}"#), "c");
    assert_eq!(seen_by(r#"{"id":"ada"}"#), "a");
    assert_eq!(seen_by(r#"{"id":"x"}"#), "");
    assert_eq!(seen_by(r#"{"system":true}"#), "abc");
}

#[test]
fn a_record_that_cannot_be_read_has_a_row_that_says_why() {
    let records = [
        r#"{"id":"broken","name":"N","owner":"ada","kind":"plain","v":1}"#.into(),
        r#"{"v":2,"id":"newer"}"#.into(),
        "7".into(),
        plain('a', ""),
    ];
    let overview = overview(&records, SYSTEM, "2026-02-01T00:00:00Z");
    let unreadable: Vec<_> = rows(&overview)
        .into_iter()
        .filter(|row| row.get("status") == Some(&"unreadable".into()))
        .map(|row| {
            let Some(Value::List(problems)) = row.get("problems") else { panic!("problems") };
            (row.get("id").cloned(), problems[0].get("code").cloned())
        })
        .collect();
    let is = |id: Value, code: &str| (Some(id), Some(code.into()));
    assert_eq!(
        unreadable,
        [
            is(Value::Null, "wrong_type"),
            is("newer".into(), "unsupported_record"),
            is("broken".into(), "wrong_type")
        ]
    );
    assert_eq!(overview.get("total"), Some(&Value::Int(4)));
    // Who may list its kind sees it, and where even that cannot be read, who may list any.
    assert_eq!(ids(&records, r#","actor":{"id":"x","roles":["boss"]}"#), "n");
    assert_eq!(ids(&records, r#","actor":{"id":"x","roles":["admin"]}"#), "anb");
}

#[test]
fn an_inactive_owner_suspends_where_owners_count() {
    let records = [record('a', "user", r#","expiresAt":null"#), plain('b', "")];
    let subjects = r#","subjects":[{"id":"ada","active":false,"grants":[]}],"sort":{"by":"status"}"#;
    let overview = overview(&records, &alloc::format!("{SYSTEM}{subjects}"), "2026-02-01T00:00:00Z");
    let statuses: Vec<_> = rows(&overview).iter().filter_map(|row| row.get("status")?.as_text()).collect();
    assert_eq!(statuses, ["active", "suspended"]);
}

#[test]
fn rows_are_filtered() {
    let records = [
        plain('a', r#","name":"Übersicht","description":"Zahlen""#),
        plain('b', r#","name":"ERP","revoked":{}"#),
        record('c', "fading", r#","name":"x","expiresAt":"2026-07-01T00:00:00.000Z","owner2":1"#)
            .replace("\"ada\"", "\"bob\""),
    ];
    let found = |filter: &str| {
        ids(&records, &alloc::format!(r#"{SYSTEM},"filter":{filter},"sort":{{"by":"owner"}}"#))
    };
    assert_eq!(found("{}"), "abc");
    assert_eq!(found(r#"{"status":"revoked"}"#), "b");
    assert_eq!(found(r#"{"status":["revoked","active"],"kind":"plain"}"#), "ab");
    assert_eq!(found(r#"{"owner":["bob"]}"#), "c");
    assert_eq!(found(r#"{"ageLevel":["orange","red"]}"#), "");
    assert_eq!(found(r#"{"ageLevel":"fresh","search":"über"}"#), "a");
    assert_eq!(found(r#"{"search":"ZAHLEN"}"#), "a");
    assert_eq!(found(r#"{"search":"BOB"}"#), "c");
    assert_eq!(found(r#"{"search":"bbbb"}"#), "b");
}

#[test]
fn rows_are_sorted_with_ties_by_id() {
    let records = [
        plain('c', r#","name":"b","lastUsedAt":"2026-01-05T00:00:00.000Z""#),
        record('a', "plain", r#","name":"B","expiresAt":"2026-07-01T00:00:00.000Z""#),
        plain('b', r#","name":"a","secretIssuedAt":"2026-01-09T00:00:00.000Z""#),
    ];
    let sorted = |sort: &str| ids(&records, &alloc::format!(r#"{SYSTEM},"sort":{sort}"#));
    assert_eq!(sorted(r#"{"by":"name"}"#), "bac");
    assert_eq!(sorted(r#"{"by":"name","descending":true}"#), "cab");
    assert_eq!(sorted(r#"{"by":"owner","descending":true}"#), "abc");
    assert_eq!(sorted(r#"{"by":"expiresAt"}"#), "abc");
    assert_eq!(sorted(r#"{"by":"expiresAt","descending":true}"#), "bca");
    assert_eq!(sorted(r#"{"by":"lastUsedAt"}"#), "abc");
    assert_eq!(sorted(r#"{"by":"lastUsedAt","descending":true}"#), "cab");
    assert_eq!(sorted(r#"{"by":"ageDays"}"#), "bac");
    assert_eq!(ids(&records, SYSTEM), "bac");
}

#[test]
fn another_form_of_request_is_a_problem_with_its_place() {
    let policy = Policy::from_json(POLICY).expect("a policy");
    let refused = |text: &str| {
        let request = Value::parse(text, Bounds::LISTING).expect("JSON");
        let problems = policy.overview(&request, at("2026-02-01T00:00:00Z")).expect_err("refused");
        problems.iter().map(|problem| (problem.path.clone(), problem.code)).collect::<Vec<_>>()
    };
    assert_eq!(refused(r#"{"records":[]}"#), [("".into(), "missing_field")]);
    assert_eq!(refused(r#"{"records":1,"actor":{"id":1}}"#)[1].0, "/actor/id");
    let with = |more: &str| alloc::format!(r#"{{"records":[],"actor":{{"id":"x"}},{more}}}"#);
    assert_eq!(refused(&with(r#""sort":{"by":"secret"}"#)), [("/sort/by".into(), "unknown_word")]);
    assert_eq!(
        refused(&with(r#""filter":{"status":["lost"]}"#)),
        [("/filter/status/0".into(), "unknown_word")]
    );
    assert_eq!(refused(&with(r#""filter":{"naem":"x"}"#)), [("/filter/naem".into(), "unknown_field")]);
    assert_eq!(refused(&with(r#""subjects":[{"id":"x"}]"#))[0].0, "/subjects/0");
}

mod reach {
    use super::*;

    fn reach(record: &str, more: &str) -> Result<String, Vec<(String, &'static str)>> {
        let request = alloc::format!(r#"{{"record":{record},{more}}}"#);
        let request = Value::parse(&request, Bounds::REQUEST).expect("JSON");
        let reach = Policy::from_json(POLICY).expect("a policy").reach(&request);
        reach
            .map(|reach| reach.to_json())
            .map_err(|problems| problems.iter().map(|problem| (problem.path.clone(), problem.code)).collect())
    }

    fn granted(kind: &str, grants: &str) -> String {
        record('a', kind, r#","expiresAt":null"#).replace(r#"["boook:read"]"#, grants)
    }

    const ALL: &str = r#"{"reach":"all","instances":[]}"#;
    const NONE: &str = r#"{"reach":"none","instances":[]}"#;

    fn some(instances: &str) -> String {
        alloc::format!(r#"{{"reach":"some","instances":{instances}}}"#)
    }

    #[test]
    fn a_token_reaches_all_some_or_none() {
        let of = |grants: &str| {
            reach(&granted("plain", grants), r#""permission":"base:read""#).expect("an answer")
        };
        assert_eq!(of(r#"["base:read"]"#), ALL);
        assert_eq!(of(r#"["*:*","base/a:read"]"#), ALL);
        assert_eq!(of(r#"["base:update"]"#), NONE);
        assert_eq!(of(r#"["@some","base/%C3%A9:read","base/a:read"]"#), some(r#"["a","b","é"]"#));
    }

    #[test]
    fn an_alias_asks_for_everything_that_it_stands_for() {
        let of = |grants: &str| {
            reach(&granted("plain", grants), r#""permission":"base:write""#).expect("an answer")
        };
        assert_eq!(of(r#"["base:create,update","base/a:delete"]"#), some(r#"["a"]"#));
        assert_eq!(of(r#"["base:create,update"]"#), NONE);
    }

    #[test]
    fn where_owners_count_both_must_hold_it() {
        let own = granted("user", r#"["base/a:read","base/b:read"]"#);
        let of =
            |subject: &str| reach(&own, &alloc::format!(r#""permission":"base:read","subject":{subject}"#));
        assert_eq!(
            of(r#"{"id":"ada","active":true,"grants":["base/b:read","base/c:read"]}"#),
            Ok(some(r#"["b"]"#))
        );
        assert_eq!(of(r#"{"id":"ada","active":true,"grants":["*:*"]}"#), Ok(some(r#"["a","b"]"#)));
        assert_eq!(of(r#"{"id":"ada","active":false,"grants":["*:*"]}"#), Ok(NONE.into()));
        let needed = Err([("/subject".into(), "subject_needed")].into());
        assert_eq!(of("null"), needed);
        assert_eq!(of(r#"{"id":"bob","active":true,"grants":["*:*"]}"#), needed);
    }

    #[test]
    fn what_cannot_be_asked_is_a_problem() {
        let own = granted("plain", "[]");
        let codes = |permission: &str| {
            reach(&own, &alloc::format!(r#""permission":"{permission}""#)).expect_err("a problem")
        };
        assert_eq!(codes("bases:read"), [("/permission".into(), "unknown_scope")]);
        assert_eq!(codes("base:raed"), [("/permission".into(), "unknown_scope")]);
        assert_eq!(codes("*:read"), [("/permission".into(), "bad_requirement")]);
        assert_eq!(codes("base/a:read"), [("/permission".into(), "names_an_instance")]);
        assert_eq!(reach("7", r#""permission":"base:read""#).expect_err("a problem")[0].0, "/record");
    }
}
