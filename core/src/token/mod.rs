//! The token: its record as stored and as compiled, its status, and its schedule.

mod deadlines;
#[cfg(feature = "lifecycle")]
mod lifecycle_fields;
mod limits;
mod network;
mod record;
#[cfg(feature = "lifecycle")]
mod schedule;
#[cfg(feature = "lifecycle")]
mod state;
mod status;
mod subject;
mod token;

pub(crate) use deadlines::Deadlines;
#[cfg(feature = "lifecycle")]
pub(crate) use lifecycle_fields::RenewalState;
#[cfg(feature = "lifecycle")]
pub(crate) use limits::LONGEST_NAME;
pub use network::{Network, Networks};
#[cfg(feature = "lifecycle")]
pub(crate) use record::FIELDS;
pub(crate) use record::Record;
pub use record::UnreadableRecord;
#[cfg(feature = "lifecycle")]
pub(crate) use schedule::{Clock, Reminder};
#[cfg(feature = "lifecycle")]
pub(crate) use state::TokenState;
pub use status::Status;
pub use subject::Subject;
pub use token::Token;
