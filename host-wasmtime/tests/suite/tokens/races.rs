//! Many threads on one token.

use std::sync::Barrier;

use portcullis_wasmtime::RefusalCode;
use portcullis_wasmtime::store::{Memory, Sqlite, Store};
use portcullis_wasmtime::tokens::{CreateFields, TokensError};

use super::fixture::{Clock, admin, made, reader, tokens};
use crate::folder::Folder;

fn at_once<T: Send>(threads: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let barrier = Barrier::new(threads);
    std::thread::scope(|scope| {
        let start = |number| {
            let (barrier, work) = (&barrier, &work);
            scope.spawn(move || {
                barrier.wait();
                work(number)
            })
        };
        let running: Vec<_> = (0..threads).map(start).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn refusal(error: &TokensError) -> RefusalCode {
    error.refusal().unwrap_or_else(|| panic!("{error:?}")).code
}

/// LIF-06: ada may have one more token, and 64 threads try to create it.
#[test]
fn lif_06_a_limit_holds_against_64_threads() {
    let clock = Clock::new();
    let folder = Folder::new();
    let stores: [std::sync::Arc<dyn Store>; 2] = [
        std::sync::Arc::new(Memory::new()),
        std::sync::Arc::new(Sqlite::open(folder.file("tokens.db")).unwrap()),
    ];
    for store in stores {
        let tokens = tokens(store, &clock);
        for number in 0..9 {
            made(&tokens, reader(&format!("number {number}")));
        }
        let answers = at_once(64, |number| tokens.create(reader(&format!("late {number}")), &admin()));
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
        for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
            assert_eq!(refusal(error), RefusalCode::LimitReached);
        }
        // One name, eight owners.
        let named = |number| {
            let owner = format!("owner {number}");
            tokens.create(CreateFields { owner: Some(&owner), ..reader("the same") }, &admin()).map(|_| ())
        };
        let answers = at_once(8, named);
        assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    }
}
