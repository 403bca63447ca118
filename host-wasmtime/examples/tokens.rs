//! Manages tokens from the command line or from another program: JSON lines in, JSON lines out.
//!
//! ```text
//! tokens <policy.json> <tokens.db, or with the feature of that name postgres://… or redis://…>
//! {"do":"create","kind":"personal","name":"ERP sync","grants":["book:read"],"by":{"id":"ada","roles":["admin"]}}
//! {"do":"lock","token":"AdaAdaAdaAdaAda1","by":{"id":"ada","roles":["admin"]},"reason":"seen in a repository"}
//! {"do":"redeem","plaintext":"lib_pat_…","key":"…"}
//! {"do":"sweep"}
//! ```
//!
//! Each line gets one line as its answer: `{"ok":true,…}`, or `{"ok":false,"code":…,"message":…}`. `now` sets the
//! clock, `id` names the command, `times` runs it on that many threads at once, and `startAt` (milliseconds since
//! 1970) delays it, so that several processes can start at the same moment. The actor is taken from the line:
//! this is a tool for the owner of the file, not a service.

use std::error::Error;
use std::io::{BufRead, Write};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Barrier};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use portcullis_wasmtime::store::{Sqlite, Store};
use portcullis_wasmtime::tokens::{
    ActingToken, Actor, Command, CommandOptions, CommandResult, Presented, TokensError,
};
use portcullis_wasmtime::{Instant, Module, Policy, TokenId, Tokens, Value};

/// The time that the line sets; 0 for the system clock.
static NOW: AtomicI64 = AtomicI64::new(0);

/// Fields of a line that do not belong to its command.
const OURS: [&str; 8] = ["do", "token", "by", "id", "reason", "now", "times", "startAt"];

fn now() -> Instant {
    Instant::from_millis(NOW.load(Ordering::SeqCst)).unwrap_or_else(portcullis_wasmtime::now)
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, policy, file] = arguments.as_slice() else {
        return Err("usage: tokens <policy.json> <tokens.db, postgres://… or redis://…>".into());
    };
    let policy = Policy::open(&Module::embedded()?, &std::fs::read_to_string(policy)?)?;
    let tokens = Tokens::new(policy, open(file)?).with_clock(now);
    let mut out = std::io::stdout().lock();
    writeln!(out, r#"{{"ready":true}}"#)?;
    out.flush()?;
    for line in std::io::stdin().lock().lines() {
        let answer = answer(&tokens, &line?).unwrap_or_else(|error| wrong("misuse", &error.to_string()));
        writeln!(out, "{}", answer.to_json())?;
        out.flush()?;
    }
    Ok(())
}

/// The store with this address: a database URL or a file.
fn open(name: &str) -> Result<Arc<dyn Store>, Box<dyn Error>> {
    #[cfg(feature = "postgres")]
    if name.starts_with("postgres") && name.contains("://") {
        use portcullis_wasmtime::store::{Postgres, PostgresOptions};
        let options = PostgresOptions { connections: 32, ..PostgresOptions::default() };
        return Ok(Arc::new(Postgres::open_with(name, options)?));
    }
    #[cfg(feature = "redis")]
    if name.starts_with("redis://") {
        return Ok(Arc::new(portcullis_wasmtime::store::Redis::open(name)?));
    }
    Ok(Arc::new(Sqlite::open(name)?))
}

