//! A map with a bounded total weight.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;

/// Evicts the oldest entries when a new one needs room. It does not track use, so entries must be cheap to get
/// again.
pub(crate) struct BoundedMap<K, V> {
    entries: HashMap<K, Entry<V>>,
    /// The keys in insertion order.
    order: BTreeMap<u64, K>,
    next: u64,
    weight: usize,
    capacity: usize,
}

struct Entry<V> {
    value: V,
    turn: u64,
    weight: usize,
}

impl<K: Clone + Eq + Hash, V> BoundedMap<K, V> {
    pub(crate) fn new(capacity: usize) -> BoundedMap<K, V> {
        BoundedMap { entries: HashMap::new(), order: BTreeMap::new(), next: 0, weight: 0, capacity }
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key).map(|entry| &entry.value)
    }

    pub(crate) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key).map(|entry| &mut entry.value)
    }

    /// An entry heavier than the whole bound is not stored.
    pub(crate) fn put(&mut self, key: K, value: V, weight: usize) {
        self.remove(&key);
        let turn = self.next;
        self.next += 1;
        self.order.insert(turn, key.clone());
        self.entries.insert(key, Entry { value, turn, weight });
        self.weight += weight;
        while self.weight > self.capacity
            && let Some((_, oldest)) = self.order.first_key_value()
        {
            let oldest = oldest.clone();
            self.remove(&oldest);
        }
    }

    pub(crate) fn remove(&mut self, key: &K) {
        if let Some(Entry { turn, weight, .. }) = self.entries.remove(key) {
            self.order.remove(&turn);
            self.weight -= weight;
        }
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_entry_is_evicted_first_by_weight() {
        let mut bounded = BoundedMap::new(4);
        for key in 0..4 {
            bounded.put(key, key, 1);
        }
        bounded.put(0, 10, 1);
        bounded.put(4, 4, 2);
        assert_eq!(
            [0, 1, 2, 3, 4].map(|key| bounded.get(&key).copied()),
            [Some(10), None, None, Some(3), Some(4)]
        );
        bounded.put(5, 5, 5);
        assert_eq!((bounded.len(), bounded.weight, bounded.order.len()), (0, 0, 0));
    }
}
