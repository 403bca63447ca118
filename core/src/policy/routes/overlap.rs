//! How many branches one path can take at once: bounded at load, so that
//! matching is linear in the path whatever the request.

use alloc::vec::Vec;

use crate::base::{join, sort};
use crate::document::{Place, Problems};
use crate::policy::routes::pattern::Pattern;
use crate::policy::routes::routes::Routes;
use crate::policy::routes::trie::{NONE, Node, Trie, slice};
use crate::request::Habits;

/// The most nodes that a walk may visit on one level.
const WIDEST: usize = 32;
/// The most patterns with text in them behind one node.
const MOST_PATTERNS: usize = 64;

/// Looks at every set of nodes that some path can reach together, level by
/// level. Complains when one is too wide.
#[inline(never)]
pub(crate) fn survey(routes: &Routes, at: &Place<'_>, problems: &mut Problems) {
    let trie = routes.loose();
    if let Some(node) = trie.nodes.iter().find(|node| node.patterns.len() > MOST_PATTERNS) {
        complain(
            routes,
            node,
            "more than 64 segments with text around a parameter share one position",
            at,
            problems,
        );
        return;
    }
    let mut work_left = 64 * trie.nodes.len() + 4096;
    let mut level: Vec<Vec<u32>> = alloc::vec![alloc::vec![trie.nodes.len() as u32 - 1]];
    while !level.is_empty() {
        let mut next = Vec::new();
        for set in &level {
            work_left = work_left.saturating_sub(set.len());
            if set.len() > WIDEST || work_left == 0 {
                let node = set.last().and_then(|node| trie.nodes.get(*node as usize));
                if let Some(node) = node {
                    complain(
                        routes,
                        node,
                        "these routes overlap so much that matching could become slow",
                        at,
                        problems,
                    );
                }
                return;
            }
            successors(trie, set, &mut next);
        }
        sort(&mut next, &Ord::cmp);
        next.dedup();
        level = next;
    }
}

/// The sets that one more segment can lead to.
fn successors(trie: &Trie, set: &[u32], next: &mut Vec<Vec<u32>>) {
    let nodes: Vec<&Node> = set.iter().filter_map(|node| trie.nodes.get(*node as usize)).collect();
    let parameters: Vec<u32> = nodes.iter().map(|node| node.parameter).filter(|node| *node != NONE).collect();
    let patterns: Vec<_> = nodes.iter().flat_map(|node| slice(&trie.patterns, &node.patterns)).collect();
    let mut literals: Vec<_> = nodes.iter().flat_map(|node| trie.literals.of(node.number)).collect();
    sort(&mut literals, &|a, b| a.0.cmp(b.0));
    let mut insert = |mut set: Vec<u32>| {
        sort(&mut set, &Ord::cmp);
        if !set.is_empty() {
            next.push(set);
        }
    };
    for same in literals.chunk_by(|a, b| a.0 == b.0) {
        let text = same[0].0;
        let mut reached: Vec<u32> = same.iter().map(|(_, node)| *node).collect();
        if !text.is_empty() {
            let fits = |pattern: &Pattern| pattern.split(text, Habits::EMPTY, &mut |_| ());
            reached.extend(patterns.iter().filter(|(pattern, _)| fits(pattern)).map(|(_, node)| *node));
            reached.extend(&parameters);
        }
        insert(reached);
    }
    for (pattern, _) in &patterns {
        let mut reached: Vec<u32> =
            patterns.iter().filter(|(other, _)| pattern.may_meet(other)).map(|(_, node)| *node).collect();
        reached.extend(&parameters);
        insert(reached);
    }
    insert(parameters);
}

/// Names a route below the node.
fn complain(routes: &Routes, node: &Node, what: &str, at: &Place<'_>, problems: &mut Problems) {
    let trie = routes.loose();
    let mut node = node;
    let route = loop {
        if let Some(end) =
            slice(&trie.ends, &node.ends).first().or_else(|| slice(&trie.ends, &node.rests).first())
        {
            break routes.list.get(end.route as usize);
        }
        let child = trie.literals.of(node.number).next().map(|(_, node)| node);
        let child = child.or_else(|| slice(&trie.patterns, &node.patterns).first().map(|(_, node)| *node));
        match trie.nodes.get(child.unwrap_or(node.parameter) as usize) {
            Some(child) => node = child,
            None => break None,
        }
    };
    let name = route.map_or("", |route| route.on.as_str());
    let item = route.map_or(0, |route| route.item);
    problems.add(
        &at.item(item),
        "too_ambiguous",
        join(&[what, " (near \"", name, "\"); use more literal text"]),
    );
}
