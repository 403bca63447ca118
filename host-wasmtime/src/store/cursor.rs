//! Where a page of due records ended.

use portcullis_core::{Instant, TokenId};

#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
use crate::store::RecordPage;
use crate::store::StoreError;

pub(super) fn due_cursor(due_millis: i64, id: &str) -> String {
    format!("{due_millis}:{id}")
}

pub(super) fn read_due_cursor(cursor: &str) -> Option<(Instant, TokenId)> {
    let (due, id) = cursor.split_once(':')?;
    Some((Instant::from_millis(due.parse().ok()?)?, TokenId::parse(id)?))
}

pub(super) fn foreign_cursor() -> StoreError {
    StoreError::new("the cursor is not one of this store")
}

/// One more row than is wanted, to see whether anything follows.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// Rows, each with the cursor behind it, of which there may be one more than is wanted.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
pub(super) fn page(mut rows: Vec<(String, String)>, limit: usize) -> RecordPage {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(cursor, _)| cursor.clone());
    RecordPage { records: rows.into_iter().map(|(_, record)| record).collect(), next }
}
