//! The literal branches of all nodes, found with one hash.

use alloc::vec::Vec;

use crate::request::Outline;

/// Where each literal leads, by the node in front of it.
///
/// The keys come from the policy, never from a request, and how long a search
/// can take is known when the table is built: should the names of a policy
/// happen to crowd together, the branches are searched in their order instead.
#[derive(Debug, Default)]
pub(crate) struct Literals {
    branches: Vec<Branch>,
    /// The texts of all branches, one behind the other.
    texts: Vec<u8>,
    /// Numbers of branches plus one, 0 for an empty place; empty when they crowd.
    places: Vec<u32>,
    shift: u32,
}

/// A literal behind a node, and the node that it leads to.
#[derive(Debug)]
struct Branch {
    outline: Outline,
    from: u32,
    to: u32,
    start: u32,
}

/// The longest search.
const FARTHEST: usize = 16;

impl Literals {
    /// Adds a branch. Branches of one node come in the order of their texts.
    pub(crate) fn add(&mut self, from: u32, text: &[u8], to: u32) {
        let start = self.texts.len() as u32;
        self.texts.extend_from_slice(text);
        self.branches.push(Branch { outline: Outline::of(text), from, to, start });
    }

    /// Builds the table, once all branches are there; nodes in ascending order.
    pub(crate) fn build(&mut self) {
        let smallest = (2 * self.branches.len()).next_power_of_two().max(4);
        for size in [smallest, 2 * smallest, 4 * smallest] {
            self.places = alloc::vec![0; size];
            self.shift = 64 - size.trailing_zeros();
            if (0..self.branches.len()).all(|number| self.place(number)) {
                return;
            }
        }
        self.places = Vec::new();
    }

    fn place(&mut self, number: usize) -> bool {
        let Some(branch) = self.branches.get(number) else { return false };
        let start = self.start(branch.from, branch.outline);
        let mask = self.places.len() - 1;
        for step in 0..FARTHEST {
            if let Some(place @ 0) = self.places.get_mut((start + step) & mask) {
                *place = number as u32 + 1;
                return true;
            }
        }
        false
    }

    /// The branches of a node that is being added: the next free numbers.
    pub(crate) fn next(&self) -> u32 {
        self.branches.len() as u32
    }

    /// The node behind a literal, for a node of which this is the only one.
    #[inline]
    pub(crate) fn only(&self, number: u32, text: &[u8]) -> Option<u32> {
        let branch = self.branches.get(number as usize)?;
        self.is(branch, text, Outline::of(text)).then_some(branch.to)
    }

    /// The node behind a literal, if there is one.
    #[inline]
    pub(crate) fn find(&self, from: u32, text: &[u8]) -> Option<u32> {
        if self.places.is_empty() {
            return self.search(from, text);
        }
        let outline = Outline::of(text);
        let start = self.start(from, outline);
        let mask = self.places.len() - 1;
        for step in 0..FARTHEST {
            let number = *self.places.get((start + step) & mask)?;
            let branch = self.branches.get(number.checked_sub(1)? as usize)?;
            if branch.from == from && self.is(branch, text, outline) {
                return Some(branch.to);
            }
        }
        None
    }

    /// The same without the table.
    fn search(&self, from: u32, text: &[u8]) -> Option<u32> {
        let order = |branch: &Branch| (branch.from, self.text(branch)).cmp(&(from, text));
        self.branches
            .binary_search_by(order)
            .ok()
            .and_then(|number| self.branches.get(number))
            .map(|branch| branch.to)
    }

    /// The branches of one node.
    pub(crate) fn of(&self, from: u32) -> impl Iterator<Item = (&[u8], u32)> {
        let start = self.branches.partition_point(|branch| branch.from < from);
        let own = self.branches.iter().skip(start).take_while(move |branch| branch.from == from);
        own.map(|branch| (self.text(branch), branch.to))
    }

    fn text(&self, branch: &Branch) -> &[u8] {
        let start = branch.start as usize;
        self.texts.get(start..start + branch.outline.length).unwrap_or_default()
    }

    #[inline]
    fn is(&self, branch: &Branch, text: &[u8], outline: Outline) -> bool {
        branch.outline == outline && (outline.is_whole() || self.text(branch) == text)
    }

    #[inline]
    fn start(&self, from: u32, outline: Outline) -> usize {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
        let shape = u64::from(from) << 32 | outline.length as u64;
        let hash = (outline.first ^ shape.wrapping_mul(ODD)).wrapping_mul(ODD);
        let hash = (outline.last ^ hash ^ hash >> 29).wrapping_mul(ODD);
        ((hash ^ hash >> 32).wrapping_mul(ODD) >> self.shift) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(count: u32) -> Literals {
        let mut literals = Literals::default();
        for node in 0..3 {
            let mut texts: Vec<_> = (0..count).map(|i| alloc::format!("resource-{i}")).collect();
            texts.sort();
            for text in texts {
                literals.add(node, text.as_bytes(), node * count);
            }
        }
        literals.build();
        literals
    }

    #[test]
    fn every_branch_is_found_and_no_other() {
        for count in [0, 1, 2, 60, 5_000] {
            let literals = table(count);
            for i in 0..count {
                let text = alloc::format!("resource-{i}");
                assert_eq!(literals.find(1, text.as_bytes()), Some(count));
                assert_eq!(literals.search(2, text.as_bytes()), Some(2 * count));
                assert_eq!(literals.find(3, text.as_bytes()), None);
            }
            assert_eq!(literals.find(1, b"resource-"), None);
            assert_eq!(literals.find(1, b""), None);
            assert_eq!(literals.of(1).count(), count as usize);
        }
    }

    #[test]
    fn dos_04_crowded_names_are_searched_in_order() {
        let mut literals = table(60);
        literals.places = Vec::new();
        assert_eq!(literals.find(1, b"resource-7"), Some(60));
        assert_eq!(literals.find(1, b"resource-60"), None);
    }
}
