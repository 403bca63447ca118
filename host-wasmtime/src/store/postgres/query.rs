//! The conditions of a list. Every value is a parameter, never part of the SQL.

use crate::store::cursor::most;
use crate::store::postgres::change::lookup_text;
use crate::store::postgres::server::Cell;
use crate::store::{ListQuery, StatusFilter, TenantFilter};

pub(super) fn select_page(query: &ListQuery) -> (String, Vec<Cell>) {
    let mut terms = vec![String::from("id > $1")];
    let mut values = vec![Cell::Text(query.after.clone().unwrap_or_default())];
    let mut and = |term: &str, value: Cell| {
        values.push(value);
        terms.push(term.replace('?', &format!("${}", values.len())));
    };
    match &query.tenants {
        TenantFilter::Every => {}
        TenantFilter::Only(Some(tenant)) => {
            and("tenant_key = hashtextextended(?, 0) AND tenant = ?", Cell::Text(lookup_text(tenant)));
        }
        TenantFilter::Only(None) => and("tenant_key = ? AND tenant IS NULL", 0.into()),
    }
    if let Some(owner) = &query.owner {
        and("owner_key = hashtextextended(?, 0) AND owner = ?", Cell::Text(lookup_text(owner)));
    }
    if let Some(kind) = &query.kind {
        and("kind = ?", Cell::Text(lookup_text(kind)));
    }
    if let Some(before) = &query.created_before {
        and("created_at < ?", before.millis().into());
    }
    match query.status {
        Some(StatusFilter::Active) => and("NOT revoked AND ends_at > ?", query.now.millis().into()),
        Some(StatusFilter::Ended) => and("NOT revoked AND ends_at <= ?", query.now.millis().into()),
        Some(StatusFilter::Revoked) => and("revoked = (? = 1)", 1.into()),
        None => {}
    }
    values.push(most(query.limit).into());
    let terms = terms.join(" AND ");
    let limit = values.len();
    let statement = format!(
        "SELECT id AS cursor, record AS text FROM portcullis_tokens WHERE {terms} ORDER BY id LIMIT ${limit}"
    );
    (statement, values)
}
