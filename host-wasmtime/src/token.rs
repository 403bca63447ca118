//! Records and subjects as they stand in the store, to be opened by whichever instance needs them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use portcullis_core::Bounds;

/// A text, and a number by which each instance knows what it opened of it.
///
/// The number stands beside the reference: a second look-up does not touch the text.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) serial: u64,
    pub(crate) text: Arc<Box<str>>,
}

impl Document {
    fn new(serials: &AtomicU64, text: &str) -> Document {
        // A text that is too large is refused by its length alone; no more of it is kept.
        let end = text.ceil_char_boundary(Bounds::RECORD.bytes + 1);
        let text = Arc::new(text.get(..end).unwrap_or(text).into());
        Document { serial: serials.fetch_add(1, Ordering::Relaxed), text }
    }
}

/// A token record, to be asked about as often as you like.
///
/// Made by [`Policy::open_token`](crate::Policy::open_token). Each instance of the module reads the
/// record when it is first asked about it, and remembers what it read; cloning a token costs nothing,
/// and it is as good under any other policy. It never changes: when the store holds a newer revision,
/// open that one.
///
/// A record that cannot be read is a token all the same, and every decision on it is the denial
/// `corrupt_record` or `unsupported_record`.
#[derive(Clone)]
pub struct Token(pub(crate) Document);

impl Token {
    pub(crate) fn new(record: &str) -> Token {
        static SERIALS: AtomicU64 = AtomicU64::new(1);
        Token(Document::new(&SERIALS, record))
    }
}

/// An owner's present rights: `{ "id", "active", "grants" }`.
///
/// Made by [`Policy::open_subject`](crate::Policy::open_subject); good under any other policy as well.
#[derive(Clone)]
pub struct Subject(pub(crate) Document);

impl Subject {
    pub(crate) fn new(document: &str) -> Subject {
        static SERIALS: AtomicU64 = AtomicU64::new(1);
        Subject(Document::new(&SERIALS, document))
    }
}

impl fmt::Debug for Token {
    /// Nothing of the record: it holds a digest.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(..)")
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Subject(..)")
    }
}
