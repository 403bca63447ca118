//! Reading and writing JSON text (RFC 8259), for [`Value`] only.
//!
//! A general library would bring floating-point numbers and error formatting:
//! 6 KB of the compressed module for features that these documents do not use.
//! The tests compare this reader with serde_json.

mod read;
#[cfg(test)]
mod tests;
mod write;
