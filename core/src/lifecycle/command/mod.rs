//! Commands: what is asked for, who asks, and what they may grant.

mod actor;
mod ceiling;
mod command;
pub(crate) mod terms;

pub(crate) use actor::{Actor, Means};
pub(crate) use ceiling::{Bounded, Places};
pub use command::Verb;
pub(crate) use command::{Asked, Deed, NewToken, Order, Renewing, Terms};
