//! Path templates: `/v3/licenses/{id}:publish`.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::base::{is_name, join};
use crate::policy::routes::notation::{decoded_marks, other_notation};
use crate::policy::routes::pattern::Pattern;
use crate::request::{Habits, Segments};

/// Segments of one template.
const MOST_SEGMENTS: usize = 64;
/// Bytes of one template.
const LONGEST: usize = 2048;
/// Bytes of the text between two parameters of one segment: it is searched for.
const LONGEST_BETWEEN: usize = 64;

/// A template, its parameters' names apart from its shape.
#[derive(Debug, Default)]
pub(crate) struct Template {
    pub(crate) segments: Vec<Segment>,
    /// In the order in which they stand.
    pub(crate) parameters: Vec<String>,
    /// The segments in the case in which they are written, where the policy ignores case.
    pub(crate) written: Vec<Segment>,
    /// Whether a slash at the end was dropped, because the policy ignores it.
    pub(crate) shortened: bool,
}

/// One segment's shape. The order is the order of precedence, from left to
/// right through the template: literals, patterns (more literal text first),
/// parameter, catch-all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Segment {
    Literal(Vec<u8>),
    Pattern(Pattern),
    Parameter,
    Rest,
}

impl Template {
    /// Reads a template, or says what is wrong with it.
    pub(crate) fn parse(
        text: &str,
        ignore_trailing_slash: bool,
        ignore_case: bool,
    ) -> Result<Template, String> {
        if text.len() > LONGEST {
            return Err("the template is longer than 2,048 bytes".into());
        }
        let Some(mut rest) = text.strip_prefix('/') else {
            return Err("a template starts with \"/\"".into());
        };
        if ignore_trailing_slash {
            rest = rest.strip_suffix('/').unwrap_or(rest);
        }
        let mut template = Template { shortened: text.len() > rest.len() + 1, ..Template::default() };
        if ignore_case {
            template.written = Template::parse(text, ignore_trailing_slash, false)?.segments;
        }
        let last = rest.split('/').count() - 1;
        if last >= MOST_SEGMENTS {
            return Err("the template has more than 64 segments".into());
        }
        for (i, segment) in rest.split('/').enumerate() {
            template.add(segment, i == last, ignore_case)?;
        }
        if let Some(i) = (1..template.parameters.len())
            .find(|i| template.parameters[..*i].contains(&template.parameters[*i]))
        {
            return Err(join(&["the parameter {", &template.parameters[i], "} stands twice; rename one"]));
        }
        Ok(template)
    }

    fn add(&mut self, segment: &str, is_last: bool, ignore_case: bool) -> Result<(), String> {
        if segment.is_empty() && !is_last {
            return Err("the template has an empty segment; drop the second \"/\"".into());
        }
        if segment == "." || segment == ".." {
            return Err("a dot segment never reaches a route; drop it".into());
        }
        if let Some(here) = other_notation(segment) {
            return Err(join(&["\"", segment, "\" is another router's notation; write ", &here]));
        }
        if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix("...}")) {
            if !is_name(name) || !is_last {
                return Err("a catch-all such as {rest...} needs a name and comes last".into());
            }
            self.parameters.push(name.into());
            self.segments.push(Segment::Rest);
            return Ok(());
        }
        let mut texts = Vec::new();
        let mut rest = segment;
        loop {
            let (literal, after) = match rest.split_once('{') {
                Some((literal, after)) => (literal, Some(after)),
                None => (rest, None),
            };
            let literal = decoded_marks(literal);
            if let Some(c) =
                literal.chars().find(|c| c.is_control() || matches!(c, '}' | '?' | '#' | '\\' | '%' | ' '))
            {
                let c = if c.is_control() { ' ' } else { c };
                return Err(join(&[
                    "\"",
                    c.encode_utf8(&mut [0; 4]),
                    "\" cannot stand in a template; write literals decoded, parameters as {name}",
                ]));
            }
            if ignore_case && !literal.is_ascii() {
                return Err("with \"case\": \"ignore\" a template is ASCII".into());
            }
            let literal = if ignore_case { literal.to_ascii_lowercase() } else { literal };
            texts.push(literal.into_bytes());
            let Some(after) = after else { break };
            let Some((name, after)) = after.split_once('}') else {
                return Err("a \"{\" is not closed".into());
            };
            if !is_name(name) {
                return Err(join(&[
                    "\"{",
                    name,
                    "}\" is not a parameter; a name is 1 to 64 of A-Z a-z 0-9 _ -",
                ]));
            }
            if after.starts_with('{') {
                return Err("two parameters are adjacent; put text between them".into());
            }
            self.parameters.push(name.into());
            rest = after;
        }
        let between = texts.get(1..texts.len() - 1).unwrap_or_default();
        if between.iter().any(|text| LONGEST_BETWEEN < text.len()) {
            return Err("the text between two parameters of a segment is longer than 64 bytes".into());
        }
        self.segments.push(match texts.len() {
            1 => Segment::Literal(texts.remove(0)),
            2 if texts.iter().all(Vec::is_empty) => Segment::Parameter,
            _ => Segment::Pattern(Pattern { texts }),
        });
        Ok(())
    }

    /// The value of each parameter in a path that this template matches.
    pub(crate) fn capture(&self, mut path: Segments<'_>) -> Vec<String> {
        let mut values = Vec::new();
        for segment in &self.segments {
            if matches!(segment, Segment::Rest) {
                let rest: Vec<String> = path.by_ref().map(text_of).collect();
                values.push(crate::base::join_with(&rest, "/"));
                break;
            }
            let Some(actual) = path.next() else { break };
            match segment {
                Segment::Literal(_) | Segment::Rest => {}
                Segment::Parameter => values.push(text_of(actual)),
                Segment::Pattern(pattern) => {
                    let mode = if self.written.is_empty() { Habits::NONE } else { Habits::CASE };
                    pattern.split(actual, mode, &mut |value| values.push(text_of(value)));
                }
            }
        }
        values
    }

    /// The segments in the case in which they are written, without the empty one behind a slash at the end.
    pub(crate) fn core(&self) -> &[Segment] {
        bare(if self.written.is_empty() { &self.segments } else { &self.written })
    }

    /// Whether it ends in a catch-all.
    pub(crate) fn catches(&self) -> bool {
        matches!(self.segments.last(), Some(Segment::Rest))
    }

    /// Whether it ends in a slash, as it is written.
    pub(crate) fn has_slash(&self) -> bool {
        self.shortened || bare(&self.segments).len() < self.segments.len()
    }
}

