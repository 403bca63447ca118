//! What a command leads to: a change with its notices and claims, or a refusal.

mod change;
mod claim;
mod notice;
mod refusal;

pub(crate) use change::revision;
pub use change::{Change, CommandOutcome, RecordRead, RecordWrite};
pub(crate) use claim::{claim, claim_value, guards};
pub(crate) use notice::{Notice, Subject};
pub use refusal::{Refusal, RefusalCode, RefusalSource};
