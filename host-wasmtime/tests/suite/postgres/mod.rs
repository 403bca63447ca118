//! The PostgreSQL store, on servers that the tests start.

mod failing;
mod server;

use std::sync::Arc;

use portcullis_wasmtime::conformance;
use portcullis_wasmtime::store::{Postgres, PostgresOptions, Store};

use crate::stores::Turns;
use server::Server;

const EMPTY: &str =
    "DELETE FROM portcullis_tokens; DELETE FROM portcullis_claims; DELETE FROM portcullis_events;
    DELETE FROM portcullis_outbox; DELETE FROM portcullis_tombstones";

#[test]
fn postgres_passes_every_check() {
    let server = Server::start();
    let open = || Postgres::open(&server.url()).unwrap();
    let stores: [Arc<dyn Store>; 2] = [Arc::new(open()), Arc::new(Turns::new([open(), open()]))];
    let report = conformance::run(&|| {
        server.sql(EMPTY);
        stores[1].clone()
    });
    assert!(report.passed(), "{report}");
    server.sql(EMPTY);
    let report = conformance::redeem(stores[0].clone(), 6);
    assert!(report.passed(), "{report}");
    only_what_it_must(&server);
}

/// Tables of another version and unsuitable settings are refused, and no error shows a password.
fn only_what_it_must(server: &Server) {
    let said = |url: &str| Postgres::open(url).unwrap_err().to_string();
    server.sql("UPDATE portcullis_meta SET value = '2'");
    assert!(said(&server.url()).contains("another version"));
    server.sql("UPDATE portcullis_meta SET value = '1'");
    let strict = format!("{}?options=-c%20default_transaction_isolation%3Dserializable", server.url());
    assert!(said(&strict).contains("must be read committed"));
    let wrong = server.url().replace("p%40ss", "s3cret");
    let nowhere = "postgres://ada:s3cret@no.such.host.invalid/x";
    let closed = "postgres://ada:s3cret@127.0.0.1:1/x";
    for (url, word) in
        [(wrong.as_str(), "28P01"), (nowhere, "no answer"), (closed, "refused"), ("s3cret", "cannot be read")]
    {
        let error = Postgres::open(url).unwrap_err();
        assert!(error.to_string().contains(word), "{error}");
        for text in [error.to_string(), format!("{error:?}")] {
            assert!(!text.contains("s3cret") && !text.contains("no.such.host"), "{text}");
        }
    }
    let store = Postgres::open(&server.url()).unwrap();
    assert_eq!(format!("{store:?}"), "Postgres");
    // It works inside an event loop, and can be dropped there.
    let runtime = tokio::runtime::Builder::new_multi_thread().build().unwrap();
    let id = portcullis_wasmtime::TokenId::parse("AdaAdaAdaAdaAda1").unwrap();
    assert_eq!(runtime.block_on(async move { store.get(&id) }).unwrap(), None);
    // A single connection serves many callers in turn.
    let narrow = PostgresOptions { connections: 1, ..PostgresOptions::default() };
    let narrow = Postgres::open_with(&server.url(), narrow).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| assert_eq!(narrow.get(&id).unwrap(), None));
        }
    });
}
