//! Every answer has the same bytes as core's. The shared vectors test that at length; these are the host's corner
//! cases.

use portcullis_core as core;
use portcullis_wasmtime::{Attempt, Error, Identified, Instant, Level, Lookup, Policy};

use crate::fixture::{self, made, now, reader};

/// The policy in the module, and in linked rules.
fn policies() -> Vec<Policy> {
    vec![
        fixture::policy(),
        #[cfg(feature = "direct")]
        Policy::direct(fixture::POLICY).unwrap(),
    ]
}

/// All answers to one input: the verdict, every level and the explanation.
fn assert_same(attempt: &Attempt<'_>, record: Option<&str>, subject: Option<&str>, now: Instant) {
    thread_local! {
        static POLICIES: (Vec<Policy>, core::Policy) = (policies(), fixture::core());
    }
    POLICIES.with(|(hosts, core)| {
        hosts.iter().for_each(|host| {
            let token = record.map(|record| host.open_token(record));
            let found = token.as_ref().map_or(Lookup::Unknown, Lookup::Token);
            let rights = subject.map(|subject| host.open_subject(subject).unwrap());
            let answer = host.decide(attempt, found, rights.as_ref(), now);

            let token = record.map(|record| core.open_token_json(record));
            let found_there = token.as_ref().map_or(core::Lookup::Unknown, core::Lookup::Token);
            let rights_there = subject.map(|subject| core.open_subject_json(subject).unwrap());
            let expected = core.decide(attempt, found_there, rights_there.as_ref(), now);

            assert_eq!(answer.verdict(), expected.verdict());
            for level in [Level::Public, Level::Holder, Level::Operator] {
                assert_eq!(answer.to_json(level).unwrap(), expected.to_json(level));
            }
            let explained = host.explain(attempt, found, rights.as_ref(), now).unwrap();
            assert_eq!(explained, core.explain(attempt, found_there, rights_there.as_ref(), now).to_json());
            match (host.identify(attempt), core.identify(attempt)) {
                (Identified::Token(id), core::Identified::Token(expected)) => assert_eq!(id, expected),
                (Identified::Decided(answer), core::Identified::Decided(expected)) => {
                    assert_eq!(answer.to_json(Level::Operator).unwrap(), expected.to_json(Level::Operator));
                }
                (found, expected) => panic!("{found:?}, not {expected:?}"),
            }
        })
    });
}

#[test]
fn plain_requests() {
    let own = reader(1);
    for (method, target) in [
        ("GET", "/books/42"),
        ("DELETE", "/books/42"),
        ("HEAD", "/books"),
        ("GET", "/me"),
        ("GET", "/ping"),
        ("GET", "/shelves/a%2Fb"),
        ("GET", "/nowhere"),
        ("GET", "/a/../b"),
        ("get", "/books"),
        ("", ""),
    ] {
        let attempt = Attempt::http(method, target);
        assert_same(&attempt, Some(&own.record), None, now());
        assert_same(&attempt.authorization(&own.bearer), Some(&own.record), None, now());
        assert_same(&attempt.authorization(&own.bearer), None, None, now());
        assert_same(&attempt.authorization("Bearer lib_pat_x"), Some(&own.record), None, now());
    }
}

#[test]
fn every_field_of_an_attempt_reaches_the_module() {
    let own = made(
        "personal",
        3,
        r#""book:read", "shelf/main:read""#,
        r#","tenant":"müller","applications":["erp"],"networks":{"allow":["10.0.0.0/8"]},"lastUsedAt":"2026-11-21T11:59:00.000Z""#,
    );
    let plain = Attempt::http("GET", "/shelves/main").authorization(&own.bearer);
    let full = plain.tenant("müller").application("erp").ip("10.1.2.3");
    for attempt in [
        plain,
        full,
        full.tenant("mueller"),
        full.tenant(""),
        full.application(""),
        full.ip("11.0.0.1"),
        full.ip("no address"),
        full.header("lib_pat_x"),
        Attempt { authorization: None, ..full.header(own.bearer.trim_start_matches("Bearer ")) },
        Attempt { needs: Some("book:read"), ..full },
        Attempt { needs: Some("book:read shelf/main:read"), ..full },
        Attempt { needs: Some(""), ..full },
        Attempt { method: b"\xff\xfe", target: b"/\xff", ..full },
    ] {
        assert_same(&attempt, Some(&own.record), None, now());
    }
}

