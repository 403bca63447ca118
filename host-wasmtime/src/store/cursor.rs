//! Cursors into the records that are due.

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

/// The due time and the id behind which a page starts.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) fn due_start(after: Option<&str>) -> Result<(i64, String), StoreError> {
    let Some(cursor) = after else { return Ok((i64::MIN, String::new())) };
    let (due, id) = read_due_cursor(cursor).ok_or_else(foreign_cursor)?;
    Ok((due.millis(), id.as_str().into()))
}

pub(super) fn foreign_cursor() -> StoreError {
    StoreError::new("the cursor is not one of this store")
}

/// One row more than the page holds, to see whether more follow.
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(super) fn most(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1)
}

/// A page out of rows with their cursors. There may be one row more than the page holds.
#[cfg(any(feature = "sqlite", feature = "postgres", feature = "redis"))]
pub(super) fn page(mut rows: Vec<(String, String)>, limit: usize) -> RecordPage {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| more).map(|(cursor, _)| cursor.clone());
    RecordPage { records: rows.into_iter().map(|(_, record)| record).collect(), next }
}
