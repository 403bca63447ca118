//! The routes that other routers may run for a path: the answer holds under every reading of it.
//!
//! Routers differ. One gives `/files` to `/files/{rest...}`, one ignores case, one splits
//! `{a}-{b}` at the last dash. An edge does not know which router is behind it. So a request
//! has to pass every route, with every value of its parameters, that some reading leads to.
//!
//! A reading does not count where the decided route fits the bytes as they are and is at least as
//! specific in every segment that both have: routers run that one. Which routes can be confused at
//! all is worked out when the policy opens (`rivals`).

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::sort;
use crate::policy::routes::pattern::{Pattern, folded, same};
use crate::policy::routes::route::Route;
use crate::policy::routes::routes::Routes;
use crate::policy::routes::template::{Segment, Template, bare, text_of};
use crate::request::{Attempt, Habits, Path, PathRules, Reading, before_query};

/// Another reading of a request: the route, and the values of its parameters.
#[derive(Debug)]
pub(crate) struct Other<'r> {
    pub(crate) route: &'r Route,
    pub(crate) parameters: Vec<String>,
}

impl Routes {
    /// The other readings of a path whose route is decided, in the order of the routes' texts.
    #[inline(never)]
    pub(crate) fn others<'r>(
        &'r self,
        decided: &Route,
        path: &Path<'_>,
        attempt: &Attempt<'_>,
        rules: &PathRules,
    ) -> Vec<Other<'r>> {
        let habits = rules.habits;
        let mut others: Vec<Other<'r>> = Vec::new();
        // As it was sent, without its first slash.
        let raw = before_query(attempt.target).get(1..).unwrap_or_default();
        let (Some(method), Some(first)) = (self.methods.find(attempt.method), path.reading(0, raw, habits))
        else {
            return others;
        };
        let as_written = decided.template.is_spelled(&first, raw);
        if habits == Habits::NONE || as_written && !path.holds_encoded() && !decided.rivals.concerns(path) {
            return others;
        }
        let taken = decided.template.capture(path.segments());
        let tree = self.loose();
        for way in 0..8 {
            let Some(reading) =
                path.reading(way, raw, habits).filter(|reading| way == 0 || *reading != first)
            else {
                continue;
            };
            let fold = |text: &Vec<u8>| if habits.have(Habits::CASE) { folded(text) } else { text.clone() };
            let path: Vec<Segment> =
                reading.segments.iter().map(|text| Segment::Literal(fold(text))).collect();
            let mut unlimited = usize::MAX;
            tree.reach(&path, &mut unlimited, &mut |end| {
                let Some(route) = self.list.get(end.route as usize) else { return };
                let is_decided = core::ptr::eq(route, decided);
                if end.method != method.own && end.method != method.instead
                    || !is_decided && route.passes_with(decided)
                    || !is_decided && as_written && decided.runs(route, &reading, way, habits)
                {
                    return;
                }
                for mode in habits.modes() {
                    let Some(parameters) = route.template.read(&reading, mode) else { continue };
                    let same = |known: &[String]| !route.takes_instances || known == parameters;
                    let known =
                        |other: &Other<'_>| core::ptr::eq(route, other.route) && same(&other.parameters);
                    if !(is_decided && same(&taken) || others.iter().any(known)) {
                        others.push(Other { route, parameters });
                    }
                }
            });
        }
        sort(&mut others, &|a, b| (&a.route.on, &a.parameters).cmp(&(&b.route.on, &b.parameters)));
        others
    }
}

impl Route {
    /// Whether routers run this route, which the path is spelled for, and not the other.
    fn runs(&self, other: &Route, reading: &Reading, way: u8, habits: Habits) -> bool {
        let as_it_stands =
            way == 0 && !self.template.order_decides(&other.template, habits) && other.template.fits(reading);
        as_it_stands || self.template.covers(&other.template) && self.template.surely_fits(reading, habits)
    }
}

