//! One API request, checked by different means on the same data.
//!
//! - [`workload`]: policy, tokens and requests, made from a seed; the Node side reads the same ones.
//! - [`competitor`]: what everyone has to do, and the proof that everyone does it.
//! - [`credential`], [`routes`]: the hand-written check up to the question of rights.
//! - [`handwritten`]: the hand-written check as a whole.
//! - [`front`], [`cedar`], [`regorus`], [`casbin`]: the same with an engine in the place of its sets.
//! - [`native`], [`wasmtime`]: Portcullis as a crate, and as a module in wasmtime.
//! - [`contest`]: turns, taken alternately in one run; medians of them.
//! - [`serving`]: how long a start takes, how long another policy takes to take over, and who waits meanwhile.
//! - [`report`]: the table, and the goals beside what was reached.

pub mod casbin;
pub mod cedar;
pub mod competitor;
pub mod contest;
pub mod credential;
pub mod front;
pub mod handwritten;
pub mod native;
mod random;
pub mod regorus;
pub mod report;
pub mod routes;
pub mod serving;
pub mod wasmtime;
pub mod workload;
