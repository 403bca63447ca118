//! Limits of records, commands and subjects.

use crate::base::abi::frame;

/// The most grants of a token, a subject or an actor.
pub(crate) const MOST_GRANTS: usize = 1_024;
/// The longest tenant, owner, application or name, in bytes.
pub(crate) const LONGEST_NAME: usize = frame::NAME;