impl Template {
    /// The values of the parameters where a router in this mode gives the path to this template.
    fn read(&self, path: &Reading, mode: Habits) -> Option<Vec<String>> {
        let core = self.core();
        let mut values = Vec::new();
        for (place, shape) in core.iter().enumerate() {
            let segment = path.segments.get(place);
            let fits = match (shape, segment) {
                (Segment::Rest, _) => {
                    let rest = path.segments.get(place..).unwrap_or_default();
                    values.push(text_of(&rest.join(&b'/')));
                    return Some(values);
                }
                (Segment::Parameter, None) => {
                    values.push(String::new());
                    mode.have(Habits::EMPTY) && path.slash && place + 1 == core.len()
                }
                (Segment::Parameter, Some(segment)) => {
                    values.push(text_of(segment));
                    !segment.is_empty()
                }
                (Segment::Literal(text), Some(segment)) => same(segment, text, mode),
                (Segment::Pattern(pattern), Some(segment)) => {
                    let before = values.len();
                    let fits = pattern.split(segment, mode, &mut |value| values.push(text_of(value)));
                    if mode.have(Habits::SPLIT) {
                        values[before..].reverse();
                    }
                    fits
                }
                (Segment::Literal(_) | Segment::Pattern(_), None) => false,
            };
            if !fits {
                return None;
            }
        }
        (path.segments.len() <= core.len()).then_some(values)
    }

    /// Whether the path fits as it stands.
    fn fits(&self, path: &Reading) -> bool {
        self.has_slash() == path.slash
            && (!self.catches() || self.core().len() <= path.segments.len())
            && self.read(path, Habits::NONE).is_some()
    }

    /// Whether the path fits as it stands, and in one way, wherever routers split a segment.
    fn surely_fits(&self, path: &Reading, habits: Habits) -> bool {
        let from_end = || self.read(path, Habits::SPLIT.and(Habits::EMPTY));
        self.fits(path) && (!habits.have(Habits::SPLIT) || self.read(path, Habits::NONE) == from_end())
    }

    /// Whether the path fits as it was sent: nothing of the template's text is encoded.
    fn is_spelled(&self, path: &Reading, raw: &[u8]) -> bool {
        let mut segments = raw.split(|byte| *byte == b'/');
        let as_sent = |shape: &Segment| match (shape, segments.next()) {
            (Segment::Literal(text), Some(segment)) => text == segment,
            (Segment::Pattern(pattern), Some(segment)) => pattern.matches(segment),
            (Segment::Literal(_) | Segment::Pattern(_) | Segment::Parameter | Segment::Rest, _) => true,
        };
        self.fits(path)
            && self.core().iter().all(as_sent)
            && raw.split(|byte| *byte == b'/').count() == path.segments.len() + usize::from(path.slash)
    }

    /// Whether this template is at least as specific in every segment that both have, so that
    /// routers run it where it fits. Not where a slash at the end is all that tells them apart.
    pub(crate) fn covers(&self, other: &Template) -> bool {
        let twins =
            self.segments.len() != other.segments.len() && bare(&self.segments) == bare(&other.segments);
        !twins
            && self.segments.iter().zip(&other.segments).all(|pair| match pair {
                (Segment::Literal(own), Segment::Literal(other)) => own == other,
                (Segment::Pattern(own), Segment::Pattern(other)) => own == other || own.lies_in(other),
                (own, other) => own.rank() <= other.rank(),
            })
    }

    /// Whether some router with these habits takes either of two templates that both fit.
    pub(crate) fn order_decides(&self, other: &Template, habits: Habits) -> bool {
        let differ = |pair: (&Segment, &Segment)| matches!(pair, (Segment::Pattern(own), Segment::Pattern(other)) if own != other);
        habits.have(Habits::ORDER)
            || habits.have(Habits::SPLIT) && self.segments.iter().zip(&other.segments).any(differ)
    }

    /// The same with one text for all texts that differ in the case of letters.
    pub(crate) fn folded(&self) -> Template {
        let mut segments = self.segments.clone();
        for segment in &mut segments {
            match segment {
                Segment::Literal(text) => *text = folded(text),
                Segment::Pattern(Pattern { texts }) => texts.iter_mut().for_each(|text| *text = folded(text)),
                Segment::Parameter | Segment::Rest => {}
            }
        }
        Template { segments, ..Template::default() }
    }
}
