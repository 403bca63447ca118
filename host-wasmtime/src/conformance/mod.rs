//! Checks any store against the contract of [`Store`], with real threads.
//!
//! ```
//! use std::sync::Arc;
//! use portcullis_wasmtime::{conformance, store::Memory};
//!
//! // Each check gets its own empty store.
//! let report = conformance::run(&|| Arc::new(Memory::new()));
//! assert!(report.passed(), "{report}");
//! ```
//!
//! A store that passes has met the contract once, here; that does not prove that it survives a failover. The
//! suite knows nothing of drivers and servers: kill your server while it runs.

mod at_once;
mod commands;
mod draft;
mod fault;
mod limits;
mod names;
mod outbox;
mod pages;
mod redeem;
mod report;
mod tenants;
mod touches;
mod writes;

use std::sync::Arc;

use crate::store::Store;
use fault::Fault;
pub use redeem::redeem;
pub use report::{CheckResult, ConformanceReport};

/// Makes a new empty store on each call.
pub type OpenStore<'o> = &'o dyn Fn() -> Arc<dyn Store>;

type Check = fn(&dyn Store) -> Result<(), Fault>;

/// The checks. A failure is reported under the sentence.
const CHECKS: &[(&str, Check)] = &[
    ("what was committed is read back", writes::read_back),
    ("a write on another revision is a conflict", writes::another_revision),
    ("a write on a record that is not there is a conflict", writes::no_record),
    ("a change that rests on another revision is a conflict", writes::other_reads),
    ("an id is never used again", writes::used_id),
    ("a change is written whole or not at all", writes::whole_or_not_at_all),
    ("of 64 writers on one revision, one wins", writes::one_of_64),
    ("of 64 creators of one id, one wins", writes::one_creator_of_64),
    ("a command takes effect once", commands::once),
    ("a command given 64 times at once takes effect once", commands::once_of_64),
    ("events are kept in their order, also of the dead", commands::trail),
    ("a guard counts what is alive, and nothing else", limits::what_counts),
    ("a token that is written does not count against itself", limits::not_itself),
    ("of 64 creators with one free place, one wins", limits::one_place_of_64),
    ("a tenant's limit holds over all its owners", limits::tenant_of_64),
    ("a name is held by one token", names::one_holder),
    ("a name is given back by its holder alone", names::given_back),
    ("of 64 claimants of one name, one wins", names::one_of_64),
    ("a notice is there when its change is, and not otherwise", outbox::with_its_change),
    ("a notice stays until it is acknowledged", outbox::until_acknowledged),
    ("a notice is there once", outbox::once),
    ("a later use moves the clocks, an earlier one does not", touches::later),
    ("a use on another revision is not noted", touches::another_revision),
    ("of 64 uses at once, the latest stays", touches::latest_of_64),
    ("a use that a command has not seen is a conflict", touches::unseen),
    ("what is due comes in order, page by page", pages::due),
    ("what is due follows what is written", pages::due_moves),
    ("a list is complete, page by page", pages::list),
    ("a list tells standings apart", pages::standings),
    ("a cursor of another store is refused", pages::foreign_cursor),
    ("no text of a tenant reaches another's tokens", tenants::apart),
    ("hostile texts are read back as they were", tenants::as_they_were),
];

/// Runs all checks on a store.
pub fn run(open: OpenStore<'_>) -> ConformanceReport {
    let checks = CHECKS.iter().map(|&(name, check)| {
        let store = open();
        CheckResult { name, fault: check(&*store).err().map(|Fault(what)| what) }
    });
    ConformanceReport { checks: checks.collect() }
}