fn answer(tokens: &Tokens, line: &str) -> Result<Value, Box<dyn Error>> {
    let line = read(line)?;
    let text = |name| line.get(name).and_then(Value::as_text);
    let at = text("now").map(|now| Instant::parse(now).ok_or("`now` is no instant")).transpose()?;
    NOW.store(at.map_or(0, Instant::millis), Ordering::SeqCst);
    let token = text("token").map(|id| TokenId::parse(id).ok_or("`token` is no id")).transpose()?;
    let by = line.get("by").map(actor);
    let word = text("do").ok_or("`do` says what to do")?;
    match (word, token) {
        ("sweep", _) => return Ok(sweep(tokens)),
        ("outbox", _) => {
            let notices = tokens.outbox(1_000)?;
            let notices: Result<Vec<Value>, _> = notices.iter().map(|notice| read(&notice.json)).collect();
            return Ok(object([("ok", true.into()), ("notices", Value::List(notices?))]));
        }
        ("get", Some(token)) => {
            let record = tokens.store().get(&token)?.map(|record| read(&record)).transpose()?;
            return Ok(object([("ok", true.into()), ("record", record.unwrap_or(Value::Null))]));
        }
        ("trail", Some(token)) => {
            let events = tokens.store().trail(&token)?;
            let events: Result<Vec<Value>, _> = events.iter().map(|event| read(event)).collect();
            return Ok(object([("ok", true.into()), ("events", Value::List(events?))]));
        }
        _ => {}
    }
    let json = command(&line, word).to_json();
    let give = || {
        let itself = || CommandOptions::by_token(Presented::default());
        let mut by = by.as_ref().map_or_else(itself, CommandOptions::from);
        if let Some(reason) = text("reason") {
            by = by.because(reason);
        }
        if let Some(id) = text("id") {
            by = by.under(id);
        }
        said(tokens.execute(Command::Document { token, json: &json }, by))
    };
    if let Some(start) = number(&line, "startAt") {
        let start = UNIX_EPOCH + Duration::from_millis(start);
        std::thread::sleep(start.duration_since(SystemTime::now()).unwrap_or_default());
    }
    let Some(times) = number(&line, "times") else { return Ok(give()) };
    let barrier = Barrier::new(times as usize);
    let at_once = || {
        barrier.wait();
        give()
    };
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..times).map(|_| scope.spawn(at_once)).collect();
        running.into_iter().map(|thread| thread.join().map_err(|_| "a thread panicked".into())).collect()
    })
}

fn command(line: &Value, word: &str) -> Value {
    let word = if word == "redeem" { "redeemRenewal" } else { word };
    let mut fields = vec![("command".into(), word.into())];
    if let Value::Map(line) = line {
        fields.extend(line.iter().filter(|(name, _)| !OURS.contains(&name.as_str())).cloned());
    }
    Value::Map(fields)
}

fn actor(by: &Value) -> Actor {
    let text = |name| by.get(name).and_then(Value::as_text).map(String::from);
    let texts = |name| match by.get(name) {
        Some(Value::List(items)) => {
            Some(items.iter().filter_map(Value::as_text).map(String::from).collect::<Vec<_>>())
        }
        _ => None,
    };
    Actor {
        system: by.get("system").is_some(),
        id: text("id").unwrap_or_default(),
        tenant: text("tenant"),
        roles: texts("roles").unwrap_or_default(),
        grants: texts("grants"),
        token: by.get("token").map(|record| ActingToken::new(record.to_json())),
    }
}

fn said(answer: Result<CommandResult, TokensError>) -> Value {
    match answer {
        Ok(CommandResult { token, successor, plaintext, warnings: _, repeated }) => {
            let view = |view: Option<_>| {
                view.and_then(|view: portcullis_wasmtime::tokens::TokenView| read(&view.to_json()).ok())
            };
            object([
                ("ok", true.into()),
                ("repeated", repeated.into()),
                ("plaintext", plaintext.as_ref().map(|plaintext| plaintext.reveal()).into()),
                ("token", view(token).unwrap_or(Value::Null)),
                ("successor", view(successor).unwrap_or(Value::Null)),
            ])
        }
        Err(TokensError::Refused(refusal)) => object([
            ("ok", false.into()),
            ("code", refusal.code.code().into()),
            ("field", refusal.field.as_deref().into()),
            ("message", refusal.message.as_str().into()),
        ]),
        Err(TokensError::Store(error)) => wrong("store_unavailable", &error.to_string()),
        Err(error) => wrong("misuse", &error.to_string()),
    }
}

fn sweep(tokens: &Tokens) -> Value {
    match tokens.sweep(usize::MAX) {
        Ok(swept) => {
            let commands = swept.commands.into_iter().map(|(word, count)| (word, Value::Int(count as i64)));
            let failed = swept.failed.iter().map(|failure| failure.error.to_string());
            object([
                ("ok", true.into()),
                ("commands", Value::Map(commands.collect())),
                ("failed", failed.collect()),
                ("done", swept.done.into()),
            ])
        }
        Err(error) => wrong("store_unavailable", &error.to_string()),
    }
}

fn wrong(code: &str, message: &str) -> Value {
    object([("ok", false.into()), ("code", code.into()), ("message", message.into())])
}

fn read(json: &str) -> Result<Value, Box<dyn Error>> {
    Ok(Value::parse(json, portcullis_wasmtime::Bounds::RECORD)?)
}

fn number(line: &Value, name: &str) -> Option<u64> {
    match line.get(name) {
        Some(Value::Int(number)) => u64::try_from(*number).ok(),
        _ => None,
    }
}

fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    Value::Map(fields.into_iter().map(|(name, value)| (name.into(), value)).collect())
}
