//! Limits of records, commands and subjects.

use crate::base::abi::frame;

/// The longest tenant, owner, application or name, in bytes.
pub(crate) const LONGEST_NAME: usize = frame::NAME;
