//! A token's life: what a command leads to, and what time itself asks for.
//!
//! A map, in the order in which a command meets it: `command` (what is asked
//! for), `actor` and `ceiling` (who asks, and may they), `secrets` (proof by the token's own
//! secret), `transition` (the one table of states), one file for each group of
//! commands, `terms` (what a kind lets a token be told), `settle` (the record
//! is sealed), `change` and `refusal` (the answers). `schedule` says what time
//! asks for; `due` turns it into commands.

mod actor;
mod apply;
mod ceiling;
mod change;
mod claim;
mod command;
mod create;
mod documents;
mod draft;
mod due;
mod edit;
mod mint;
mod notice;
mod refusal;
mod remind;
mod renew;
mod schedule;
mod secrets;
mod settle;
mod standing;
mod stop;
mod terms;
#[cfg(test)]
mod tests;
mod transition;
mod upkeep;

pub(crate) use actor::Actor;
pub use apply::Request;
pub use change::{Change, Outcome, Write};
pub use command::Verb;
pub use documents::documents;
pub(crate) use notice::Subject as NoticeSubject;
pub use refusal::{Refusal, RefusalCode, SaidBy};
pub(crate) use schedule::Schedule;
pub(crate) use standing::Standing;
pub use transition::State;
pub(crate) use upkeep::{Renewal, Upkeep};
