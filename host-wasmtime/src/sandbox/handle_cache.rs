//! A bounded cache of opened documents and their handles in one instance.

use std::sync::{Arc, Weak};

use crate::base::Document;

/// Ways per set: their serials fit into one cache line.
const WAYS: usize = 4;
/// Bytes of text that may be open at once. The parsed form takes a few times as much.
const TEXT: usize = 8 << 20;

/// Handles by document.
///
/// A document's serial selects its set of four ways. Four documents opened in a row share a set, so that those in
/// use lie close together and leave other sets to the next ones. If a set is full, a new document replaces one
/// that is no longer referenced, or else the next in turn.
pub(crate) struct HandleCache {
    sets: Box<[Set]>,
    owners: Box<[[Owner; WAYS]]>,
    /// The length of all open texts.
    text: usize,
    turn: usize,
}

/// The serials of four documents, 0 for an empty way, and their handles.
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
    /// A cache for about this many documents.
    pub(crate) fn new(documents: usize) -> HandleCache {
        let sets = documents.div_ceil(WAYS).clamp(1, 1 << 18).next_power_of_two();
        HandleCache {
            sets: vec![Set::default(); sets].into(),
            owners: vec![Default::default(); sets].into(),
            text: 0,
            turn: 0,
        }
    }

    /// The handle of an open document.
    #[inline]
    pub(crate) fn find(&self, document: &Document) -> Option<u32> {
        let set = self.sets.get(self.place(document))?;
        let way = set.serials.iter().position(|serial| *serial == document.serial)?;
        set.handles.get(way).copied()
    }

    /// Stores a handle, and returns the evicted handles, which the caller must close.
    pub(crate) fn insert(&mut self, document: &Document, handle: u32) -> Vec<u32> {
        let place = self.place(document);
        let way = self.way(place);
        let mut closed: Vec<u32> = self.evict(place, way).into_iter().collect();
        let mut steps = WAYS * self.sets.len();
        while self.text + document.text.len() > TEXT && steps > 0 {
            steps -= 1;
            self.turn = self.turn.wrapping_add(1);
            closed.extend(self.evict(self.turn / WAYS % self.sets.len(), self.turn % WAYS));
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

    /// The way to use for a new document.
    fn way(&mut self, place: usize) -> usize {
        let (Some(set), Some(owners)) = (self.sets.get(place), self.owners.get(place)) else { return 0 };
        let empty = set.serials.iter().position(|serial| *serial == 0);
        let left = || owners.iter().position(|owner| owner.text.strong_count() == 0);
        empty.or_else(left).unwrap_or_else(|| {
            self.turn = self.turn.wrapping_add(1);
            self.turn % WAYS
        })
    }

    /// Empties a way, and returns its handle.
    fn evict(&mut self, place: usize, way: usize) -> Option<u32> {
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
    fn a_full_cache_keeps_all_its_documents_open() {
        let mut cache = HandleCache::new(64);
        let documents: Vec<_> = (1..=64).map(|serial| document(serial, 1)).collect();
        for (handle, document) in (100..).zip(&documents) {
            assert_eq!(cache.find(document), None);
            assert!(cache.insert(document, handle).is_empty());
        }
        for (handle, document) in (100..).zip(&documents) {
            assert_eq!(cache.find(document), Some(handle));
        }
    }

    #[test]
    fn every_evicted_handle_is_returned_once() {
        let mut cache = HandleCache::new(16);
        let documents: Vec<_> = (1..=1_000).map(|serial| document(serial * 3, 1)).collect();
        let mut closed = Vec::new();
        for (handle, document) in (1..).zip(&documents) {
            closed.extend(cache.insert(document, handle));
            assert_eq!(cache.find(document), Some(handle));
        }
        let open: Vec<u32> = documents.iter().filter_map(|document| cache.find(document)).collect();
        assert_eq!(open.len(), 16);
        closed.extend(open);
        closed.sort_unstable();
        assert_eq!(closed, (1..=1_000).collect::<Vec<_>>());
    }

    #[test]
    fn unreferenced_documents_are_evicted_first() {
        let mut cache = HandleCache::new(4);
        let kept: Vec<_> = (1..=3).map(|serial| document(serial, 1)).collect();
        for (handle, document) in (1..).zip(&kept) {
            assert!(cache.insert(document, handle).is_empty());
        }
        for serial in 4..100 {
            let closed = cache.insert(&document(serial, 1), 7);
            assert_eq!(closed, if serial == 4 { vec![] } else { vec![7] });
        }
        assert!(kept.iter().all(|document| cache.find(document).is_some()));
    }

    #[test]
    fn large_texts_evict_each_other() {
        let mut cache = HandleCache::new(1_024);
        let documents: Vec<_> = (1..=100).map(|serial| document(serial, 256 << 10)).collect();
        let mut open = 0;
        for document in &documents {
            open += 1;
            open -= cache.insert(document, 1).len();
            assert!(open <= TEXT / (256 << 10));
            assert_eq!(cache.find(document), Some(1));
        }
        assert_eq!(open, 32);
    }
}
