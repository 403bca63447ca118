//! Instances of the module: how one is limited and called, and a pool of them.

pub(crate) mod engine;
pub(crate) mod frame;
pub(crate) mod guest;
mod handle_cache;
mod pool;
mod worker;

pub(crate) use engine::InstanceLimits;
pub(crate) use handle_cache::HandleCache;
pub(crate) use pool::Pool;
pub(crate) use worker::{Worker, WorkerPlan};
