//! What routers do with a path besides taking it as it stands.

/// Habits of routers, over all of their settings: an edge does not know them.
///
/// | router | ends | empty | case | split | order | decode |
/// |---|---|---|---|---|---|---|
/// | `express` (4 and 5) | yes | | yes | yes | yes | |
/// | `fastify` | yes | yes | yes | yes | | |
/// | `hono` (each of its routers) | yes | | | | yes | |
/// | `next` (files, rewrites, middleware) | yes | | yes | yes | | yes |
/// | `axum` | yes | | | | | |
/// | `exact` | | | | | | |
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Habits(u8);

impl Habits {
    /// None: the path is read in one way.
    pub(crate) const NONE: Habits = Habits(0);
    /// Letters are the same in both cases, in ASCII and beyond.
    pub(crate) const CASE: Habits = Habits(1);
    /// Several parameters in one segment are split at the last place that fits, and of two
    /// patterns that fit either may come first.
    pub(crate) const SPLIT: Habits = Habits(2);
    /// A parameter may be empty: behind a slash at the end, and beside text in its segment.
    pub(crate) const EMPTY: Habits = Habits(4);
    /// A slash at the end is added or dropped; a rest may be empty or end in a slash.
    const ENDS: Habits = Habits(8);
    /// Of two routes that fit, the one that was registered first is taken.
    pub(crate) const ORDER: Habits = Habits(16);
    /// The path is decoded once more, or before it is taken apart at slashes; slashes side by side are one.
    pub(crate) const DECODE: Habits = Habits(32);

    /// The routers that a policy may name.
    pub(crate) const ROUTERS: [(&'static str, Habits); 6] = [
        ("express", Habits::ENDS.and(Habits::CASE).and(Habits::SPLIT).and(Habits::ORDER)),
        ("fastify", Habits::ENDS.and(Habits::EMPTY).and(Habits::CASE).and(Habits::SPLIT)),
        ("hono", Habits::ENDS.and(Habits::ORDER)),
        ("next", Habits::ENDS.and(Habits::CASE).and(Habits::SPLIT).and(Habits::DECODE)),
        ("axum", Habits::ENDS),
        ("exact", Habits::NONE),
    ];

    /// These and the others.
    pub(crate) const fn and(self, others: Habits) -> Habits {
        Habits(self.0 | others.0)
    }

    /// Whether the others are among these.
    pub(crate) const fn have(self, others: Habits) -> bool {
        self.0 & others.0 == others.0
    }

    /// Each way to take a template: with some of these habits of case, splits and empty parameters,
    /// first with none of them.
    pub(crate) fn modes(self) -> impl Iterator<Item = Habits> {
        (0..8).map(Habits).filter(move |mode| self.have(*mode))
    }
}

impl Default for Habits {
    /// Every habit: the policy names no router.
    fn default() -> Habits {
        Habits(63)
    }
}
