//! The state that a token is in, and the fields of its record that commands keep.

mod lifecycle_fields;
mod token_state;

pub(crate) use lifecycle_fields::{Renewal, Upkeep};
pub(crate) use token_state::Standing;
