//! Kinds of tokens: their commands, lifetimes and limits.

mod document;
mod kind;
#[cfg(feature = "lifecycle")]
mod lint;

pub use kind::{
    AutomaticRenewal, EditableField, IdleEnd, IdleRule, Kind, Lifetime, Limit, Privilege, Renewal, Requires,
    UniqueField,
};
#[cfg(feature = "lifecycle")]
pub(crate) use lint::survey;
