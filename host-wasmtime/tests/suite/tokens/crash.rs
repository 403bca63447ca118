//! ROT-07: a process that is killed at any moment.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use portcullis_wasmtime::Value;
use portcullis_wasmtime::store::{ListQuery, Sqlite, TenantFilter};

use super::fixture::{Clock, POLICY, at, field, read, tokens};
use crate::folder::Folder;

/// The example `tokens`, which `cargo test` builds beside the tests.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let name = format!("tokens{}", std::env::consts::EXE_SUFFIX);
    let program = own.parent().unwrap().with_file_name("examples").join(name);
    assert!(program.exists(), "cargo build --package portcullis-wasmtime --example tokens");
    program
}

fn start(folder: &Folder) -> Child {
    std::fs::write(folder.file("policy.json"), POLICY).unwrap();
    let mut command = Command::new(program());
    command.arg(folder.file("policy.json")).arg(folder.file("tokens.db"));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap()
}

fn create(number: usize) -> String {
    format!(
        r#"{{"do":"create","kind":"personal","name":"number {number}","owner":"owner {number}","grants":["book:read"],
        "renewal":{{"every":"30d"}},"now":"2026-01-01T00:00:00Z",
        "by":{{"id":"grace","tenant":"tenant {number}","roles":["admin"],"grants":["*:*"]}}}}"#
    )
    .replace('\n', "")
}

/// Killed after a commit, before the notice was delivered.
#[test]
fn rot_07_committed_notices_are_delivered_after_a_crash() {
    let folder = Folder::new();
    let mut child = start(&folder);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut input = child.stdin.take().unwrap();
    let mut say = |line: &str| writeln!(input, "{line}").and_then(|()| input.flush()).unwrap();
    let mut hear = || read(&lines.next().unwrap().unwrap());
    assert_eq!(hear().get("ready"), Some(&Value::Bool(true)));
    say(&create(1));
    assert_eq!(hear().get("ok"), Some(&Value::Bool(true)));
    say(r#"{"do":"sweep","now":"2026-02-01T00:00:00Z"}"#);
    assert_eq!(hear().get("ok"), Some(&Value::Bool(true)));
    child.kill().unwrap();
    child.wait().unwrap();

    let clock = Clock::new();
    clock.set("2026-02-01T00:00:00Z");
    let after = tokens(Sqlite::open(folder.file("tokens.db")).unwrap(), &clock);
    let notices = after.outbox(10).unwrap();
    assert_eq!(notices.len(), 1, "{notices:?}");
    let token = portcullis_wasmtime::TokenId::parse(&field(&notices[0].json, "token").unwrap()).unwrap();
    assert_eq!(super::fixture::events(&after, &token, "renewalOffered"), 1);
    assert!(notices[0].key.starts_with(token.as_str()));
    // Read twice before it is acknowledged: the same key, and no second offer.
    assert_eq!(after.sweep(10).unwrap().tokens, 0);
    assert_eq!(after.outbox(10).unwrap(), notices);
    after.acknowledge(&[notices[0].key.clone()]).unwrap();
    assert!(after.outbox(10).unwrap().is_empty());
}

/// Killed during a command: each command is written completely or not at all.
#[test]
fn rot_07_a_killed_process_leaves_no_half_command() {
    let folder = Folder::new();
    let mut child = start(&folder);
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    let mut input = child.stdin.take().unwrap();
    let writer = std::thread::spawn(move || {
        // Until the process is gone.
        (0..10_000).take_while(|number| writeln!(input, "{}", create(*number)).is_ok()).count()
    });
    let mut answered = usize::from(lines.next().unwrap().is_ok());
    std::thread::sleep(Duration::from_millis(60));
    child.kill().unwrap();
    child.wait().unwrap();
    answered += lines.map_while(Result::ok).filter(|line| line.ends_with('}')).count();
    writer.join().unwrap();

    let clock = Clock::new();
    let after = tokens(Sqlite::open(folder.file("tokens.db")).unwrap(), &clock);
    let every =
        ListQuery { limit: 100_000, ..ListQuery::new(TenantFilter::Every, at("2026-01-01T00:00:00Z")) };
    let records = after.store().list(&every).unwrap().records;
    // Everything that was answered is stored; one more may be.
    assert!((answered..=answered + 1).contains(&records.len()), "{answered} of {}", records.len());
    for record in records {
        let id = portcullis_wasmtime::TokenId::parse(&field(&record, "id").unwrap()).unwrap();
        let trail = after.store().trail(&id).unwrap();
        assert_eq!(trail.len(), 1);
        assert_eq!(field(&record, "auditHead"), field(&trail[0], "head"));
    }
}
