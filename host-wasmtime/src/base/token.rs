//! Records and subjects as stored, opened by each instance that needs them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use portcullis_core::Bounds;

/// A text, with a serial under which each instance caches what it has opened.
///
/// The serial is stored beside the reference, so a cache hit does not touch the text.
#[derive(Clone)]
pub(crate) struct Document {
    pub(crate) serial: u64,
    pub(crate) text: Arc<Box<str>>,
}

impl Document {
    fn new(serials: &AtomicU64, text: &str) -> Document {
        // A text that is too large is refused by its length, so only enough of it is kept.
        let end = text.ceil_char_boundary(Bounds::RECORD.bytes + 1);
        let text = Arc::new(text.get(..end).unwrap_or(text).into());
        Document { serial: serials.fetch_add(1, Ordering::Relaxed), text }
    }
}

/// A token record. Open it once, and use it for any number of decisions.
///
/// [`Policy::open_token`](crate::Policy::open_token) makes one. Each instance of the module parses the record
/// when it first needs it, and caches the result. Cloning is cheap, and a token is valid under any other policy.
/// It never changes: if the store has a newer revision, open that one.
///
/// An invalid record is a token, too. Every decision on it is the denial `corrupt_record` or
/// `unsupported_record`.
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
/// [`Policy::open_subject`](crate::Policy::open_subject) makes one. It is valid under any other policy.
#[derive(Clone)]
pub struct Subject(pub(crate) Document);

impl Subject {
    pub(crate) fn new(document: &str) -> Subject {
        static SERIALS: AtomicU64 = AtomicU64::new(1);
        Subject(Document::new(&SERIALS, document))
    }
}

impl fmt::Debug for Token {
    /// Hides the record, which holds a digest.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Token(..)")
    }
}

impl fmt::Debug for Subject {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Subject(..)")
    }
}
