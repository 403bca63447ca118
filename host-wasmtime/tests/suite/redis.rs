//! The Redis store on real servers, including their failures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use portcullis_wasmtime::store::{
    Change, CommitOutcome, Durability, Record, RecordWrite, Redis, RedisOptions, Store, TokenEvent,
};
use portcullis_wasmtime::{TokenId, conformance};

use crate::redis_server::Server;

/// A store under a new prefix.
fn fresh(server: &Server) -> Arc<Redis> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let prefix = format!("test {}", NUMBER.fetch_add(1, Ordering::Relaxed));
    Arc::new(Redis::open_with(&server.url(), RedisOptions { prefix, ..RedisOptions::default() }).unwrap())
}

fn with(durability: Durability) -> RedisOptions {
    RedisOptions { durability, timeout: Duration::from_millis(500), ..RedisOptions::default() }
}

#[test]
fn redis_passes_every_check() {
    let server = Server::start(&[]);
    let report = conformance::run(&|| fresh(&server));
    assert!(report.passed(), "{report}");
    let report = conformance::redeem(fresh(&server), 6);
    assert!(report.passed(), "{report}");
}

#[test]
fn sto_06_a_server_that_could_lose_a_revocation_is_refused_with_the_setting_to_change() {
    let server = Server::start(&[]);
    for (name, bad, good) in [
        ("appendonly", "no", "yes"),
        ("appendfsync", "everysec", "always"),
        ("appendfsync", "no", "always"),
        ("no-appendfsync-on-rewrite", "yes", "no"),
        ("maxmemory-policy", "allkeys-lru", "noeviction"),
    ] {
        server.order(&["CONFIG", "SET", name, bad]);
        let error = Redis::open(&server.url()).unwrap_err().to_string();
        assert!(error.contains(&format!("{name} {bad}")), "{error}");
        Redis::open_with(&server.url(), with(Durability::Unchecked)).unwrap();
        server.order(&["CONFIG", "SET", name, good]);
        Redis::open(&server.url()).unwrap();
    }
    server.order(&["CONFIG", "SET", "appendfsync", "everysec"]);
    Redis::open_with(&server.url(), with(Durability::EverySecond)).unwrap();
    server.order(&["ACL", "SETUSER", "app", "on", ">hunter2", "~*", "+@all", "-config"]);
    let url = server.url().replace("//", "//app:hunter2@");
    let error = Redis::open(&url).unwrap_err().to_string();
    assert!(error.contains("CONFIG GET"), "{error}");
    let vouched = Redis::open_with(&url, with(Durability::Unchecked)).unwrap();
    assert!(!format!("{vouched:?}").contains("hunter2"));
}

#[test]
fn a_failed_connection_is_an_error_without_the_password() {
    for url in ["redis://:hunter2@127.0.0.1:1", "redis://:hunter2@[::", "http://hunter2", ""] {
        let error = Redis::open(url).unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
    for prefix in ["", "a{b", "}"] {
        let options = RedisOptions { prefix: prefix.into(), ..RedisOptions::default() };
        assert!(Redis::open_with("redis://127.0.0.1:1", options).unwrap_err().to_string().contains("prefix"));
    }
}

#[test]
fn sto_06_a_broken_connection_a_flushed_script_and_a_full_memory() {
    let server = Server::start(&[]);
    let store = Redis::open(&server.url()).unwrap();
    assert_eq!(store.commit(&revision(1)).unwrap(), CommitOutcome::Committed);
    server.order(&["SCRIPT", "FLUSH"]);
    assert_eq!(store.commit(&revision(2)).unwrap(), CommitOutcome::Committed);
    server.order(&["CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes"]);
    // An unknown outcome is an error, and a repetition takes effect once.
    let cut = store.commit(&revision(3));
    let again = store.commit(&revision(3)).unwrap();
    let once = match cut {
        Err(_) => CommitOutcome::Committed,
        Ok(_) => CommitOutcome::Repeated,
    };
    assert_eq!(again, once);
    server.order(&["CONFIG", "SET", "maxmemory", "1"]);
    let full = Change { writes: Vec::new(), ..revision(99) };
    assert!(store.commit(&full).unwrap_err().to_string().contains("OOM"));
    assert!(store.get(&id()).unwrap().is_some());
}

#[test]
fn sto_06_a_server_that_answers_too_late_or_is_killed() {
    let mut server = Server::start(&["--enable-debug-command", "yes"]);
    let store = Redis::open_with(&server.url(), with(Durability::EveryWrite)).unwrap();
    assert_eq!(store.commit(&revision(1)).unwrap(), CommitOutcome::Committed);
    std::thread::scope(|scope| {
        scope.spawn(|| server.order(&["DEBUG", "SLEEP", "1"]));
        std::thread::sleep(Duration::from_millis(200));
        assert!(store.commit(&revision(2)).is_err());
    });
    assert_eq!(store.commit(&revision(2)).unwrap(), CommitOutcome::Repeated);
    server.kill();
    assert!(store.commit(&revision(3)).is_err());
    assert!(store.get(&id()).is_err());
    server.again();
    assert_eq!(store.commit(&revision(3)).unwrap(), CommitOutcome::Committed);
    let record = Record::parse(&store.get(&id()).unwrap().unwrap()).unwrap();
    assert_eq!((record.revision(), store.trail(&id()).unwrap().len()), (3, 3));
}

fn id() -> TokenId {
    TokenId::parse("AdaAdaAdaAdaAda1").unwrap()
}

fn json(revision: u64) -> String {
    format!(
        r#"{{"v":1,"id":"{}","kind":"personal","owner":"ada","createdAt":"2026-11-21T12:00:00.000Z","expiresAt":null,"revision":{revision}}}"#,
        id().as_str()
    )
}

/// A change to one revision of one token, each with its own command id.
fn revision(revision: u64) -> Change {
    let record = Record::parse(&json(revision));
    let command = format!("command {revision}");
    let json = format!(r#"{{"sequence":{revision}}}"#);
    Change {
        writes: vec![RecordWrite { id: id(), was: revision - 1, seen: None, record }],
        events: vec![TokenEvent { token: id(), sequence: revision, command, json }],
        ..Change::default()
    }
}
