//! Checks due records and lists.

use portcullis_core::TokenId;

use crate::conformance::draft::{Draft, at};
use crate::conformance::fault::{Fault, holds, same};
use crate::store::{CommitOutcome, ListQuery, Record, RecordPage, StatusFilter, Store, TenantFilter};

fn ids(page: &RecordPage) -> Result<Vec<TokenId>, Fault> {
    let id = |text: &String| Record::parse(text).map(|record| *record.id());
    let ids: Option<Vec<TokenId>> = page.records.iter().map(id).collect();
    ids.ok_or_else(|| Fault("a record on a page cannot be read".into()))
}

fn ids_of(tokens: &[Draft]) -> Result<Vec<TokenId>, Fault> {
    tokens.iter().map(Draft::id).collect()
}

/// Reads all pages of at most `limit`.
fn all(
    limit: usize,
    ask: impl Fn(Option<String>) -> Result<RecordPage, Fault>,
) -> Result<Vec<TokenId>, Fault> {
    let (mut found, mut after) = (Vec::new(), None);
    for _ in 0..1_000 {
        let page = ask(after)?;
        holds("a page is longer than was asked for", page.records.len() <= limit)?;
        holds("a page is empty, and another one follows", page.next.is_none() || !page.records.is_empty())?;
        found.extend(ids(&page)?);
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
    Err(Fault("the pages do not end".into()))
}

pub(super) fn due(store: &dyn Store) -> Result<(), Fault> {
    // Some are due at the same instant, so the id decides. They are created in another order.
    let mut tokens: Vec<Draft> =
        (0..40).map(|n| Draft { due_at: Some(at((n * 7 % 10) as u32)), ..Draft::new(n * 13 % 40) }).collect();
    for token in &tokens {
        same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    }
    let never = Draft::new(100);
    let not_yet = Draft { due_at: at(9).next(), ..Draft::new(101) };
    for token in [&never, &not_yet] {
        same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    }
    tokens.sort_by_key(|token| (token.due_at, token.number));
    let wanted = ids_of(&tokens)?;
    for limit in [1, 3, 40, 41, 1_000] {
        let found = all(limit, |after| Ok(store.due(at(9), limit, after.as_deref())?))?;
        same("what is due", found, wanted.clone())?;
    }
    same("before anything is due", store.due(at(0), 10, None)?.records.len(), 4)?;
    let mut later = wanted;
    later.push(not_yet.id()?);
    same("a moment later", all(7, |after| Ok(store.due(at(10), 7, after.as_deref())?))?, later)
}

pub(super) fn due_moves(store: &dyn Store) -> Result<(), Fault> {
    let soon = |number| Draft { due_at: Some(at(1)), ..Draft::new(number) };
    let tokens = [soon(1), soon(2), soon(3), soon(4)];
    for token in &tokens {
        same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    }
    let [first, second, third, fourth] = tokens;
    let first_page = store.due(at(1), 2, None)?;
    same("the first page", ids(&first_page)?, vec![first.id()?, second.id()?])?;
    // After each page its records are handled: changed, postponed or deleted.
    let moved = Draft { due_at: Some(at(100)), ..first.next() };
    same("an edit", store.commit(&moved.replaced("remind")?)?, CommitOutcome::Committed)?;
    let quiet = Draft { due_at: None, ..second.next() };
    same("an edit", store.commit(&quiet.replaced("remind")?)?, CommitOutcome::Committed)?;
    same("a delete", store.commit(&third.deleted("delete")?)?, CommitOutcome::Committed)?;
    let second_page = store.due(at(1), 2, first_page.next.as_deref())?;
    same("the second page", ids(&second_page)?, vec![fourth.id()?])?;
    same("behind it", second_page.next, None)?;
    same("later", ids(&store.due(at(100), 10, None)?)?, vec![fourth.id()?, first.id()?])
}

pub(super) fn list(store: &dyn Store) -> Result<(), Fault> {
    let tokens: Vec<Draft> = (0..30)
        .map(|n| Draft {
            owner: if n % 3 == 0 { "bob".into() } else { "ada".into() },
            kind: if n % 2 == 0 { "service".into() } else { "personal".into() },
            tenant: (n % 5 != 0).then(|| "acme".into()),
            created_at: at(n as u32),
            ..Draft::new(n)
        })
        .collect();
    // Not created in the order of their ids.
    for n in 0..30 {
        same("a create", store.commit(&tokens[n * 7 % 30].created()?)?, CommitOutcome::Committed)?;
    }
    let every = ListQuery::new(TenantFilter::Every, at(0));
    let acme = ListQuery::new(TenantFilter::Only(Some("acme".into())), at(0));
    let bob = Some(String::from("bob"));
    let queries = [
        every.clone(),
        acme.clone(),
        ListQuery { owner: bob.clone(), ..every.clone() },
        ListQuery { kind: Some("service".into()), ..acme.clone() },
        ListQuery { created_before: Some(at(12)), ..acme.clone() },
        ListQuery { owner: bob, kind: Some("personal".into()), created_before: Some(at(20)), ..acme },
        ListQuery::new(TenantFilter::Only(None), at(0)),
        ListQuery { owner: Some("nobody".into()), ..every },
    ];
    for query in queries {
        let mut wanted = Vec::new();
        for token in &tokens {
            if query.matches(&token.record()?) {
                wanted.push(token.id()?);
            }
        }
        for limit in [1, 4, 100] {
            let ask = |after| Ok(store.list(&ListQuery { after, limit, ..query.clone() })?);
            same("a list", all(limit, ask)?, wanted.clone())?;
        }
    }
    Ok(())
}

pub(super) fn standings(store: &dyn Store) -> Result<(), Fault> {
    let now = at(100);
    let tokens = [
        Draft::new(1),
        Draft { locked: true, ends_at: now.next(), ..Draft::new(2) },
        Draft { ends_at: Some(now), ..Draft::new(3) },
        Draft { revoked: true, ..Draft::new(4) },
        Draft { revoked: true, ends_at: Some(now), ..Draft::new(5) },
    ];
    for token in &tokens {
        same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    }
    for (standing, of_them) in [
        (StatusFilter::Active, &tokens[..2]),
        (StatusFilter::Ended, &tokens[2..3]),
        (StatusFilter::Revoked, &tokens[3..]),
    ] {
        let query = ListQuery { status: Some(standing), ..ListQuery::new(TenantFilter::Every, now) };
        same("a list", ids(&store.list(&query)?)?, ids_of(of_them)?)?;
    }
    Ok(())
}

pub(super) fn foreign_cursor(store: &dyn Store) -> Result<(), Fault> {
    let token = Draft { due_at: Some(at(0)), ..Draft::new(1) };
    same("a create", store.commit(&token.created()?)?, CommitOutcome::Committed)?;
    for cursor in ["", "'", "' OR 1=1 --", "\0", "1:2:3", "Kit"] {
        let query = ListQuery { after: Some(cursor.into()), ..ListQuery::new(TenantFilter::Every, at(0)) };
        holds("a list takes an invalid cursor", store.list(&query).is_err())?;
        holds("due takes an invalid cursor", store.due(at(0), 1, Some(cursor)).is_err())?;
    }
    Ok(())
}
