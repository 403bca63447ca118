//! What a store did wrong.

use std::fmt::Debug;

use crate::store::StoreError;

/// What the store did, as a sentence.
#[derive(Debug)]
pub(super) struct Fault(pub(super) String);

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Fault {
        Fault(error.to_string())
    }
}

/// Fails unless the two values are equal.
pub(super) fn same<T: PartialEq + Debug>(what: &str, found: T, wanted: T) -> Result<(), Fault> {
    if found == wanted { Ok(()) } else { Err(Fault(format!("{what}: {found:?} instead of {wanted:?}"))) }
}

pub(super) fn holds(what: &str, found: bool) -> Result<(), Fault> {
    if found { Ok(()) } else { Err(Fault(what.into())) }
}
