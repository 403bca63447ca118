//! Documents as the linked rules have read them, a bounded number of them.

use std::sync::{Arc, Mutex, PoisonError};

use crate::base::Error;
use crate::sandbox::HandleCache;
use crate::token::Document;

/// As many threads as may look for documents at once without waiting, more or less.
const SHARDS: u32 = 16;

/// What was read of documents, found by their numbers.
pub(crate) struct DocumentCache<T>(Box<[Mutex<Shard<T>>]>);

struct Shard<T> {
    handles: HandleCache,
    /// By their handles, which are places in here.
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

    /// What was read of a document, or is read now.
    pub(crate) fn find(
        &self,
        document: &Document,
        read: impl FnOnce(&str) -> Result<T, Error>,
    ) -> Result<Arc<T>, Error> {
        // Shelves go by the lower bits of the number, which therefore must not choose the handles.
        let number = document.serial.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32;
        let place = (number % u64::from(SHARDS)) as usize;
        let shard = self.0.get(place).ok_or(Error::BadAnswer("a document has no place"))?;
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        let known = shard.handles.find(document).and_then(|handle| shard.read.get(handle as usize)?.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        let fresh = Arc::new(read(&document.text)?);
        shard.keep(document, fresh.clone());
        Ok(fresh)
    }
}

impl<T> Shard<T> {
    fn keep(&mut self, document: &Document, fresh: Arc<T>) {
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
        for left in self.handles.keep(document, handle) {
            if let Some(place) = self.read.get_mut(left as usize) {
                *place = None;
                self.free.push(left);
            }
        }
    }
}
