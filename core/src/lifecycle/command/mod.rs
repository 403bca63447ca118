//! Commands: what is asked for, who asks, and what they may grant.

mod actor;
mod address;
mod ceiling;
mod command;
mod presented;
pub(crate) mod terms;

pub(crate) use actor::{Actor, Credential};
pub(crate) use ceiling::{CeilingChecks, FieldPlaces, outlives};
pub use command::CommandName;
pub(crate) use command::{CommandBody, CreateFields, ParsedCommand, Patch, RenewFields, TokenFields};
pub(crate) use presented::Presented;
