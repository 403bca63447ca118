//! Where a page of due records ended.

use portcullis_core::{Instant, TokenId};

use crate::store::StoreError;

pub(super) fn due_cursor(due_millis: i64, id: &str) -> String {
    format!("{due_millis}:{id}")
}

pub(super) fn read_due_cursor(cursor: &str) -> Option<(Instant, TokenId)> {
    let (due, id) = cursor.split_once(':')?;
    Some((Instant::from_millis(due.parse().ok()?)?, TokenId::parse(id)?))
}

pub(super) fn foreign_cursor() -> StoreError {
    StoreError::new("the cursor is none that this store gave out")
}
