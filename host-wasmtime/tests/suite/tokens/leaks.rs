//! TOK-07: nothing printable holds a secret or a digest.

use portcullis_wasmtime::store::{ListQuery, Record, TenantFilter};
use portcullis_wasmtime::tokens::{
    ActingToken, Actor, Command, CommandOptions, CreateFields, EditFields, OverviewQuery, RotateFields,
    TokenView,
};
use portcullis_wasmtime::{Instant, TokenId};

use super::fixture::{HERE, ada, admin, field, in_memory, offered, reader, renewing};

#[test]
fn tok_07_nothing_printable_holds_a_secret_or_a_digest() {
    let (tokens, clock) = in_memory();
    let created = tokens.create(renewing("ERP sync"), &admin()).unwrap();
    let id = *created.token.as_ref().unwrap().id();
    let plaintext = created.plaintext.as_ref().unwrap().reveal().to_owned();
    let key = offered(&tokens, &clock);
    let record = tokens.store().get(&id).unwrap().unwrap();
    let old = field(&record, "digest").unwrap();
    let redeemed = tokens.redeem(&plaintext, &key, HERE).unwrap();
    let fresh = redeemed.plaintext.as_ref().unwrap().reveal().to_owned();
    let again = tokens.redeem(&plaintext, &key, HERE).unwrap_err();
    let record = tokens.store().get(&id).unwrap().unwrap();
    let digest = field(&record, "digest").unwrap();
    assert!(record.contains(&old) && record.contains(&digest), "the record holds both");

    let preview = tokens.preview(Command::Revoke(id), &admin()).unwrap();
    let acting = Actor { token: Some(ActingToken::new(record.as_str())), ..admin() };
    let view = TokenView::parse(&record).unwrap();
    let everything =
        ListQuery { owner: Some("ada".into()), ..ListQuery::new(TenantFilter::Every, clock.now()) };
    let store = tokens.store();
    let later = Instant::parse("2099-01-01T00:00:00Z").unwrap();
    let printed = [
        ("CommandResult, Plaintext", format!("{created:?} {redeemed:?}")),
        ("TokensError, Refusal", format!("{again:?} {again} {}", failing(&plaintext, &key, &record))),
        ("CommandPreview", format!("{preview:?}")),
        ("Actor, ActingToken, By", format!("{acting:?} {:?}", acting.because("x"))),
        ("Command", format!("{:?}", Command::Redeem { plaintext: &plaintext, key: &key })),
        ("TokenView", format!("{view:?} {}", view.to_json())),
        ("Record", format!("{:?}", Record::parse(&record))),
        ("Notice", format!("{:?}", tokens.outbox(100).unwrap())),
        ("Tokens", format!("{tokens:?}")),
        (
            "RecordPage",
            format!("{:?}{:?}", store.list(&everything).unwrap(), store.due(later, 10, None).unwrap()),
        ),
        ("AuditTrail", format!("{:?} {:?}", tokens.trail(&id, &admin()).unwrap(), store.trail(&id).unwrap())),
        (
            "OverviewPage",
            format!("{:?}", tokens.overview(&everything, OverviewQuery::default(), &admin()).unwrap()),
        ),
        ("SweepResult, CommandFailure", format!("{:?}", tokens.sweep(10).unwrap())),
        ("RevokeWhereResult", format!("{:?}", tokens.revoke_where(&everything, &admin()).unwrap())),
    ];
    let secret = |plaintext: &str| plaintext[plaintext.len() - 38..plaintext.len() - 6].to_owned();
    let hex = |digest: &str| digest.trim_start_matches("sha256:").to_owned();
    for hidden in [secret(&plaintext), secret(&fresh), key.clone(), hex(&old), hex(&digest)] {
        for (what, text) in &printed {
            assert!(!text.contains(&hidden), "it shows in {what}");
        }
    }
    let (_, trail) = &printed[10];
    assert!(trail.contains("renewalRedeemed"), "{trail}");
}

/// What is printed if a secret is passed in the wrong place, or a store returns too much.
fn failing(plaintext: &str, key: &str, record: &str) -> String {
    let (tokens, _) = in_memory();
    let named = |text| CreateFields { kind: text, grants: Some(&["book:read"]), ..reader("x") };
    let unknown = TokenId::parse("0000000000000000").unwrap();
    let rotation = RotateFields { grace: Some(plaintext), leak: false };
    let edit =
        EditFields { grants: Some(&["book:read"]), idle_after: Some(plaintext), ..EditFields::default() };
    let results = [
        tokens.create(named(plaintext), &admin()),
        tokens.create(CreateFields { grants: Some(&[plaintext, key]), ..reader("x") }, &admin()),
        tokens.create(reader("x"), CommandOptions::from(&admin()).under(&format!("{plaintext}!"))),
        tokens.edit(&unknown, edit, &admin()),
        tokens.rotate(&unknown, rotation, &ada()),
        tokens.redeem(plaintext, key, HERE),
        tokens.redeem(key, plaintext, HERE),
        tokens.redeem(record, record, HERE),
    ];
    results.iter().map(|result| format!("{result:?} {}", result.as_ref().unwrap_err())).collect()
}
