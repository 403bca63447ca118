//! Instances of the module: what one may cost, how it is called, and a pool of them.

mod counters;
pub(crate) mod engine;
pub(crate) mod frame;
pub(crate) mod guest;
mod handle_cache;
mod limits;
mod pool;
mod worker;

pub use counters::Counters;
pub(crate) use engine::InstanceLimits;
pub(crate) use handle_cache::HandleCache;
pub use limits::Limits;
pub(crate) use pool::Pool;
pub(crate) use worker::{Worker, WorkerPlan};
