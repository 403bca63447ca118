//! Finding the route of a path: one walk, segment by segment, most specific first.

use alloc::vec::Vec;
use core::ops::Range;

use crate::base::sort;
use crate::policy::routes::literals::Literals;
use crate::policy::routes::pattern::Pattern;
use crate::policy::routes::template::{Segment, Template};
use crate::request::Segments;

/// No node, no route.
pub(crate) const NONE: u32 = u32::MAX;

/// Route templates as a tree of segments.
///
/// A walk tries the most specific branch first and falls back to the next. Each node has one parent, so no walk sees a node twice; how
/// many can be seen on one level is bounded when the policy opens (`overlap`).
#[derive(Debug, Default)]
pub(crate) struct Trie {
    pub(crate) nodes: Vec<Node>,
    pub(crate) literals: Literals,
    pub(crate) patterns: Vec<(Pattern, u32)>,
    pub(crate) ends: Vec<End>,
}

/// Where templates agree up to some segment.
#[derive(Debug, Clone)]
pub(crate) struct Node {
    /// Its own number.
    pub(crate) number: u32,
    literals: Branches,
    /// It is followed by literals only.
    literals_only: bool,
    pub(crate) patterns: Range<u32>,
    pub(crate) parameter: u32,
    /// Routes whose template ends here.
    pub(crate) ends: Range<u32>,
    /// Routes whose template ends here with a catch-all.
    pub(crate) rests: Range<u32>,
}

/// How many literals follow a node.
#[derive(Debug, Clone, Copy)]
enum Branches {
    None,
    /// One, by number.
    One(u32),
    Many,
}

/// A template's end: the route for one method.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) method: u16,
    pub(crate) route: u32,
}

/// A method of a request, as the policy numbers them; HEAD may follow GET.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Method {
    pub(crate) own: u16,
    pub(crate) instead: u16,
}

/// A route to be entered: its template, method and number.
pub(crate) struct Entry<'t> {
    pub(crate) template: &'t Template,
    pub(crate) end: End,
}

impl Trie {
    /// Builds the tree. Two entries of one shape and method are for the caller to refuse first.
    pub(crate) fn build(mut entries: Vec<Entry<'_>>) -> Trie {
        sort(&mut entries, &|a, b| {
            a.template.segments.cmp(&b.template.segments).then(a.end.method.cmp(&b.end.method))
        });
        let mut trie = Trie::default();
        trie.add(&entries, 0);
        trie.literals.build();
        trie
    }

