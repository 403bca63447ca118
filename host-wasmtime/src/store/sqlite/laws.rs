//! The cost of a sweep, counted in SQLite's virtual machine steps instead of time.

use std::path::Path;

use portcullis_core::Instant;
use rusqlite::{StatementStatus, params};

use crate::store::sqlite::sqlite::Sqlite;
use crate::store::sqlite::statements;
use crate::store::{Change, CommitOutcome, Record, RecordWrite, Store};

/// Records of the larger table; more where `cargo xtask prove` asks for it.
fn records() -> u64 {
    std::env::var("PORTCULLIS_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(100_000)
}

const DUE_RECORDS: u64 = 1_000;

fn now() -> Instant {
    Instant::parse("2026-11-21T12:00:00Z").unwrap()
}

/// A table of this many records, of which a thousand, spread over all of them, are due.
fn filled(path: &Path, records: u64) -> Sqlite {
    let store = Sqlite::open(path).unwrap();
    let every = records / DUE_RECORDS;
    let numbers: Vec<u64> = (0..records).collect();
    for numbers in numbers.chunks(10_000) {
        let write = |number: &u64| {
            let due = if number.is_multiple_of(every) {
                "2026-11-21T11:00:00.000Z"
            } else {
                "2027-11-21T11:00:00.000Z"
            };
            let json = format!(
                r#"{{"v":1,"id":"Law{number:013}","kind":"personal","owner":"ada{}","grants":["book:read"],
                "createdAt":"2026-10-01T08:00:00.000Z","expiresAt":null,"revision":1,"dueAt":"{due}"}}"#,
                number % 10_000
            );
            let record = Record::parse(&json).unwrap();
            RecordWrite { id: *record.id(), was: 0, seen: None, record: Some(record) }
        };
        let change = Change { writes: numbers.iter().map(write).collect(), ..Change::default() };
        assert_eq!(store.commit(&change).unwrap(), CommitOutcome::Committed);
    }
    store
}

/// The steps it takes to read all due records in pages of a hundred.
fn steps(store: &Sqlite) -> i64 {
    let (mut steps, mut found, mut after) = (0, 0, (i64::MIN, String::new()));
    store
        .with(|connection| {
            loop {
                let mut statement = connection.prepare(statements::DUE)?;
                let mut rows = statement.query(params![now().millis(), after.0, after.1, 100])?;
                let before = found;
                while let Some(row) = rows.next()? {
                    let cursor: String = row.get("cursor")?;
                    let (due, id) = cursor.split_once(':').unwrap();
                    after = (due.parse().unwrap(), id.into());
                    found += 1;
                }
                drop(rows);
                assert_eq!(statement.get_status(StatementStatus::FullscanStep), 0, "it walks the table");
                assert_eq!(statement.get_status(StatementStatus::Sort), 0, "it sorts");
                steps += i64::from(statement.get_status(StatementStatus::VmStep));
                if found == before {
                    return Ok(());
                }
            }
        })
        .unwrap();
    assert_eq!(found, DUE_RECORDS);
    steps
}

#[test]
fn the_cost_of_due_tokens_does_not_grow_with_the_table() {
    let folder = std::env::temp_dir().join(format!("portcullis-laws-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let large = records();
    let small = large / 10;
    let counted = [small, large].map(|records| {
        let store = filled(&folder.join(format!("{records}.db")), records);
        let begin = std::time::Instant::now();
        (steps(&store), begin.elapsed())
    });
    let _ = std::fs::remove_dir_all(&folder);
    let [(few, quick), (many, slow)] = counted;
    println!("{DUE_RECORDS} due of {small}: {few} steps in {quick:?}; of {large}: {many} steps in {slow:?}");
    assert!(many * 100 <= few * 105, "ten times the records: {many} steps instead of {few}");
}
