//! What must hold in the same write: limits on active tokens, and names of which there may be one.

use alloc::string::String;
use alloc::vec::Vec;

use crate::audit::canonical;
use crate::base::{Instant, join_with, sort};
use crate::document::{Value, map};
use crate::lifecycle::name::name_key;
use crate::policy::{Policy, UniqueField, push_instance};
use crate::token::TokenState;

/// What a token of a kind with `unique` fields holds while it is there, as
/// canonical JSON text of `[tenant, kind, [fields], [values]]`. The value of a name is its key.
///
/// A token that is revoked for good holds nothing; one that can be regenerated does.
pub(crate) fn claim(policy: &Policy, token: &TokenState<'_>) -> Option<String> {
    let TokenState { kind, record, lifecycle, .. } = token;
    if kind.unique.is_empty() || record.revoked && !kind.regenerable {
        return None;
    }
    let mut fields = kind.unique.clone();
    sort(&mut fields, &Ord::cmp);
    fields.dedup();
    let value = |field: &UniqueField| match field {
        UniqueField::Name | UniqueField::NameInAnyCase => {
            name_key(&lifecycle.name, *field == UniqueField::NameInAnyCase).into()
        }
        UniqueField::Owner => Value::from(record.owner.as_str()),
        UniqueField::Instance => Value::from(instances(policy, token)),
    };
    Some(canonical(&Value::List(alloc::vec![
        record.tenant().into(),
        kind.name.as_str().into(),
        fields.iter().map(|field| field.word()).collect(),
        fields.iter().map(value).collect(),
    ])))
}

/// The instances that are granted, such as `base/abc`, sorted, with blanks between.
fn instances(policy: &Policy, token: &TokenState<'_>) -> String {
    let mut instances: Vec<String> = Vec::new();
    for resource in policy.catalog.resources() {
        for instance in token.record.rights.instances(resource.permissions()) {
            let mut text = resource.name.clone();
            push_instance(&mut text, instance);
            instances.push(text);
        }
    }
    sort(&mut instances, &Ord::cmp);
    instances.dedup();
    join_with(&instances, " ")
}

/// The limits that the kind of a token that begins to count sets, as a document
/// for the store: so many others there may be. `beside`: tokens in the same
/// write that count as well.
pub(crate) fn guards(token: &TokenState<'_>, beside: u32, now: Instant) -> Vec<Value> {
    let TokenState { kind, record, .. } = token;
    let guard = |word: &str, owner: Option<&str>, most: u32| {
        let mut guard = alloc::vec![
            ("guard".into(), word.into()),
            ("kind".into(), kind.name.as_str().into()),
            ("tenant".into(), record.tenant().into()),
        ];
        guard.extend(owner.map(|owner| ("owner".into(), owner.into())));
        guard.push(("below".into(), Value::Int(most.saturating_sub(beside).into())));
        guard.push(("now".into(), now.to_text().into()));
        Value::Map(guard)
    };
    let per_owner = kind.limit.active_per_owner;
    let per_owner = per_owner.map(|most| guard("activePerOwner", Some(&record.owner), most));
    let per_tenant = kind.limit.active_per_tenant.map(|most| guard("activePerTenant", None, most));
    per_owner.into_iter().chain(per_tenant).collect()
}

/// One claim of a token, as a document.
pub(crate) fn claim_value(claim: &str, token: &TokenState<'_>) -> Value {
    map!([("claim", claim.into()), ("token", token.record.id.as_str().into())])
}
