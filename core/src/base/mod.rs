//! What every other folder uses: instants and lengths of time, text without
//! formatting, one sort, the numbers at the boundary of the module.

pub mod abi;
mod sort;
mod text;
mod time;

pub(crate) use sort::sort;
pub(crate) use text::{
    decimal, hex, is_dotted_name, is_name, is_name_byte, join, join_with, misleads, nearly, push_escaped,
    push_padded,
};
pub use time::{Instant, Span};
