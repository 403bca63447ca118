//! Which rows, and in which order.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use crate::document::{ObjectReader, Place, Problems, Value, list, short_text, word};
use crate::overview::row::{Row, UNREADABLE, lower};
use crate::overview::secret_age::AgeLevel;
use crate::token::{LONGEST_NAME, Status};

/// What rows must have; what is absent admits all.
#[derive(Default)]
pub(super) struct Filter {
    status: Option<Vec<&'static str>>,
    kind: Option<Vec<String>>,
    owner: Option<Vec<String>>,
    age_level: Option<Vec<AgeLevel>>,
    /// In lower case.
    search: Option<String>,
}

/// Every status that a row can have.
const STATUSES: &[(&str, &str)] = &[
    (Status::Active.word(), Status::Active.word()),
    (Status::Pending.word(), Status::Pending.word()),
    (Status::Idle.word(), Status::Idle.word()),
    (Status::Expired.word(), Status::Expired.word()),
    (Status::Suspended.word(), Status::Suspended.word()),
    (Status::Locked.word(), Status::Locked.word()),
    (Status::Revoked.word(), Status::Revoked.word()),
    (UNREADABLE, UNREADABLE),
];

impl Filter {
    pub(super) fn read(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Filter> {
        let mut filter = ObjectReader::read(value, *at, problems)?;
        let read = Filter {
            status: filter.optional("status", problems, one_or_more(word(STATUSES))),
            kind: filter.optional("kind", problems, one_or_more(short_text(LONGEST_NAME))),
            owner: filter.optional("owner", problems, one_or_more(short_text(LONGEST_NAME))),
            age_level: filter.optional("ageLevel", problems, one_or_more(word(AgeLevel::WORDS))),
            search: filter.optional("search", problems, short_text(LONGEST_NAME)).map(|text| lower(&text)),
        };
        filter.finish(problems);
        Some(read)
    }

    pub(super) fn admits(&self, row: &Row<'_>) -> bool {
        let among = |words: &Option<Vec<String>>, own: &str| {
            words.as_ref().is_none_or(|words| words.iter().any(|word| word == own))
        };
        let says = |text: &String| {
            [row.name, row.description, row.owner, row.id]
                .into_iter()
                .any(|field| lower(field).contains(text.as_str()))
        };
        self.status.as_ref().is_none_or(|words| words.contains(&row.status))
            && among(&self.kind, row.kind)
            && among(&self.owner, row.owner)
            && self
                .age_level
                .as_ref()
                .is_none_or(|levels| row.age_level.is_some_and(|own| levels.contains(&own)))
            && self.search.as_ref().is_none_or(says)
    }
}

/// One, or a list of them.
fn one_or_more<T>(
    read: impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<T>,
) -> impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<Vec<T>> {
    move |value, at, problems| match value {
        Value::List(_) => list(&read)(value, at, problems),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Map(_) => {
            Some(alloc::vec![read(value, at, problems)?])
        }
    }
}

/// What rows are sorted by.
#[derive(Clone, Copy)]
enum By {
    Name,
    Owner,
    Status,
    CreatedAt,
    ExpiresAt,
    LastUsedAt,
    AgeDays,
}

impl By {
    const WORDS: &'static [(&'static str, By)] = &[
        ("name", By::Name),
        ("owner", By::Owner),
        ("status", By::Status),
        ("createdAt", By::CreatedAt),
        ("expiresAt", By::ExpiresAt),
        ("lastUsedAt", By::LastUsedAt),
        ("ageDays", By::AgeDays),
    ];
}

/// The order of the rows; by name unless it says something else.
pub(super) struct Sort {
    by: By,
    descending: bool,
}

impl Default for Sort {
    fn default() -> Sort {
        Sort { by: By::Name, descending: false }
    }
}

impl Sort {
    pub(super) fn read(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Sort> {
        let mut sort = ObjectReader::read(value, *at, problems)?;
        let by = sort.required("by", problems, word(By::WORDS));
        let descending = sort.flag("descending", false, problems);
        sort.finish(problems);
        Some(Sort { by: by?, descending })
    }

    /// Ties are in the ascending order of ids, whichever way the rest goes.
    pub(super) fn compare(&self, a: &Row<'_>, b: &Row<'_>) -> Ordering {
        let order = match self.by {
            By::Name => by_text(a.name, b.name),
            By::Owner => by_text(a.owner, b.owner),
            By::Status => a.status.cmp(b.status),
            By::CreatedAt => a.created_at.cmp(&b.created_at),
            // Never is later than any instant; unused is earlier than any use.
            By::ExpiresAt => {
                (a.expires_at.is_none(), a.expires_at).cmp(&(b.expires_at.is_none(), b.expires_at))
            }
            By::LastUsedAt => a.last_used_at.cmp(&b.last_used_at),
            By::AgeDays => a.age_days.cmp(&b.age_days),
        };
        let order = if self.descending { order.reverse() } else { order };
        order.then_with(|| a.id.cmp(b.id))
    }
}

/// Texts by what they say, and where that is the same, by how they are written.
fn by_text(a: &str, b: &str) -> Ordering {
    lower(a).cmp(&lower(b)).then_with(|| a.cmp(b))
}
