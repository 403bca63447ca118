//! Templates as the law sees them, and a naive reading of paths.

/// A small generator of random numbers: the same seed gives the same scenarios.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    pub(super) fn one_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(super) fn pick<'t, T: ?Sized>(&mut self, list: &[&'t T]) -> &'t T {
        list[self.below(list.len())]
    }
}

/// A segment of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Segment {
    /// Text as a policy writes it.
    Text(&'static str),
    /// A parameter.
    Parameter,
    /// `v{version}`.
    Behind(&'static str),
    /// `{id}:go`, which axum cannot say.
    Before(&'static str),
    /// `{one}-{two}`, which axum cannot say.
    Two,
    /// The rest of the path, at the end.
    Rest,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) segments: Vec<Segment>,
    /// Whether it ends in a slash.
    pub(super) slash: bool,
}

const TEXTS: [&str; 5] = ["a", "b", "list", "A", "é"];

impl Template {
    pub(super) fn random(random: &mut Random, is_policy: bool) -> Template {
        let length = random.below(4);
        let segments: Vec<Segment> =
            (0..length).map(|place| segment(random, is_policy, place + 1 == length)).collect();
        let slash = segments.last() != Some(&Segment::Rest) && random.one_in(6);
        Template { slash: slash || segments.is_empty(), segments }
    }

    /// As axum can say it.
    pub(super) fn for_axum(&self) -> Template {
        let plain = |segment: &Segment| match segment {
            Segment::Before(_) | Segment::Two => Segment::Parameter,
            Segment::Text(_) | Segment::Parameter | Segment::Behind(_) | Segment::Rest => *segment,
        };
        Template { segments: self.segments.iter().map(plain).collect(), slash: self.slash }
    }

    /// In the notation of a policy, or in that of axum.
    pub(super) fn text(&self, is_policy: bool) -> String {
        let word = |(place, segment): (usize, &Segment)| match segment {
            Segment::Text(text) if is_policy => (*text).into(),
            Segment::Text(text) => text.replace('é', "%C3%A9"),
            Segment::Parameter => format!("{{p{place}}}"),
            Segment::Behind(text) => format!("{text}{{p{place}}}"),
            Segment::Before(text) => format!("{{p{place}}}{text}"),
            Segment::Two => format!("{{p{place}}}-{{q{place}}}"),
            Segment::Rest if is_policy => "{rest...}".into(),
            Segment::Rest => "{*rest}".into(),
        };
        let words: Vec<String> = self.segments.iter().enumerate().map(word).collect();
        format!("/{}{}", words.join("/"), if self.slash && !words.is_empty() { "/" } else { "" })
    }

    /// Whether a policy reads the path as it is sent by this template.
    pub(super) fn reads(&self, path: &str) -> bool {
        self.reads_with(path, 1)
    }

    /// The same for axum, where a parameter behind a text may be empty.
    pub(super) fn is_read_by_axum(&self, path: &str) -> bool {
        self.reads_with(path, 0)
    }

    fn reads_with(&self, path: &str, least: usize) -> bool {
        let Some(mut rest) = path.strip_prefix('/') else { return false };
        if self.segments.is_empty() {
            return rest.is_empty();
        }
        for (place, segment) in self.segments.iter().enumerate() {
            if *segment == Segment::Rest {
                return !rest.is_empty() && !rest.starts_with('/');
            }
            let (sent, behind) =
                rest.split_once('/').map_or((rest, None), |(sent, behind)| (sent, Some(behind)));
            let is_read = match segment {
                Segment::Text(text) => sent == text.replace('é', "%C3%A9"),
                Segment::Parameter => !sent.is_empty(),
                Segment::Behind(text) => sent.len() >= text.len() + least && sent.starts_with(text),
                Segment::Before(text) => sent.len() > text.len() && sent.ends_with(text),
                Segment::Two => {
                    sent.split_once('-').is_some_and(|(one, two)| !one.is_empty() && !two.is_empty())
                }
                Segment::Rest => false,
            };
            let is_last = place + 1 == self.segments.len();
            match behind {
                _ if !is_read => return false,
                None => return is_last && !self.slash,
                Some(behind) if is_last => return self.slash && behind.is_empty(),
                Some(behind) => rest = behind,
            }
        }
        false
    }

    /// Paths of every kind that this template reads.
    pub(super) fn samples(&self) -> Vec<String> {
        let mut paths = vec![String::new()];
        for segment in &self.segments {
            let words: Vec<String> = match segment {
                Segment::Text(text) => vec![text.replace('é', "%C3%A9")],
                Segment::Parameter => ["q", "a", "list", "v1", "q:go", "q-r"].map(String::from).into(),
                Segment::Behind(text) => vec![format!("{text}q")],
                Segment::Before(text) => vec![format!("q{text}")],
                Segment::Two => vec!["q-r".into()],
                Segment::Rest => ["q", "a/q", "q/r/s"].map(String::from).into(),
            };
            paths = paths
                .iter()
                .flat_map(|path| words.iter().map(move |word| format!("{path}/{word}")))
                .collect();
        }
        if self.slash {
            paths.iter_mut().for_each(|path| path.push('/'));
        }
        paths
    }

    /// Whether this template reads every path of the other one.
    pub(super) fn covers(&self, other: &Template) -> bool {
        other.samples().iter().all(|path| self.reads(path))
    }
}

fn segment(random: &mut Random, is_policy: bool, is_last: bool) -> Segment {
    match random.below(if is_policy { 10 } else { 8 }) {
        0..=2 => Segment::Text(random.pick(&TEXTS)),
        3 | 4 => Segment::Parameter,
        5 => Segment::Behind("v"),
        6 | 7 if is_last => Segment::Rest,
        6 | 7 => Segment::Parameter,
        8 => Segment::Before(":go"),
        _ => Segment::Two,
    }
}
