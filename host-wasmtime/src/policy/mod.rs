//! Policies, the policy in force, and decisions.

mod decision;
pub(crate) mod denial;
mod lifecycle;
mod live;
mod policy;
mod report;
mod watcher;

pub use decision::{Decision, Identified};
pub use denial::DenialResponse;
pub use live::LivePolicy;
pub use policy::Policy;
pub use report::TokenReport;
pub use watcher::PolicyWatcher;
