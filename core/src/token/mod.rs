//! The token: its record as it is stored, compiled, and asked; its status and
//! what time asks for.

mod deadlines;
#[cfg(feature = "life")]
mod lifecycle_fields;
mod limits;
mod network;
mod record;
#[cfg(feature = "life")]
mod schedule;
#[cfg(feature = "life")]
mod state;
mod status;
mod subject;
mod token;

pub(crate) use deadlines::Deadlines;
#[cfg(feature = "life")]
pub(crate) use lifecycle_fields::Renewal;
#[cfg(feature = "life")]
pub(crate) use limits::{LONGEST_NAME, MOST_GRANTS};
pub use network::{Network, Networks};
#[cfg(feature = "life")]
pub(crate) use record::FIELDS;
pub(crate) use record::Held;
pub use record::Unreadable;
#[cfg(feature = "life")]
pub(crate) use schedule::{Clock, Reminder};
#[cfg(feature = "life")]
pub(crate) use state::Standing;
pub use status::Status;
pub use subject::Subject;
pub use token::Token;
