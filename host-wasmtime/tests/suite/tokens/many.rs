//! Revoking many tokens.

use portcullis_wasmtime::store::{ListQuery, TenantFilter};
use portcullis_wasmtime::tokens::{Actor, CommandOptions, CreateFields};
use portcullis_wasmtime::{RefusalCode, Tokens};

use super::fixture::{HERE, actor, admin, at, in_memory, made, reader};

fn query() -> ListQuery {
    ListQuery {
        limit: 2,
        ..ListQuery::new(TenantFilter::Only(Some("acme".into())), at("2026-01-01T00:00:00Z"))
    }
}

/// Runs all pages: how many tokens were revoked, and how many were not.
fn revoke_all(tokens: &Tokens, mut query: ListQuery, by: CommandOptions<'_>) -> (usize, usize) {
    let (mut revoked, mut failed) = (0, 0);
    loop {
        let page = tokens.revoke_where(&query, by).unwrap();
        revoked += page.revoked;
        failed += page.failed.len();
        query.after = page.next;
        if query.after.is_none() {
            return (revoked, failed);
        }
    }
}

#[test]
fn all_tokens_of_one_owner_are_revoked_page_by_page() {
    let (tokens, _) = in_memory();
    let owned = |owner, name| CreateFields { owner: Some(owner), ..reader(name) };
    for name in ["a", "b", "c", "d", "e"] {
        made(&tokens, owned("ada", name));
    }
    let (bobs, _) = made(&tokens, owned("bob", "f"));
    let of_ada = ListQuery { owner: Some("ada".into()), ..query() };

    // An actor who may not revoke one token may not revoke many.
    let mallory = actor("mallory", &[]);
    assert_eq!(revoke_all(&tokens, of_ada.clone(), CommandOptions::from(&mallory)), (0, 5));
    let stranger = Actor { tenant: Some("globex".into()), ..admin() };
    assert_eq!(revoke_all(&tokens, of_ada.clone(), CommandOptions::from(&stranger)), (0, 0));

    let grace = admin();
    let by = grace.because("left the company").under("offboarding-1");
    // Half of the pages, then a crash, then all of them from the start.
    assert_eq!(tokens.revoke_where(&of_ada, by).unwrap().revoked, 2);
    assert_eq!(revoke_all(&tokens, of_ada.clone(), by), (3, 0));
    assert_eq!(revoke_all(&tokens, of_ada, by), (0, 0));
    assert!(!tokens.store().get(&bobs).unwrap().unwrap().contains("\"revoked\""));
}

#[test]
fn revoking_without_a_filter_is_an_error() {
    let (tokens, _) = in_memory();
    made(&tokens, reader("a"));
    let everything = ListQuery { tenants: TenantFilter::Every, ..query() };
    let error = tokens.revoke_where(&everything, &Actor::system()).unwrap_err();
    assert!(error.refusal().is_none(), "{error}");
    let error = tokens.revoke_where(&query(), CommandOptions::by_token(HERE)).unwrap_err();
    assert_eq!(error.refusal().map(|refusal| refusal.code), Some(RefusalCode::NotAllowed));
    let before = ListQuery { created_before: Some(at("2026-01-02T00:00:00Z")), ..everything };
    assert_eq!(revoke_all(&tokens, before, CommandOptions::from(&Actor::system())), (1, 0));
}
