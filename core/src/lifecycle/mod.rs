//! A token's life: what a command leads to, and what time itself asks for.
//!
//! A map, in the order in which a command meets it: `command` (what is asked
//! for), `actor` and `ceiling` (who asks, and may they), `secrets` (proof by the token's own
//! secret), `transition` (the one table of states), one file for each group of
//! commands, `terms` (what a kind lets a token be told), `settle` (the record
//! is sealed), `change` and `refusal` (the answers), `store_report` (what the store
//! has said, and what follows). `schedule` says what time
//! asks for; `due` turns it into commands.

mod apply;
mod command;
mod due;
mod name;
mod outcome;
mod steps;
mod store_report;
#[cfg(test)]
mod tests;
mod transition;

pub use apply::ApplyRequest;
pub(crate) use command::Actor;
pub use command::CommandName;
pub(crate) use outcome::Subject as NoticeSubject;
pub use outcome::{Change, CommandOutcome, RecordRead, RecordWrite, Refusal, RefusalCode, RefusalSource};
