//! The segments of a path, one after the other.

use crate::request::bytes8::places;

/// A path, segment by segment. Where segments end is found for 64 bytes at a
/// time: a search byte by byte would have to guess the length of each.
#[derive(Clone, Copy)]
pub(crate) struct Segments<'p> {
    pub(crate) bytes: &'p [u8],
    /// Where the next segment starts: behind the last separator.
    start: usize,
    /// The separators ahead and before `seen`, as bits from `seen - 64` on.
    ahead: u64,
    seen: usize,
    pub(crate) separator: u8,
}

impl<'p> Segments<'p> {
    #[inline]
    pub(crate) fn of(bytes: &'p [u8], separator: u8) -> Segments<'p> {
        Segments { bytes, start: 0, ahead: 0, seen: 0, separator }
    }

    /// Where the next segment starts.
    #[inline]
    pub(crate) fn start(&self) -> usize {
        self.start
    }

    /// Whether no segment is empty from where one starts to the end.
    pub(crate) fn has_remainder(&self, start: usize) -> bool {
        let mut segments = self.bytes.get(start..).unwrap_or_default().split(|byte| *byte == self.separator);
        segments.all(|segment| !segment.is_empty())
    }

    #[inline]
    fn next_end(&mut self) -> usize {
        while self.ahead == 0 {
            let Some(window) = self.bytes.get(self.seen..).filter(|window| !window.is_empty()) else {
                return self.bytes.len();
            };
            self.ahead = places(&window[..window.len().min(64)], self.separator);
            self.seen += 64;
        }
        let end = self.seen - 64 + self.ahead.trailing_zeros() as usize;
        self.ahead &= self.ahead - 1;
        end
    }
}

impl<'p> Iterator for Segments<'p> {
    type Item = &'p [u8];

    #[inline]
    fn next(&mut self) -> Option<&'p [u8]> {
        if self.bytes.len() < self.start {
            return None;
        }
        let (start, end) = (self.start, self.next_end());
        self.start = end + 1;
        self.bytes.get(start..end)
    }
}