/// Segments without the empty one behind a slash at the end.
pub(crate) fn bare(segments: &[Segment]) -> &[Segment] {
    match segments.split_last() {
        Some((Segment::Literal(last), rest)) if last.is_empty() => rest,
        Some(_) | None => segments,
    }
}

impl Ord for Segment {
    fn cmp(&self, other: &Segment) -> Ordering {
        match (self, other) {
            (Segment::Literal(a), Segment::Literal(b)) => a.cmp(b),
            (Segment::Pattern(a), Segment::Pattern(b)) => a.cmp(b),
            (a, b) => a.rank().cmp(&b.rank()),
        }
    }
}

impl PartialOrd for Segment {
    fn partial_cmp(&self, other: &Segment) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Segment {
    /// Whether some text that is not empty has both this shape and is `text`, parameters empty or not.
    pub(crate) fn may_be(&self, text: &[u8]) -> bool {
        match self {
            Segment::Literal(own) => own == text,
            Segment::Pattern(own) => own.split(text, Habits::EMPTY, &mut |_| ()),
            Segment::Parameter | Segment::Rest => !text.is_empty(),
        }
    }

    /// Whether some text has this shape and the pattern's, parameters empty or not.
    pub(crate) fn may_meet(&self, pattern: &Pattern) -> bool {
        match self {
            Segment::Literal(text) => pattern.split(text, Habits::EMPTY, &mut |_| ()),
            Segment::Pattern(own) => own.may_meet(pattern),
            Segment::Parameter | Segment::Rest => true,
        }
    }

    /// The place of this form of segment in the order of precedence.
    pub(crate) fn rank(&self) -> u8 {
        match self {
            Segment::Literal(_) => 0,
            Segment::Pattern(_) => 1,
            Segment::Parameter => 2,
            Segment::Rest => 3,
        }
    }
}

pub(crate) fn text_of(segment: &[u8]) -> String {
    // Decoding refused everything that is not UTF-8; decoded again it may be no text, which names nothing.
    String::from(core::str::from_utf8(segment).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::{Path, PathRules};

    fn pattern(text: &str) -> Pattern {
        match Template::parse(&join(&["/", text]), false, false).expect(text).segments.remove(0) {
            Segment::Pattern(pattern) => pattern,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn rte_12_patterns_match_whole_segments_and_no_empty_parameter() {
        for (template, segment, matches) in [
            ("{id}:publish", "42:publish", true),
            ("{id}:publish", ":publish", false),
            ("{id}:publish", "42:publishx", false),
            ("fn({id})", "fn(1)", true),
            ("fn({id})", "fn()", false),
            ("{base}...{head}", "main...topic", true),
            ("{base}...{head}", "main...", false),
            ("{base}...{head}", "...topic", false),
            ("{base}...{head}", "a......", true),
            ("{a}-{b}.{c}", "x-y.z", true),
            ("{a}-{b}.{c}", "x.y-z", false),
            ("{a}-{b}.{c}", "-y.z", false),
        ] {
            assert_eq!(pattern(template).matches(segment.as_bytes()), matches, "{template} {segment}");
        }
    }

    #[test]
    fn sea_03_parameters_are_split_as_the_segment_was_matched() {
        let path = |target| Path::parse(target, &PathRules::default()).expect("a path");
        let values = |ignore_case| {
            let template = Template::parse("/x/{base}-v-{view}", false, ignore_case).expect("a template");
            template.capture(path(b"/x/1-V-v-t-v-u").segments())
        };
        assert_eq!(values(false), ["1-V", "t-v-u"]);
        assert_eq!(values(true), ["1", "v-t-v-u"]);
    }

    #[test]
    fn sea_07_templates_of_other_notations_are_refused() {
        for text in [
            "",
            "a",
            "/a//b",
            "/a/../b",
            "/:id",
            "/*",
            "/{a}{b}",
            "/{a",
            "/{}",
            "/a?b",
            "/a%20b",
            "/{rest...}/a",
            "/{+path}",
            "/readme(?:/(.*))?",
            "/{id}/{id}",
            "/a}b",
            "/a b",
        ] {
            assert!(Template::parse(text, false, false).is_err(), "{text}");
        }
    }
}
