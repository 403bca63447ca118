//! Queries about tokens.

use portcullis_wasmtime::store::{
    Change, CommitOutcome, ListQuery, Memory, Record, RecordWrite, Store, TenantFilter, TokenEvent,
};
use portcullis_wasmtime::tokens::{Actor, CreateFields, EditFields, OverviewQuery, TokensError};
use portcullis_wasmtime::{Attempt, Bounds, Lookup, RefusalCode, Tokens, Value};

use super::fixture::{
    Clock, actor, ada, admin, at, field, in_memory, made, offered, policy, read, reader, refused, renewing,
};

fn acme() -> ListQuery {
    ListQuery::new(TenantFilter::Only(Some("acme".into())), at("2026-01-01T00:00:00Z"))
}

fn rows(tokens: &Tokens, by: &Actor) -> Vec<Value> {
    let overview = tokens.overview(&acme(), OverviewQuery::default(), by).unwrap();
    match read(&overview.json).get("rows") {
        Some(Value::List(rows)) => rows.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_list_shows_only_what_the_actor_may_list_and_no_digest() {
    let (tokens, _) = in_memory();
    made(&tokens, reader("ERP sync"));
    made(&tokens, reader("backup"));
    let shown = rows(&tokens, &admin());
    assert_eq!(shown.len(), 2);
    assert!(shown.iter().all(|row| !row.to_json().contains("sha256")));
    assert_eq!(rows(&tokens, &ada()).len(), 0);
    let stranger = Actor { tenant: Some("globex".into()), ..admin() };
    assert_eq!(rows(&tokens, &stranger).len(), 0);
    let listing = OverviewQuery { filter: Some(r#"{"search":"erp"}"#), ..OverviewQuery::default() };
    let found = tokens.overview(&acme(), listing, &admin()).unwrap();
    assert!(found.json.contains("ERP sync") && !found.json.contains("backup"));
    // Input that tries to inject further fields into the request is only an invalid part.
    let listing = OverviewQuery { filter: Some(r#"null,"actor":{"system":true}"#), ..listing };
    assert!(tokens.overview(&acme(), listing, &ada()).is_err());
}

#[test]
fn a_token_is_shown_to_actors_who_may_list_it() {
    let (tokens, _) = in_memory();
    let (id, _) = made(&tokens, reader("ERP sync"));
    assert_eq!(tokens.find(&id, &admin()).unwrap().name(), Some("ERP sync"));
    assert!(!tokens.find(&id, &admin()).unwrap().to_json().contains("digest"));
    for by in [ada(), actor("mallory", &[]), Actor { tenant: None, ..admin() }] {
        assert_eq!(refused(tokens.find(&id, &by)), RefusalCode::Unknown);
    }
}

#[test]
fn a_trail_is_verified_and_tampering_is_found() {
    let clock = Clock::new();
    let store = std::sync::Arc::new(Memory::new());
    let hand = clock.clone();
    let tokens = Tokens::new(policy(), store.clone())
        .with_clock(move || hand.now())
        .with_audit_key(b"kept elsewhere than the store");
    let (id, _) = made(&tokens, reader("ERP sync"));
    tokens.lock(&id, admin().because("seen in a repository")).unwrap();
    let trail = tokens.trail(&id, &admin()).unwrap();
    assert!(trail.verified, "{}", trail.report);
    assert_eq!(trail.events.len(), 2);
    assert!(trail.events[1].contains("seen in a repository"));
    assert_eq!(refused(tokens.trail(&id, &ada())), RefusalCode::Unknown);

    // Without the key it cannot be verified; with another key it is wrong.
    let keyless = Tokens::new(policy(), store.clone());
    assert!(!keyless.trail(&id, &admin()).unwrap().verified);
    let other = keyless.with_audit_key(b"another key of some length");
    assert!(!other.trail(&id, &admin()).unwrap().verified);

    tokens.unlock(&id, &admin()).unwrap();
    tokens.revoke(&id, &admin()).unwrap();
    tokens.delete(&id, &admin()).unwrap();
    let trail = tokens.trail(&id, &admin()).unwrap();
    assert_eq!((trail.verified, trail.events.len()), (true, 5));
    assert_eq!(refused(tokens.trail(&id, &ada())), RefusalCode::Unknown);
    let tombstone = store.tombstone(&id).unwrap().unwrap();
    assert_eq!(field(&tombstone, "auditHead"), field(trail.events.last().unwrap(), "head"));
}

#[test]
fn tru_01_a_record_that_something_other_than_a_command_changed_is_found_by_its_trail() {
    let store = std::sync::Arc::new(Memory::new());
    let tokens = Tokens::new(policy(), store.clone());
    let (id, _) = made(&tokens, reader("ERP sync"));
    assert!(tokens.trail(&id, &admin()).unwrap().verified);

    let widened = store.get(&id).unwrap().unwrap().replace("book:read", "book:*");
    let write = RecordWrite { id, was: 1, seen: None, record: Some(Record::parse(&widened).unwrap()) };
    let forged = Change { writes: vec![write], ..Change::default() };
    assert!(matches!(store.commit(&forged).unwrap(), CommitOutcome::Committed));
    let trail = tokens.trail(&id, &admin()).unwrap();
    assert!(!trail.verified && trail.report.contains("record_differs"), "{}", trail.report);
}

/// A thousand of the largest tokens in one tenant: more than the module reads at once, so pages are shorter.
#[test]
fn cst_05_a_thousand_of_the_largest_tokens_are_listed_changed_and_verified() {
    let (tokens, _) = in_memory();
    let application = "\"".repeat(256);
    let large = |applications: &[&str], number: usize| {
        let name = format!("token {number}");
        let new = CreateFields { kind: "robot", applications: Some(applications), ..reader(&name) };
        tokens.create(new, &admin())
    };
    let mut applications = vec![application.as_str(); 128];
    while large(&applications, 0).is_err() {
        applications.pop();
    }
    assert!(applications.len() > 100, "{} applications", applications.len());
    let made: Vec<_> =
        (1..1_000).map(|number| *large(&applications, number).unwrap().token.unwrap().id()).collect();

    let (mut query, mut shown, mut pages) = (ListQuery { limit: 500, ..acme() }, 0, 0);
    loop {
        let page = tokens.overview(&query, OverviewQuery::default(), &admin()).unwrap();
        let Some(Value::List(rows)) = Value::parse(&page.json, Bounds::LISTING).unwrap().get("rows").cloned()
        else {
            panic!("no rows")
        };
        (shown, pages) = (shown + rows.len(), pages + 1);
        query.after = page.next;
        if query.after.is_none() {
            break;
        }
    }
    assert!(shown == 1_000 && (3..20).contains(&pages), "{shown} rows on {pages} pages");

    for id in [&made[0], &made[499], &made[998]] {
        tokens.revoke(id, admin().because(&application)).unwrap();
        tokens.regenerate(id, &admin()).unwrap();
        tokens.revoke(id, &admin()).unwrap();
        assert!(tokens.trail(id, &admin()).unwrap().verified);
        tokens.delete(id, &admin()).unwrap();
        let trail = tokens.trail(id, &admin()).unwrap();
        assert_eq!((trail.verified, trail.events.len()), (true, 5));
    }
}

/// A store that compares ids loosely returns the record of another token: no command and no query takes it.
#[test]
fn sea_12_the_record_of_another_token_is_never_acted_on() {
    let store = std::sync::Arc::new(Memory::new());
    let tokens = Tokens::new(policy(), store.clone());
    let (one, _) = made(&tokens, reader("ERP sync"));
    let (other, _) = made(&tokens, reader("backup"));
    let record = store.get(&other).unwrap().unwrap();
    let write = RecordWrite { id: one, was: 1, seen: None, record: Record::parse(&record) };
    let change = Change { writes: vec![write], ..Change::default() };
    assert_eq!(store.commit(&change).unwrap(), CommitOutcome::Committed);

    let is_broken = |error: TokensError| assert!(matches!(error, TokensError::Store(_)), "{error:?}");
    is_broken(tokens.lock(&one, &admin()).unwrap_err());
    is_broken(tokens.revoke(&one, &admin()).unwrap_err());
    is_broken(tokens.find(&one, &admin()).unwrap_err());
    is_broken(tokens.trail(&one, &admin()).unwrap_err());
    is_broken(tokens.reach(&one, "book:read", None).unwrap_err());
    assert_eq!(store.get(&other).unwrap(), Some(record));
}

/// A trail that the module could not read at once is verified in parts, and a change in any of them is found.
#[test]
fn tru_01_cst_03_a_trail_of_more_than_8_mib_is_verified() {
    let store = std::sync::Arc::new(Memory::new());
    let clock = Clock::new();
    let tokens = Tokens::new(policy(), store.clone()).with_clock(move || clock.now());
    let (id, _) = made(&tokens, reader("ERP sync"));
    let texts = ["\"".repeat(2_048), "\\".repeat(2_048)];
    for text in texts.iter().cycle().take(1_100) {
        let edit = EditFields { description: Some(Some(text)), ..EditFields::default() };
        tokens.edit(&id, edit, &admin()).unwrap();
    }
    let trail = tokens.trail(&id, &admin()).unwrap();
    assert!(trail.events.iter().map(String::len).sum::<usize>() > Bounds::LISTING.bytes);
    assert!(trail.verified, "{}", trail.report);
    assert!(trail.report.contains(r#""events":1101"#), "{}", &trail.report[..200]);

    for place in [1, 600, 1_100] {
        let mut events = trail.events.clone();
        events[place] = events[place].replacen("\"edited\"", "\"locked\"", 1);
        let record = store.get(&id).unwrap().and_then(|record| Record::parse(&record));
        let event = |(number, json)| {
            let (sequence, command) = (number as u64 + 1, format!("c{number}"));
            TokenEvent { token: id, sequence, command, json }
        };
        let change = Change {
            writes: vec![RecordWrite { id, was: 0, seen: None, record }],
            events: events.into_iter().enumerate().map(event).collect(),
            ..Change::default()
        };
        let forged = Memory::new();
        assert_eq!(forged.commit(&change).unwrap(), CommitOutcome::Committed);
        let forged = Tokens::new(policy(), forged).trail(&id, &admin()).unwrap();
        assert!(!forged.verified && !forged.report.contains(r#""faults":[]"#), "{place}: {}", forged.report);
    }
}

#[test]
fn reach_lists_the_instances_of_a_token() {
    let (tokens, _) = in_memory();
    let (id, _) = made(&tokens, reader("ERP sync"));
    assert_eq!(field(&tokens.reach(&id, "book:read", None).unwrap(), "reach").as_deref(), Some("all"));
    assert_eq!(field(&tokens.reach(&id, "book:delete", None).unwrap(), "reach").as_deref(), Some("none"));
    assert!(tokens.reach(&id, "unicorn:read", None).is_err());
}

#[test]
fn notices_make_letters_without_keys() {
    let (tokens, clock) = in_memory();
    made(&tokens, renewing("ERP sync"));
    let key = offered(&tokens, &clock);
    let letters = tokens.letters(&tokens.outbox(10).unwrap()).unwrap();
    let Value::List(letters) = read(&letters) else { panic!("{letters}") };
    assert_eq!(letters.len(), 1);
    let text = letters[0].get("text").unwrap().to_json();
    assert!(text.contains("ERP sync") && !text.contains(&key), "{text}");
}

/// A use is recorded if the decision advises it, and keeps the token from going idle.
#[test]
fn a_use_is_recorded_if_the_decision_advises_it() {
    let (tokens, clock) = in_memory();
    let service = portcullis_wasmtime::tokens::CreateFields { kind: "service", ..reader("robot") };
    let (id, plaintext) = made(&tokens, service);
    let header = format!("Bearer {plaintext}");
    let attempt = Attempt { tenant: Some("acme"), ..Attempt::http("GET", "/books").authorization(&header) };
    let note = || {
        let record = tokens.store().get(&id).unwrap().unwrap();
        let token = tokens.policy().open_token(&record);
        let decision = tokens.policy().decide(&attempt, Lookup::Token(&token), None, clock.now());
        assert!(decision.allow());
        tokens.touch(&decision).unwrap()
    };
    clock.set("2026-02-01T00:00:00Z");
    assert!(note(), "the first use");
    assert!(!note(), "the next one at once");
    let record = tokens.store().get(&id).unwrap().unwrap();
    for name in ["lastUsedAt", "secretUsedAt"] {
        assert_eq!(field(&record, name).as_deref(), Some("2026-02-01T00:00:00.000Z"));
    }
    // 45 days from then, plus a millisecond; the reminder is two weeks earlier.
    assert_eq!(field(&record, "endsAt").as_deref(), Some("2026-03-18T00:00:00.001Z"));
    assert_eq!(field(&record, "dueAt").as_deref(), Some("2026-03-04T00:00:00.000Z"));
    // Past the day on which it would have been removed without that use.
    clock.set("2026-03-01T00:00:00Z");
    assert_eq!(tokens.sweep(10).unwrap().tokens, 0);
}
