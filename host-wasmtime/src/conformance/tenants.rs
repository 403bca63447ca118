//! STO-07: tenants, owners and names that a careless store confuses.

use crate::conformance::draft::{Draft, at};
use crate::conformance::fault::{Fault, same};
use crate::conformance::writes::stands_as;
use crate::store::{CommitOutcome, ListQuery, Store, TenantFilter};

/// Tenants that a careless store takes for one another.
fn tenants() -> Vec<Option<String>> {
    let long = "a".repeat(10_240);
    let texts = [
        "",
        " ",
        "null",
        "NULL",
        "a",
        "A",
        "a ",
        "a:b",
        "a*",
        "a%",
        "a_",
        "a?",
        "a\0",
        "a\0b",
        "../",
        "{x}",
        "t1",
        "t1:2",
        "t1:23",
        "'",
        "''",
        "' OR '1'='1",
        "\"",
        "\\",
        "\n",
        "\u{e4}",
        "a\u{308}",
        "\u{202e}a",
        &long,
    ];
    let longer = long.clone() + "a";
    texts.into_iter().chain([longer.as_str()]).map(|text| Some(text.into())).chain([None]).collect()
}

pub(super) fn apart(store: &dyn Store) -> Result<(), Fault> {
    let tenants = tenants();
    // Each has an owner that, joined to its tenant, reads like that of another.
    let token = |n: usize| {
        let owner = tenants.get(n + 1).cloned().flatten().unwrap_or_else(|| "3".into());
        Draft { tenant: tenants[n].clone(), owner, ..Draft::new(n as u64) }
    };
    for (n, tenant) in tenants.iter().enumerate() {
        let mut change = token(n).created()?;
        // Other tenants' tokens do not count.
        change.guards.extend([token(n).guard(1, true), token(n).guard(1, false)]);
        change.claims.push(token(n).claim(&format!("{tenant:?}"))?);
        same("a tenant's first token", store.commit(&change)?, CommitOutcome::Committed)?;
    }
    for (n, tenant) in tenants.iter().enumerate() {
        let of_tenant = ListQuery::new(TenantFilter::Only(tenant.clone()), at(0));
        let of_owner = ListQuery { owner: Some(token(n).owner), ..of_tenant.clone() };
        for query in [of_tenant, of_owner] {
            same("a tenant's tokens", store.list(&query)?.records.len(), 1)?;
        }
        let mut second = Draft { number: 1_000 + n as u64, ..token(n) }.created()?;
        second.guards.push(token(n).guard(1, true));
        same("a tenant's second token", store.commit(&second)?, CommitOutcome::LimitReached(0))?;
    }
    same("all tokens", store.list(&ListQuery::new(TenantFilter::Every, at(0)))?.records.len(), tenants.len())
}

pub(super) fn as_they_were(store: &dyn Store) -> Result<(), Fault> {
    for (n, text) in tenants().into_iter().flatten().enumerate() {
        let name = format!("{text}\u{2028}\u{1b}[31m{{\"event\":\"x\"}}\r\n");
        let token = Draft { tenant: Some(text.clone()), owner: text.clone(), name, ..Draft::new(n as u64) };
        let mut change = token.write(0, &text)?;
        change.claims.push(token.claim(&text)?);
        same("a create", store.commit(&change)?, CommitOutcome::Committed)?;
        stands_as(store, &token)?;
        same("the event of a command", store.event(&token.id()?, &text)?.is_some(), true)?;
    }
    Ok(())
}
