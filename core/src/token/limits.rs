//! How much a record may hold, and with it every command and subject.

use crate::base::abi::frame;

/// The most grants of a token, a subject or an actor.
pub(crate) const MOST_GRANTS: usize = 1_024;
/// Longest tenant, owner, application or name, in bytes.
pub(crate) const LONGEST_NAME: usize = frame::NAME;