    /// The node for these entries, which agree up to `depth`. Children come before their parent.
    fn add(&mut self, entries: &[Entry<'_>], depth: usize) -> u32 {
        let (here, deeper) =
            entries.split_at(entries.partition_point(|entry| entry.template.segments.len() == depth));
        let (mut literals, mut patterns, mut parameter, mut rests) = (Vec::new(), Vec::new(), NONE, 0..0);
        for group in deeper.chunk_by(|a, b| a.template.segments[depth] == b.template.segments[depth]) {
            match &group[0].template.segments[depth] {
                Segment::Literal(text) => literals.push((text.as_slice(), self.add(group, depth + 1))),
                Segment::Pattern(pattern) => patterns.push((pattern.clone(), self.add(group, depth + 1))),
                Segment::Parameter => parameter = self.add(group, depth + 1),
                Segment::Rest => rests = extend(&mut self.ends, group.iter().map(|entry| entry.end)),
            }
        }
        let node = Node {
            literals_only: patterns.is_empty() && parameter == NONE && rests.is_empty(),
            number: self.nodes.len() as u32,
            literals: match literals.len() {
                0 => Branches::None,
                1 => Branches::One(self.literals.next()),
                _ => Branches::Many,
            },
            patterns: extend(&mut self.patterns, patterns),
            parameter,
            ends: extend(&mut self.ends, here.iter().map(|entry| entry.end)),
            rests,
        };
        for (text, to) in literals {
            self.literals.add(node.number, text, to);
        }
        let number = node.number;
        self.nodes.push(node);
        number
    }

    /// The route of a path, if any.
    #[inline]
    pub(crate) fn find(&self, path: Segments<'_>, method: Method) -> Option<u32> {
        self.walk(self.nodes.last()?, path, method)
    }

    /// Goes down as long as there is one way, and calls itself where there are more.
    #[inline]
    fn walk(&self, from: &Node, mut path: Segments<'_>, method: Method) -> Option<u32> {
        let mut node = from;
        loop {
            let start = path.start();
            let Some(segment) = path.next() else { return self.end(&node.ends, method) };
            let literal = match node.literals {
                Branches::None => None,
                Branches::One(number) => self.literals.only(number, segment),
                Branches::Many => self.literals.find(node.number, segment),
            };
            if let Some(next) = literal {
                let next = self.nodes.get(next as usize)?;
                if node.literals_only || segment.is_empty() {
                    node = next;
                    continue;
                }
                if let Some(route) = self.walk(next, path, method) {
                    return Some(route);
                }
            }
            if node.literals_only || segment.is_empty() {
                return None;
            }
            for (pattern, next) in slice(&self.patterns, &node.patterns) {
                if pattern.matches(segment)
                    && let Some(route) = self.walk(self.nodes.get(*next as usize)?, path, method)
                {
                    return Some(route);
                }
            }
            match self.nodes.get(node.parameter as usize) {
                Some(next) if node.rests.is_empty() => node = next,
                next => {
                    let route = next.and_then(|next| self.walk(next, path, method));
                    return route.or_else(|| {
                        if path.has_remainder(start) { self.end(&node.rests, method) } else { None }
                    });
                }
            }
        }
    }

    /// Every end that some router may find at the end of a path, given as literals, or of any path
    /// of a template: with a slash at the end or without, with nothing left for a rest or for a last
    /// parameter. Looks at no more nodes than are `left`.
    pub(crate) fn reach(&self, path: &[Segment], left: &mut usize, found: &mut dyn FnMut(&End)) {
        let mut ahead = alloc::vec![(self.nodes.len() as u32 - 1, 0)];
        while let Some((number, depth)) = ahead.pop() {
            let Some(node) = self.nodes.get(number as usize) else { continue };
            *left = left.saturating_sub(1);
            if *left == 0 {
                return;
            }
            slice(&self.ends, &node.rests).iter().for_each(&mut *found);
            let segment = path.get(depth);
            // A rest goes on below whatever it meets.
            let on = depth + usize::from(segment != Some(&Segment::Rest));
            if on == depth || segment.is_none() {
                self.each_end(number, found);
                self.each_end(node.parameter, found);
            }
            let Some(segment) = segment else { continue };
            ahead.push((node.parameter, on));
            if let Segment::Literal(text) = segment {
                ahead.push((self.literals.find(number, text).unwrap_or(NONE), on));
            } else {
                let literals = self.literals.of(number).filter(|(text, _)| segment.may_be(text));
                ahead.extend(literals.map(|(_, to)| (to, on)));
            }
            let patterns = slice(&self.patterns, &node.patterns).iter();
            ahead.extend(patterns.filter(|(pattern, _)| segment.may_meet(pattern)).map(|(_, to)| (*to, on)));
        }
    }

    /// The ends of a node, with a slash behind it or without.
    pub(crate) fn each_end(&self, number: u32, found: &mut dyn FnMut(&End)) {
        for number in [number, self.literals.find(number, b"").unwrap_or(NONE)] {
            if let Some(node) = self.nodes.get(number as usize) {
                slice(&self.ends, &node.ends).iter().for_each(&mut *found);
            }
        }
    }

    /// Looks at all of the few ends: leaving early would cost a mispredicted branch.
    #[inline]
    fn end(&self, ends: &Range<u32>, method: Method) -> Option<u32> {
        let (mut own, mut instead) = (NONE, NONE);
        for end in slice(&self.ends, ends) {
            own = if end.method == method.own { end.route } else { own };
            instead = if end.method == method.instead { end.route } else { instead };
        }
        [own, instead].into_iter().find(|route| *route != NONE)
    }
}

pub(crate) fn slice<'s, T>(all: &'s [T], range: &Range<u32>) -> &'s [T] {
    all.get(range.start as usize..range.end as usize).unwrap_or_default()
}

fn extend<T>(all: &mut Vec<T>, more: impl IntoIterator<Item = T>) -> Range<u32> {
    let start = all.len() as u32;
    all.extend(more);
    start..all.len() as u32
}
