//! What an instance has opened: a bounded memory of documents and their handles.

use std::sync::{Arc, Weak};

use crate::token::Document;

/// Places that a document may take; their numbers fit into one line of the processor's cache.
const WAYS: usize = 4;
/// Bytes of text that may be open at once. What is made of them is a few times as large.
const TEXT: usize = 8 << 20;

/// Handles by document.
///
/// A document's number says which four places it may take. Four that were opened
/// one after the other share theirs, so that those in use lie close together, and
/// none gets in the way of the next ones. One that finds
/// its four places taken takes that of a document that nobody has any more, or
/// else the next one's turn has come.
pub(crate) struct HandleCache {
    sets: Box<[Set]>,
    owners: Box<[[Owner; WAYS]]>,
    /// Length of all texts that are open.
    text: usize,
    turn: usize,
}

/// The numbers of four documents, 0 where there is none, and their handles.
#[derive(Clone, Copy, Default)]
#[repr(align(64))]
struct Set {
    serials: [u64; WAYS],
    handles: [u32; WAYS],
}

#[derive(Clone, Default)]
struct Owner {
    text: Weak<Box<str>>,
    length: usize,
}

impl HandleCache {
    /// Room for about so many documents.
    pub(crate) fn new(documents: usize) -> HandleCache {
        let sets = documents.div_ceil(WAYS).clamp(1, 1 << 18).next_power_of_two();
        HandleCache {
            sets: vec![Set::default(); sets].into(),
            owners: vec![Default::default(); sets].into(),
            text: 0,
            turn: 0,
        }
    }

    /// The handle under which a document is open.
    #[inline]
    pub(crate) fn find(&self, document: &Document) -> Option<u32> {
        let set = self.sets.get(self.place(document))?;
        let way = set.serials.iter().position(|serial| *serial == document.serial)?;
        set.handles.get(way).copied()
    }

    /// Remembers a handle, and returns those that are to be closed for it.
    pub(crate) fn keep(&mut self, document: &Document, handle: u32) -> Vec<u32> {
        let place = self.place(document);
        let way = self.way(place);
        let mut closed: Vec<u32> = self.take(place, way).into_iter().collect();
        let mut steps = WAYS * self.sets.len();
        while self.text + document.text.len() > TEXT && steps > 0 {
            steps -= 1;
            self.turn = self.turn.wrapping_add(1);
            closed.extend(self.take(self.turn / WAYS % self.sets.len(), self.turn % WAYS));
        }
        if let (Some(set), Some(owners)) = (self.sets.get_mut(place), self.owners.get_mut(place)) {
            set.serials[way] = document.serial;
            set.handles[way] = handle;
            owners[way] = Owner { text: Arc::downgrade(&document.text), length: document.text.len() };
            self.text += document.text.len();
        }
        closed
    }

    #[inline]
    fn place(&self, document: &Document) -> usize {
        // The number of sets is a power of two.
        (document.serial as usize / WAYS) & (self.sets.len() - 1)
    }

    /// Which of the four places is best taken.
    fn way(&mut self, place: usize) -> usize {
        let (Some(set), Some(owners)) = (self.sets.get(place), self.owners.get(place)) else { return 0 };
        let empty = set.serials.iter().position(|serial| *serial == 0);
        let left = || owners.iter().position(|owner| owner.text.strong_count() == 0);
        empty.or_else(left).unwrap_or_else(|| {
            self.turn = self.turn.wrapping_add(1);
            self.turn % WAYS
        })
    }

    /// Empties a place; the handle that stood there.
    fn take(&mut self, place: usize, way: usize) -> Option<u32> {
        let (set, owners) = (self.sets.get_mut(place)?, self.owners.get_mut(place)?);
        let handle = (set.serials[way] != 0).then_some(set.handles[way]);
        self.text -= std::mem::take(&mut owners[way]).length;
        set.serials[way] = 0;
        handle
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(serial: u64, length: usize) -> Document {
        Document { serial, text: Arc::new("x".repeat(length).into()) }
    }

    #[test]
    fn as_many_as_there_is_room_for_stay_open_side_by_side() {
        let mut cache = HandleCache::new(64);
        let documents: Vec<_> = (1..=64).map(|serial| document(serial, 1)).collect();
        for (handle, document) in (100..).zip(&documents) {
            assert_eq!(cache.find(document), None);
            assert!(cache.keep(document, handle).is_empty());
        }
        for (handle, document) in (100..).zip(&documents) {
            assert_eq!(cache.find(document), Some(handle));
        }
    }

    #[test]
    fn every_handle_that_is_forgotten_is_returned_once() {
        let mut cache = HandleCache::new(16);
        let documents: Vec<_> = (1..=1_000).map(|serial| document(serial * 3, 1)).collect();
        let mut closed = Vec::new();
        for (handle, document) in (1..).zip(&documents) {
            closed.extend(cache.keep(document, handle));
            assert_eq!(cache.find(document), Some(handle));
        }
        let open: Vec<u32> = documents.iter().filter_map(|document| cache.find(document)).collect();
        assert_eq!(open.len(), 16);
        closed.extend(open);
        closed.sort_unstable();
        assert_eq!(closed, (1..=1_000).collect::<Vec<_>>());
    }

    #[test]
    fn what_nobody_has_any_more_makes_room_first() {
        let mut cache = HandleCache::new(4);
        let kept: Vec<_> = (1..=3).map(|serial| document(serial, 1)).collect();
        for (handle, document) in (1..).zip(&kept) {
            assert!(cache.keep(document, handle).is_empty());
        }
        for serial in 4..100 {
            let closed = cache.keep(&document(serial, 1), 7);
            assert_eq!(closed, if serial == 4 { vec![] } else { vec![7] });
        }
        assert!(kept.iter().all(|document| cache.find(document).is_some()));
    }

    #[test]
    fn large_texts_push_each_other_out() {
        let mut cache = HandleCache::new(1_024);
        let documents: Vec<_> = (1..=100).map(|serial| document(serial, 256 << 10)).collect();
        let mut open = 0;
        for document in &documents {
            open += 1;
            open -= cache.keep(document, 1).len();
            assert!(open <= TEXT / (256 << 10));
            assert_eq!(cache.find(document), Some(1));
        }
        assert_eq!(open, 32);
    }
}
