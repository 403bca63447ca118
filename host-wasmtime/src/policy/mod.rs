//! What users see of the rules: a policy, the policy in force, decisions.

mod backend;
mod decision;
pub(crate) mod denied;
mod lifecycle;
mod live;
mod policy;
mod report;
mod watcher;

pub use decision::{Decision, Identified};
pub use denied::Denied;
pub use live::Live;
pub use policy::Policy;
pub use report::TokenReport;
pub(crate) use report::parse;
pub use watcher::Watch;
