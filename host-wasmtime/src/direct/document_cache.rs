//! A bounded cache of parsed documents for linked rules.

use std::sync::{Arc, Mutex, PoisonError};

use crate::base::{Document, Error};
use crate::sandbox::HandleCache;

/// Roughly how many threads can look up documents at once without waiting.
const SHARDS: u32 = 16;

/// Parsed documents by serial.
pub(crate) struct DocumentCache<T>(Box<[Mutex<Shard<T>>]>);

struct Shard<T> {
    handles: HandleCache,
    /// Indexed by handle.
    read: Vec<Option<Arc<T>>>,
    free: Vec<u32>,
}

impl<T> DocumentCache<T> {
    pub(crate) fn new(documents: usize) -> DocumentCache<T> {
        let each = documents.div_ceil(SHARDS as usize);
        let shard =
            || Mutex::new(Shard { handles: HandleCache::new(each), read: Vec::new(), free: Vec::new() });
        DocumentCache((0..SHARDS).map(|_| shard()).collect())
    }

    /// The parsed document from the cache, or else parsed now.
    pub(crate) fn find(
        &self,
        document: &Document,
        read: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<Arc<T>, Error> {
        // Handle caches select their sets by the lower bits of the serial, so the shard must not depend on them.
        let number = document.serial.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let place = (number % u64::from(SHARDS)) as usize;
        let shard = self.0.get(place).ok_or(Error::BadAnswer("a document has no place"))?;
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shard.handles.find(document).and_then(|handle| shard.read.get(handle as usize)?.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        let fresh = Arc::new(read(&document.text)?);
        shard.insert(document, fresh.clone());
        Ok(fresh)
    }
}

impl<T> Shard<T> {
    fn insert(&mut self, document: &Document, fresh: Arc<T>) {
        let handle = match self.free.pop() {
            Some(handle) => handle,
            None => {
                self.read.push(None);
                (self.read.len() - 1) as u32
            }
        };
        if let Some(place) = self.read.get_mut(handle as usize) {
            *place = Some(fresh);
        }
        for left in self.handles.insert(document, handle) {
            if let Some(place) = self.read.get_mut(left as usize) {
                *place = None;
                self.free.push(left);
            }
        }
    }
}
