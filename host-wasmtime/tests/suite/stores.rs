//! Runs the conformance suite on the stores of the crate, and checks the files that they share.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use portcullis_wasmtime::store::{
    Change, CommitOutcome, ListQuery, Memory, Notice, RecordPage, Sqlite, Store, StoreError, Touch,
};
use portcullis_wasmtime::{Instant, TokenId, conformance};

use crate::folder::Folder;

#[test]
fn memory_passes_every_check() {
    let report = conformance::run(&|| Arc::new(Memory::new()));
    assert!(report.passed(), "{report}");
}

#[test]
fn sqlite_passes_every_check() {
    let folder = Folder::new();
    let number = AtomicU64::new(0);
    let report = conformance::run(&|| {
        let name = format!("{}.db", number.fetch_add(1, Ordering::Relaxed));
        Arc::new(Sqlite::open(folder.file(&name)).unwrap())
    });
    assert!(report.passed(), "{report}");
}

/// Two stores on one file act as one.
#[test]
fn two_sqlite_stores_on_one_file_pass_every_check() {
    let folder = Folder::new();
    let number = AtomicU64::new(0);
    let report = conformance::run(&|| {
        let file = folder.file(&format!("{}.db", number.fetch_add(1, Ordering::Relaxed)));
        Arc::new(Turns::new([(); 2].map(|()| Sqlite::open(&file).unwrap())))
    });
    assert!(report.passed(), "{report}");
}

#[test]
fn sqlite_refuses_tables_of_another_version() {
    let folder = Folder::new();
    let file = folder.file("tokens.db");
    Sqlite::open(&file).unwrap();
    let connection = rusqlite::Connection::open(&file).unwrap();
    connection.execute("UPDATE portcullis_meta SET value = '2' WHERE name = 'schema'", []).unwrap();
    assert!(Sqlite::open(&file).unwrap_err().to_string().contains("another version"));
    assert!(Sqlite::open(folder.file("no/such/folder/tokens.db")).is_err());
}

#[test]
fn the_crate_ships_the_tables_and_the_script_that_every_host_shares() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in ["sqlite.sql", "postgres.sql", "redis.lua"] {
        let [source, own] =
            ["../schema", "schema"].map(|folder| std::fs::read(root.join(folder).join(name)).unwrap());
        assert_eq!(source, own);
    }
}

/// Two stores, used in turns.
pub(crate) struct Turns<S>([S; 2], AtomicU64);

impl<S> Turns<S> {
    pub(crate) fn new(stores: [S; 2]) -> Turns<S> {
        Turns(stores, AtomicU64::new(0))
    }

    fn next(&self) -> &S {
        &self.0[(self.1.fetch_add(1, Ordering::Relaxed) % 2) as usize]
    }
}

impl<S: Store> Store for Turns<S> {
    fn get(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.next().get(id)
    }

    fn commit(&self, change: &Change) -> Result<CommitOutcome, StoreError> {
        self.next().commit(change)
    }

    fn touch(&self, id: &TokenId, revision: u64, touch: &Touch) -> Result<bool, StoreError> {
        self.next().touch(id, revision, touch)
    }

    fn list(&self, query: &ListQuery) -> Result<RecordPage, StoreError> {
        self.next().list(query)
    }

    fn due(&self, now: Instant, limit: usize, after: Option<&str>) -> Result<RecordPage, StoreError> {
        self.next().due(now, limit, after)
    }

    fn event(&self, token: &TokenId, command: &str) -> Result<Option<String>, StoreError> {
        self.next().event(token, command)
    }

    fn trail(&self, token: &TokenId) -> Result<Vec<String>, StoreError> {
        self.next().trail(token)
    }

    fn tombstone(&self, id: &TokenId) -> Result<Option<String>, StoreError> {
        self.next().tombstone(id)
    }

    fn outbox(&self, limit: usize) -> Result<Vec<Notice>, StoreError> {
        self.next().outbox(limit)
    }

    fn acknowledge(&self, keys: &[String]) -> Result<(), StoreError> {
        self.next().acknowledge(keys)
    }
}
