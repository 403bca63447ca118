//! JSON text in and out (RFC 8259), for [`Value`] and nothing else.
//!
//! A general library would bring floating-point numbers and error formatting:
//! 6 KB of the compressed module, for what no document of ours may hold. The
//! tests hold this reader against serde_json.

mod read;
#[cfg(test)]
mod tests;
mod write;
