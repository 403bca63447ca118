//! What every other folder uses: instants and lengths of time, text without
//! formatting, one sort, the numbers at the boundary of the module.

pub mod abi;
mod sort;
mod text;
mod time;
mod words;

pub(crate) use sort::sort;
pub(crate) use text::{
    decimal, hex, is_dotted_name, is_misleading, is_name, is_name_byte, is_near_miss, join, join_with,
    push_escaped, push_padded,
};
pub use time::{Instant, Span};
pub(crate) use words::words;
