//! What users see of the rules: a policy, the policy in force, decisions.

mod backend;
mod decision;
pub(crate) mod denied;
mod lifecycle;
mod live;
mod policy;
mod watcher;

pub use decision::{Decision, Identified};
pub use denied::Denied;
pub use live::Live;
pub(crate) use policy::parse;
pub use policy::{Policy, TokenReport};
pub use watcher::Watch;
