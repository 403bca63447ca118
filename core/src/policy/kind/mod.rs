//! Kinds of tokens: what each may be told, and for how long it may live.

mod document;
mod kind;
#[cfg(feature = "life")]
mod lint;

pub use kind::{
    AutomaticRenewal, Command, EditableField, IdleEnd, IdleRule, Kind, Lifetime, Limit, Renewal, Requires,
    UniqueField,
};
#[cfg(feature = "life")]
pub(crate) use lint::survey;