#[test]
fn a_cut_value_is_decided_like_the_whole_one() {
    let own = made("personal", 4, r#""book:read""#, &format!(r#","tenant":"{}é""#, "t".repeat(254)));
    let attempt = Attempt::http("GET", "/books").authorization(&own.bearer);
    let tenants = [
        format!("{}é", "t".repeat(254)),
        format!("{}éé", "t".repeat(254)),
        format!("{}é{}", "t".repeat(254), "x".repeat(1 << 20)),
        "t".repeat(1 << 20),
    ];
    for tenant in &tenants {
        assert_same(&attempt.tenant(tenant), Some(&own.record), None, now());
    }
    for length in [255, 256, 257, 1_023, 1_024, 1_025, 5_000, 8_191, 8_192, 8_193, 1 << 20] {
        let (ascii, wide) = ("a".repeat(length), "é".repeat(length / 2));
        let needs = "book:read ".repeat(length / 10);
        let target = format!("/books/{ascii}")[..length].to_owned();
        for attempt in [
            Attempt { method: ascii.as_bytes(), ..attempt.tenant(&tenants[0]) },
            Attempt { target: target.as_bytes(), ..attempt.tenant(&tenants[0]) },
            attempt.tenant(&tenants[0]).application(&ascii).ip(&ascii),
            attempt.tenant(&tenants[0]).application(&wide).ip(&wide),
            attempt.tenant(&tenants[0]).header(&ascii),
            Attempt { needs: Some(needs.trim_end()), ..attempt.tenant(&tenants[0]) },
            Attempt { authorization: Some(ascii.as_bytes()), ..attempt },
        ] {
            assert_same(&attempt, Some(&own.record), None, now());
        }
    }
}

#[test]
fn subjects_records_and_instants() {
    let own = made("user", 5, r#""book:*""#, "");
    let attempt = Attempt::http("DELETE", "/books/1").authorization(&own.bearer);
    for subject in [
        r#"{ "id": "ada", "active": true, "grants": ["book:*"] }"#,
        r#"{ "id": "ada", "active": true, "grants": ["book:read"] }"#,
        r#"{ "id": "ada", "active": false, "grants": [] }"#,
        r#"{ "id": "bob", "active": true, "grants": ["book:*"] }"#,
    ] {
        assert_same(&attempt, Some(&own.record), Some(subject), now());
    }
    let large = format!("{}{}", own.record, " ".repeat(16 << 20));
    let huge = format!("[\"{}\"]", "é".repeat(200 << 10));
    let broken = ["", "{}", "[", "null", "{\"v\":2}", &own.record[..99], &large, &huge];
    for record in broken {
        assert_same(&attempt, Some(record), None, now());
    }
    for now in [Instant::MIN, Instant::MAX] {
        assert_same(&attempt, Some(&own.record), None, now);
    }
}

#[test]
fn documents_are_refused_with_the_same_problems() {
    let module = portcullis_wasmtime::Module::embedded().unwrap();
    let large = " ".repeat((8 << 20) + 1);
    for document in [
        "",
        "{}",
        "[]",
        "{\"portcullis\":1}",
        &fixture::POLICY.replace(r#""needs": "book""#, r#""needs": "bok""#),
        &large,
    ] {
        let problems = match Policy::open(&module, document) {
            Err(Error::Refused(problems)) => problems,
            other => panic!("{other:?}"),
        };
        let expected = core::Policy::from_json(document).unwrap_err();
        assert_eq!(problems.to_string(), expected.to_string());
        assert!(
            problems
                .iter()
                .map(|problem| problem.code.as_str())
                .eq(expected.iter().map(|problem| problem.code))
        );
    }
    let (host, core) = (fixture::policy(), fixture::core());
    for document in ["", "{}", "{\"id\":\"ada\",\"active\":true,\"grants\":7}"] {
        let refused = host.open_subject(document).unwrap_err();
        assert_eq!(refused.to_string(), core.open_subject_json(document).unwrap_err().to_string());
    }
}

#[test]
fn a_policy_and_a_record_describe_themselves() {
    let (host, core) = (fixture::policy(), fixture::core());
    assert_eq!(host.describe().unwrap(), core.describe().to_json());
    assert_eq!((host.name(), host.fingerprint()), (core.name(), core.fingerprint().as_str()));
    assert_eq!(host.header_name(), Some("x-library-token"));
    assert!(host.lints().iter().map(|lint| &lint.message).eq(core.lints().iter().map(|lint| &lint.message)));

    let own = made("personal", 6, r#""book:read", "nothing:read""#, "");
    let report = host.report(&host.open_token(&own.record)).unwrap();
    assert_eq!((report.problems.len(), report.unsupported, report.warnings.len()), (0, false, 1));
    let report = host.report(&host.open_token(r#"{"v":2}"#)).unwrap();
    assert_eq!((report.problems[0].path.as_str(), report.unsupported), ("/v", true));
}

#[test]
fn a_token_is_valid_under_another_policy() {
    let (first, second) = (fixture::policy(), fixture::policy());
    let own = reader(8);
    let (attempt, token) =
        (Attempt::http("GET", "/books").authorization(&own.bearer), first.open_token(&own.record));
    for policy in [&first, &second, &first] {
        assert!(policy.decide(&attempt, Lookup::Token(&token), None, now()).allow());
    }
}

#[test]
fn a_denial_has_a_response_for_the_client() {
    let policy = fixture::policy();
    let own = reader(9);
    let token = policy.open_token(&own.record);
    let attempt = Attempt::http("DELETE", "/books/42").authorization(&own.bearer);
    let denied = policy.decide(&attempt, Lookup::Token(&token), None, now()).response().unwrap();
    assert_eq!(denied.status, 403);
    let challenge = r#"Bearer realm="Library API", error="insufficient_scope", scope="book:delete""#;
    assert_eq!(denied.www_authenticate.as_deref(), Some(challenge));
    assert!(denied.body.contains(r#""missing":["book:delete"]"#), "{}", denied.body);
}

#[test]
fn debug_output_shows_no_request_and_no_record() {
    let policy = fixture::policy();
    let own = reader(10);
    let attempt = Attempt::http("GET", "/books?secret=1").authorization(&own.bearer);
    let token = policy.open_token(&own.record);
    let subject = policy.open_subject(r#"{ "id": "ada", "active": true, "grants": [] }"#).unwrap();
    let found = Lookup::Token(&token);
    let decision = policy.decide(&attempt, found, Some(&subject), now());
    let printed =
        format!("{policy:?} {attempt:?} {found:?} {subject:?} {decision:?} {:?}", policy.identify(&attempt));
    for secret in ["secret", "sha256", "ada", own.bearer.trim_start_matches("Bearer ")] {
        assert!(!printed.contains(secret), "{printed}");
    }
}
