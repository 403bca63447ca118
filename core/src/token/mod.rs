//! The token: its record as it is stored, compiled, and asked.

mod deadlines;
mod network;
mod record;
mod rights;
mod subject;
mod token;

pub(crate) use deadlines::Clocks;
pub use network::{Network, Networks};
pub(crate) use record::Held;
#[cfg(feature = "life")]
pub(crate) use record::{FIELDS, LONGEST_NAME, MOST_GRANTS, read_digest};
pub(crate) use rights::Rights;
pub use subject::Subject;
pub use token::{Status, Token, Unreadable};
