//! STO-05: a server that is killed, blocked or cut off during commands.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use portcullis_wasmtime::store::{ListQuery, Postgres, PostgresOptions, TenantFilter};
use portcullis_wasmtime::tokens::{CommandOptions, CreateFields, TokensError};
use portcullis_wasmtime::{TokenId, Tokens};

use super::server::Server;
use crate::tokens::fixture::{Clock, admin, at, field, made, reader, tokens};

/// Repeats a command under one id until its outcome is known.
fn insist<T>(failed: &Mutex<Vec<String>>, give: impl Fn() -> Result<T, TokensError>) -> T {
    let begin = Instant::now();
    loop {
        match give() {
            Ok(done) => return done,
            Err(TokensError::Store(error)) => failed.lock().unwrap().push(error.to_string()),
            Err(error) => panic!("{error:?}"),
        }
        assert!(begin.elapsed() < Duration::from_secs(60), "the store never came back");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Creates, locks and revokes tokens, and returns the ids of those that were created.
fn commands(tokens: &Tokens, worker: usize, over: &AtomicBool, failed: &Mutex<Vec<String>>) -> Vec<TokenId> {
    let grace = admin();
    let mut ids = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let name = format!("token:{worker}:{}", ids.len());
        let owner = format!("owner {worker} {}", ids.len());
        let new = CreateFields { kind: "service", owner: Some(&owner), ..reader(&name) };
        let made = insist(failed, || tokens.create(new, CommandOptions::from(&grace).under(&name)));
        let id = *made.token.unwrap().id();
        insist(failed, || tokens.revoke(&id, CommandOptions::from(&grace).under("stop")));
        ids.push(id);
    }
    ids
}

#[test]
fn sto_05_rot_06_commands_on_a_killed_server_take_effect_once() {
    let server = Server::start();
    let options = PostgresOptions { timeout: Duration::from_secs(2), ..PostgresOptions::default() };
    let store = Postgres::open_with(&server.url(), options).unwrap();
    let tokens = tokens(store, &Clock::new());
    let (over, failed) = (AtomicBool::new(false), Mutex::default());
    let made = std::thread::scope(|scope| {
        let (tokens, over, failed) = (&tokens, &over, &failed);
        let working: Vec<_> =
            (0..6).map(|worker| scope.spawn(move || commands(tokens, worker, over, failed))).collect();
        std::thread::sleep(Duration::from_millis(200));
        let backends = "SELECT pid FROM pg_stat_activity WHERE application_name = 'portcullis' LIMIT 2";
        for pid in server.sql(backends).lines() {
            // The server treats this as a crash: it ends all connections and recovers.
            std::process::Command::new("kill").args(["-9", pid]).status().unwrap();
        }
        std::thread::sleep(Duration::from_millis(200));
        server.kill();
        server.run();
        std::thread::sleep(Duration::from_millis(200));
        over.store(true, Ordering::SeqCst);
        working.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(!failed.into_inner().unwrap().is_empty(), "no command failed");
    let every =
        ListQuery { limit: 100_000, ..ListQuery::new(TenantFilter::Every, at("2026-01-01T00:00:00Z")) };
    let records = tokens.store().list(&every).unwrap().records;
    let heads: BTreeMap<_, _> =
        records.iter().map(|record| (field(record, "id"), field(record, "auditHead"))).collect();
    assert_eq!(heads.len(), made.len(), "a create took effect twice, or not at all");
    for id in made {
        let trail = tokens.store().trail(&id).unwrap();
        let names: Vec<_> = trail.iter().map(|event| field(event, "event").unwrap()).collect();
        assert_eq!(names, ["created", "revoked"]);
        assert_eq!(heads[&Some(id.as_str().into())], field(&trail[1], "head"));
    }
}

#[test]
fn sto_05_a_commit_that_times_out_or_finds_no_connection_is_an_error() {
    let server = Server::start();
    let options = PostgresOptions { timeout: Duration::from_millis(500), connections: 1 };
    let store = Postgres::open_with(&server.url(), options).unwrap();
    let tokens = tokens(store, &Clock::new());
    let (id, _) = made(&tokens, reader("ERP sync"));
    let grace = admin();
    let stop = || tokens.revoke(&id, CommandOptions::from(&grace).under("stop"));
    std::thread::scope(|scope| {
        let hold = "BEGIN; SELECT FROM portcullis_tokens FOR UPDATE; SELECT pg_sleep(3); ROLLBACK";
        scope.spawn(|| server.sql(hold));
        let held = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
        while server.sql(held) != "1" {}
        let begin = Instant::now();
        // One waits for the lock, the other for the only connection.
        let answers = [scope.spawn(stop), scope.spawn(stop)].map(|thread| thread.join().unwrap());
        assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
        let errors = answers.map(|answer| answer.unwrap_err().to_string());
        assert!(
            errors.iter().any(|error| error.contains("57014") && !error.contains("not known")),
            "{errors:?}"
        );
    });
    assert!(tokens.store().event(&id, "stop").unwrap().is_none());
    assert!(!stop().unwrap().repeated);

    // The server aborts it in favour of another: it is retried, and fails in the end.
    server.sql(
        "CREATE SEQUENCE tried; CREATE FUNCTION stumble() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN IF nextval(''tried'') <= 3 THEN RAISE EXCEPTION ''in the way'' USING ERRCODE = ''40001''; END IF; RETURN NEW; END';
         CREATE TRIGGER stumble BEFORE INSERT ON portcullis_events FOR EACH ROW EXECUTE FUNCTION stumble()",
    );
    let (other, _) = made(&tokens, CreateFields { owner: Some("ida"), ..reader("another") });
    assert_eq!(tokens.store().trail(&other).unwrap().len(), 1);
    server.sql("ALTER SEQUENCE tried INCREMENT BY -1 MINVALUE -1000; SELECT setval('tried', 3)");
    let error = tokens.revoke(&other, CommandOptions::from(&grace).under("stop")).unwrap_err().to_string();
    assert!(error.contains("40001"), "{error}");
    assert_eq!(tokens.store().trail(&other).unwrap().len(), 1);
    server.sql("DROP TRIGGER stumble ON portcullis_events");

    // Cut off during the commit: the outcome is unknown, and the command can be repeated.
    server.sql(
        "CREATE FUNCTION end_it() RETURNS trigger LANGUAGE plpgsql AS
         'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END';
         CREATE TRIGGER end_it BEFORE INSERT ON portcullis_events FOR EACH ROW EXECUTE FUNCTION end_it()",
    );
    let error = tokens.revoke(&other, CommandOptions::from(&grace).under("stop")).unwrap_err().to_string();
    assert!(error.contains("not known whether the change was written"), "{error}");
    server.sql("DROP TRIGGER end_it ON portcullis_events");
    tokens.revoke(&other, CommandOptions::from(&grace).under("stop")).unwrap();
    assert_eq!(tokens.store().trail(&other).unwrap().len(), 2);
}
