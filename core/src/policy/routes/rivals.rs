//! Other routes that some router may run for a path of a route. They are worked out when the policy
//! opens, so a request to a route without any costs nothing more.

use alloc::vec::Vec;

use crate::base::sort;
use crate::policy::routes::route::Rivals;
use crate::policy::routes::routes::Routes;
use crate::policy::routes::template::{Segment, Template, bare};
use crate::request::{Habits, has_capital};

/// Pairs of routes that lints are about, by number.
#[derive(Debug, Default)]
pub(crate) struct Pairs {
    /// Routes that cross.
    pub(crate) crossings: Vec<(u32, u32)>,
    /// A route, and one that some router may run for a path that clients send to the first; the
    /// same twice where its own parameters can be split in two ways.
    pub(crate) confusions: Vec<(u32, u32)>,
}

/// Tells each route its rivals. A policy in which that takes too long to find is asked about every
/// reading of each path.
#[inline(never)]
pub(crate) fn survey(routes: &mut Routes, habits: Habits) -> Pairs {
    let mut pairs = Pairs::default();
    let mut left = 256 * routes.list.len() + 65_536;
    for number in 0..routes.list.len() as u32 {
        let rivals = routes.rivals(number, habits, &mut left, &mut pairs);
        if let Some(route) = routes.list.get_mut(number as usize) {
            route.rivals = rivals;
        }
    }
    for pairs in [&mut pairs.crossings, &mut pairs.confusions] {
        sort(pairs, &Ord::cmp);
        pairs.dedup();
    }
    pairs
}

impl Routes {
    fn rivals(&self, number: u32, habits: Habits, left: &mut usize, pairs: &mut Pairs) -> Rivals {
        let mut rivals = Rivals::NONE;
        let Some(route) = self.list.get(number as usize) else { return rivals };
        let head = self.methods.find(b"HEAD");
        // A request of HEAD may lead to a GET as well.
        let method = |own: u16| head.filter(|head| head.own == own).map_or(own, |head| head.instead);
        let lint = cfg!(feature = "lifecycle");
        let template = &route.template;
        let folded = template.folded();
        let segments = bare(if habits.have(Habits::CASE) { &folded.segments } else { &template.segments });
        self.loose().reach(segments, left, &mut |end| {
            let Some(rival) = self.list.get(end.route as usize) else { return };
            if end.route == number || method(end.method) != method(route.method) {
                return;
            }
            let crosses = lint && route.method == rival.method && template.crosses(&rival.template);
            if crosses && number < end.route {
                pairs.crossings.push((number, end.route));
            }
            if habits == Habits::NONE || rival.passes_with(route) {
                return;
            }
            rivals.add(Rivals::VAGUER);
            if template.covers(&rival.template) {
                if habits.have(Habits::SPLIT) && template.is_split() {
                    rivals.add(Rivals::ALWAYS);
                }
                return;
            }
            let ends = template.ends_unlike(&rival.template);
            let order = template.order_decides(&rival.template, habits)
                && template.segments < rival.template.segments;
            if ends || order {
                rivals.add(Rivals::ALWAYS);
            }
            rivals.add(template.loosely_met_by(&rival.template, habits));
            if lint && (ends || order && !crosses) {
                pairs.confusions.push((number, end.route));
            }
        });
        let splits = habits.have(Habits::SPLIT) || habits.have(Habits::EMPTY);
        if splits && route.takes_instances && template.is_split() {
            rivals.add(Rivals::ALWAYS);
            pairs.confusions.push((number, number));
        }
        if *left == 0 && habits != Habits::NONE {
            rivals.add(Rivals::ALWAYS);
        }
        rivals
    }
}

impl Template {
    /// Whether a segment holds several parameters, which can be split in more ways than one.
    fn is_split(&self) -> bool {
        self.segments
            .iter()
            .any(|segment| matches!(segment, Segment::Pattern(pattern) if 2 < pattern.texts.len()))
    }

    /// Whether each is more specific than the other somewhere.
    fn crosses(&self, other: &Template) -> bool {
        let (mut more, mut less) = (false, false);
        for (own, other) in self.segments.iter().zip(&other.segments) {
            if matches!((own, other), (Segment::Literal(own), Segment::Literal(other)) if own != other) {
                return false;
            }
            more |= own.rank() < other.rank();
            less |= own.rank() > other.rank();
        }
        more && less && self.segments.len() == other.segments.len() && !self.catches() && !other.catches()
    }

    /// Whether the other fits a path that this one fits only with another end: a slash more or
    /// less, nothing or a slash at the end of a rest, an empty parameter.
    fn ends_unlike(&self, other: &Template) -> bool {
        let length = |template: &Template| template.core().len() - usize::from(template.catches());
        let (own, others) = (length(self), length(other));
        match (self.catches(), other.catches()) {
            (false, false) => own != others || self.has_slash() != other.has_slash(),
            (false, true) => own == others || self.has_slash(),
            (true, false) => other.has_slash(),
            (true, true) => own < others,
        }
    }

    /// Whether the other can fit a path of this one although its text is in another case, or a
    /// parameter empty.
    fn loosely_met_by(&self, other: &Template, habits: Habits) -> Rivals {
        let mut rivals = Rivals::NONE;
        for (place, segment) in other.segments.iter().enumerate() {
            let texts = match segment {
                Segment::Literal(text) => core::slice::from_ref(text),
                Segment::Pattern(pattern) => pattern.texts.as_slice(),
                Segment::Parameter | Segment::Rest => continue,
            };
            if self.segments.get(place) == Some(segment) {
                continue;
            }
            let other_case = texts.iter().any(|text| has_capital(text) || !text.is_ascii());
            if habits.have(Habits::EMPTY) && 1 < texts.len() || habits.have(Habits::CASE) && other_case {
                rivals.add(Rivals::ALWAYS);
            }
            if habits.have(Habits::CASE) {
                rivals.add(Rivals::CASE);
            }
        }
        rivals
    }
}
