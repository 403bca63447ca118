//! The words that a language puts around names and dates.

/// What a letter about one kind of notice says. In each text `{token}` stands for the
/// one token, `{count}` for how many there are, and `{ends}` for when the one ends.
pub(super) struct Words {
    /// The subject, for one token.
    pub(super) about_one: &'static str,
    /// The subject, for several.
    pub(super) about_many: &'static str,
    /// What happens or has happened, to one token.
    pub(super) one: &'static str,
    /// The same, to those of the list that follows.
    pub(super) many: &'static str,
    /// What to do.
    pub(super) advice: &'static str,
}
