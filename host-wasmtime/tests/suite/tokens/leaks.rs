//! TOK-07: what can be printed holds no secret and no digest.

use portcullis_wasmtime::store::Record;
use portcullis_wasmtime::tokens::{ActingToken, Actor, Command, TokenView};

use super::fixture::{admin, field, in_memory, made, offered, renewing};

#[test]
fn tok_07_nothing_that_can_be_printed_holds_a_secret_or_a_digest() {
    let (tokens, clock) = in_memory();
    let created = tokens.create(renewing("ERP sync"), &admin()).unwrap();
    let id = *created.token.as_ref().unwrap().id();
    let plaintext = created.plaintext.as_ref().unwrap().reveal().to_owned();
    let key = offered(&tokens, &clock);
    let record = tokens.store().get(&id).unwrap().unwrap();
    let old = field(&record, "digest").unwrap();
    let redeemed = tokens.redeem(&plaintext, &key).unwrap();
    let fresh = redeemed.plaintext.as_ref().unwrap().reveal().to_owned();
    let again = tokens.redeem(&plaintext, &key).unwrap_err();
    let record = tokens.store().get(&id).unwrap().unwrap();
    let digest = field(&record, "digest").unwrap();
    assert!(record.contains(&old) && record.contains(&digest), "the record holds both");

    let preview = tokens.preview(Command::Revoke(id), &admin()).unwrap();
    let acting = Actor { token: Some(ActingToken::new(record.as_str())), ..admin() };
    let view = TokenView::parse(&record).unwrap();
    let printed = [
        format!("{created:?}"),
        format!("{redeemed:?}"),
        format!("{again:?} {again}"),
        format!("{preview:?}"),
        format!("{acting:?} {:?}", acting.because("x")),
        format!("{:?}", Command::Redeem { plaintext: &plaintext, key: &key }),
        format!("{view:?} {}", view.to_json()),
        format!("{:?}", Record::parse(&record)),
        format!("{:?}", tokens.outbox(100).unwrap()),
        format!("{tokens:?}"),
        tokens.store().trail(&id).unwrap().concat(),
    ];
    let secret = |plaintext: &str| plaintext[plaintext.len() - 38..plaintext.len() - 6].to_owned();
    let hex = |digest: &str| digest.trim_start_matches("sha256:").to_owned();
    for hidden in [secret(&plaintext), secret(&fresh), key.clone(), hex(&old), hex(&digest)] {
        for text in &printed {
            assert!(!text.contains(&hidden), "it shows in {text}");
        }
    }
    let _ = made(&tokens, super::fixture::reader("another"));
}
