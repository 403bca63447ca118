//! Opened documents under numeric handles.

use alloc::boxed::Box;
use alloc::vec::Vec;

/// Objects under handles. A handle holds the object's slot and the slot's use
/// count, so that a stale handle finds nothing instead of another object. Zero
/// and the largest number are never handles.
#[derive(Debug)]
pub(crate) struct Handles<T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
}

#[derive(Debug)]
struct Slot<T> {
    uses: u32,
    /// Boxed, so that a retired slot costs only eight bytes.
    object: Option<Box<T>>,
}

const PLACE_BITS: u32 = 20;
const PLACES: u32 = 1 << PLACE_BITS;
const USES: u32 = (1 << (32 - PLACE_BITS)) - 1;

impl<T> Handles<T> {
    pub(crate) const fn new() -> Handles<T> {
        Handles { slots: Vec::new(), free: Vec::new() }
    }

    /// Stores an object; `None` when a million are open.
    pub(crate) fn open(&mut self, object: T) -> Option<u32> {
        let place = match self.free.pop() {
            Some(place) => place,
            None => u32::try_from(self.slots.len()).ok().filter(|place| *place < PLACES - 1)?,
        };
        let object = Some(Box::new(object));
        match self.slots.get_mut(place as usize) {
            Some(slot) => slot.object = object,
            None => self.slots.push(Slot { uses: 0, object }),
        }
        let uses = self.slots.get(place as usize).map_or(0, |slot| slot.uses);
        Some(uses << PLACE_BITS | (place + 1))
    }

    /// The object of a handle.
    #[inline]
    pub(crate) fn get(&self, handle: u32) -> Option<&T> {
        let place = (handle & (PLACES - 1)).checked_sub(1)?;
        let slot = self.slots.get(place as usize)?;
        if slot.uses == handle >> PLACE_BITS { slot.object.as_deref() } else { None }
    }

    /// Drops an object. A slot is retired when its use count would wrap.
    pub(crate) fn close(&mut self, handle: u32) -> bool {
        if self.get(handle).is_none() {
            return false;
        }
        let place = (handle & (PLACES - 1)) - 1;
        if let Some(slot) = self.slots.get_mut(place as usize) {
            slot.object = None;
            slot.uses += 1;
            if slot.uses < USES {
                self.free.push(place);
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_closed_handle_never_finds_another_object() {
        let mut handles = Handles::new();
        let first = handles.open('a').expect("room");
        assert_eq!(handles.get(first), Some(&'a'));
        assert!(handles.close(first));
        assert!(!handles.close(first));
        let second = handles.open('b').expect("room");
        assert_eq!((handles.get(first), handles.get(second)), (None, Some(&'b')));
        for no_handle in [0, u32::MAX, 1 << PLACE_BITS, 77] {
            assert_eq!(handles.get(no_handle), None);
        }
    }

    #[test]
    fn a_slot_is_retired_before_its_count_wraps() {
        let mut handles = Handles::new();
        let mut seen = std::collections::HashSet::new();
        for _ in 0..10_000 {
            let handle = handles.open(()).expect("room");
            assert!(seen.insert(handle));
            assert!(handle != 0 && handle != u32::MAX);
            handles.close(handle);
        }
    }
}
