//! Single commands, one after another.

use portcullis_wasmtime::tokens::{
    Actor, Command, CommandOptions, CreateFields, EditFields, Networks, Presented, RenewFields, RotateFields,
    TokensError,
};
use portcullis_wasmtime::{Attempt, LivePolicy, Lookup, RefusalCode, TokenId, Tokens};

use super::fixture::{
    HERE, POLICY, actor, ada, admin, at, events, field, in_memory, made, offered, reader, refused, renewing,
};

fn passes(tokens: &Tokens, plaintext: &str) -> bool {
    let header = format!("Bearer {plaintext}");
    let attempt = Attempt::http("GET", "/books").authorization(&header);
    let attempt = Attempt { tenant: Some("acme"), ..attempt };
    let id = match tokens.policy().identify(&attempt) {
        portcullis_wasmtime::Identified::Token(id) => id,
        portcullis_wasmtime::Identified::Decided(decision) => panic!("{decision:?}"),
    };
    let record = tokens.store().get(&id).unwrap();
    let token = record.as_deref().map(|record| tokens.policy().open_token(record));
    let found = token.as_ref().map_or(Lookup::Unknown, Lookup::Token);
    tokens.policy().decide(&attempt, found, None, at("2026-01-01T00:00:00Z")).allow()
}

#[test]
fn a_life() {
    let (tokens, _) = in_memory();
    let (id, plaintext) = made(&tokens, reader("ERP sync"));
    assert!(passes(&tokens, &plaintext));

    let edited =
        tokens.edit(&id, EditFields { name: Some("ERP"), ..EditFields::default() }, &admin()).unwrap();
    assert_eq!(edited.token.unwrap().name(), Some("ERP"));
    assert!(edited.plaintext.is_none());
    assert_eq!(refused(tokens.lock(&id, &ada())), RefusalCode::NotAllowed);
    tokens.lock(&id, admin().because("seen in a public repository")).unwrap();
    assert!(!passes(&tokens, &plaintext));
    tokens.unlock(&id, &admin()).unwrap();

    let rotated = tokens.rotate(&id, RotateFields { leak: true, grace: None }, &ada()).unwrap();
    let fresh = rotated.plaintext.unwrap().reveal().to_owned();
    assert!(passes(&tokens, &fresh) && !passes(&tokens, &plaintext));
    let rotation = Command::RotateItself { plaintext: &fresh, rotation: RotateFields::default() };
    let itself = tokens.execute(rotation, CommandOptions::by_token(HERE)).unwrap();
    let fresh = itself.plaintext.unwrap().reveal().to_owned();
    assert!(passes(&tokens, &fresh));

    let ends_at = at("2026-02-01T00:00:00Z");
    let renewed =
        tokens.renew(&id, RenewFields { ends_at, name: "ERP 2", description: None }, &ada()).unwrap();
    let (old, new) = (renewed.token.unwrap(), renewed.successor.unwrap());
    assert_eq!((old.id(), old.expires_at()), (&id, Some(ends_at)));
    assert!(passes(&tokens, renewed.plaintext.unwrap().reveal()));
    assert_eq!(field(&new.to_json(), "renewedFrom").as_deref(), Some(id.as_str()));

    assert_eq!(refused(tokens.delete(&id, &admin())), RefusalCode::IllegalTransition);
    tokens.revoke(&id, &ada()).unwrap();
    assert!(!passes(&tokens, &fresh));
    let deleted = tokens.delete(&id, &admin()).unwrap();
    assert!(deleted.token.is_none());
    assert_eq!(refused(tokens.revoke(&id, &ada())), RefusalCode::Unknown);
    assert_eq!(tokens.store().trail(&id).unwrap().len(), 9);
}

/// ROT-06: the answer was lost, so the command is repeated under its id.
#[test]
fn rot_06_a_repeated_command_takes_effect_once_and_shows_no_plaintext() {
    let (tokens, _) = in_memory();
    let by = admin();
    let by = by.because("for the ERP").under("request-1");
    let first = tokens.create(reader("ERP sync"), by).unwrap();
    let again = tokens.create(reader("ERP sync"), by).unwrap();
    assert!(!first.repeated && again.repeated && again.plaintext.is_none());
    let id = *first.token.unwrap().id();
    assert_eq!(again.token.as_ref().map(|token| *token.id()), Some(id));

    // It holds even if other commands came in between, or the token was deleted.
    let grace = admin();
    let by = CommandOptions::from(&grace);
    let lock = |id| tokens.lock(id, by.under("request-2"));
    assert!(!lock(&id).unwrap().repeated);
    tokens.unlock(&id, &admin()).unwrap();
    assert!(lock(&id).unwrap().repeated);
    assert_eq!(events(&tokens, &id, "locked"), 1);
    tokens.revoke(&id, by.under("request-3")).unwrap();
    tokens.delete(&id, by.under("request-4")).unwrap();
    assert!(tokens.delete(&id, by.under("request-4")).unwrap().repeated);
    assert!(tokens.revoke(&id, by.under("request-3")).unwrap().repeated);
    let created = tokens.create(reader("ERP sync"), by.under("request-1")).unwrap();
    assert!(created.repeated && created.token.is_none());
    assert_eq!(refused(tokens.delete(&id, by.under("request-5"))), RefusalCode::Unknown);
}

#[test]
fn rot_06_a_repeated_renewal_names_its_successor() {
    let (tokens, _) = in_memory();
    let (id, _) = made(&tokens, reader("ERP sync"));
    let ada = ada();
    let by = CommandOptions::from(&ada).under("renew-1");
    let next = RenewFields { ends_at: at("2026-02-01T00:00:00Z"), name: "next", description: None };
    let [renewed, again] = [(); 2].map(|()| tokens.renew(&id, next, by).unwrap());
    assert!(again.repeated && again.plaintext.is_none());
    assert_eq!(again.successor.unwrap().id(), renewed.successor.unwrap().id());
}

/// A command id that another command has used does not make this one look done.
#[test]
fn a_used_command_id_hides_no_command() {
    let (tokens, _) = in_memory();
    let (id, _) = made(&tokens, reader("ERP sync"));
    let (own, grace) = (ada(), admin());
    let rename = |name, by| tokens.edit(&id, EditFields { name: Some(name), ..EditFields::default() }, by);
    rename("first", CommandOptions::from(&own).under("offboarding")).unwrap();
    assert_eq!(
        refused(tokens.revoke(&id, CommandOptions::from(&grace).under("offboarding"))),
        RefusalCode::BadField
    );
    assert_eq!(
        refused(rename("second", CommandOptions::from(&grace).under("offboarding"))),
        RefusalCode::BadField
    );
    rename("third", CommandOptions::from(&own).under("later")).unwrap();
    assert_eq!(
        refused(tokens.revoke(&id, CommandOptions::from(&grace).under("offboarding"))),
        RefusalCode::BadField
    );
    assert!(rename("first", CommandOptions::from(&own).under("offboarding")).unwrap().repeated);
    assert_eq!(events(&tokens, &id, "revoked"), 0);
    tokens.revoke(&id, CommandOptions::from(&grace).under("offboarding-2")).unwrap();
}

/// Another tenant learns nothing, not even that a command took effect.
#[test]
fn a_repetition_tells_other_tenants_nothing() {
    let (tokens, _) = in_memory();
    let (id, _) = made(&tokens, reader("ERP sync"));
    let grace = admin();
    tokens.revoke(&id, CommandOptions::from(&grace).under("request-1")).unwrap();
    let mallory = Actor { tenant: Some("globex".into()), ..admin() };
    let bob = actor("bob", &[]);
    let unknown = portcullis_wasmtime::TokenId::parse("0000000000000000").unwrap();
    for by in [&mallory, &Actor { tenant: None, ..admin() }] {
        let by = CommandOptions::from(by).under("request-1");
        let [there, nowhere] = [id, unknown].map(|id| tokens.revoke(&id, by).unwrap_err());
        assert_eq!(format!("{there:?}"), format!("{nowhere:?}"));
        assert_eq!(there.refusal().unwrap().code, RefusalCode::Unknown);
    }
    let by = CommandOptions::from(&bob).under("request-1");
    assert_eq!(refused(tokens.revoke(&id, by)), RefusalCode::NotAllowed);
    tokens.delete(&id, &admin()).unwrap();
    let by = CommandOptions::from(&mallory).under("request-1");
    assert_eq!(refused(tokens.revoke(&id, by)), RefusalCode::Unknown);
}

#[test]
fn gro_06_limits_and_names_are_refused_with_a_hint() {
    let (tokens, _) = in_memory();
    made(&tokens, reader("first"));
    for name in ["first", " first\u{3000}", "f\u{200b}irst", "\u{ff46}irst"] {
        assert_eq!(refused(tokens.create(reader(name), &admin())), RefusalCode::NotUnique, "{name:?}");
    }
    let (second, _) = made(&tokens, reader("second"));
    for number in 3..=10 {
        made(&tokens, reader(&format!("number {number}")));
    }
    assert_eq!(refused(tokens.create(reader("one more"), &admin())), RefusalCode::LimitReached);
    // Revoking a token frees its place and its name.
    tokens.revoke(&second, &ada()).unwrap();
    made(&tokens, reader("second"));
}

#[test]
fn a_preview_shows_the_outcome_and_writes_nothing() {
    let (tokens, _) = in_memory();
    let preview = tokens.preview(Command::Create(reader("ERP sync")), &admin()).unwrap();
    let id = *preview.token.as_ref().unwrap().id();
    assert_eq!((preview.before, preview.after.as_deref()), (None, Some("active")));
    assert!(tokens.store().get(&id).unwrap().is_none());
    let (id, _) = made(&tokens, reader("ERP sync"));
    let before = tokens.store().get(&id).unwrap();
    let preview = tokens.preview(Command::Revoke(id), &ada()).unwrap();
    assert_eq!((preview.before.as_deref(), preview.after.as_deref()), (Some("active"), Some("revoked")));
    assert_eq!(refused(tokens.preview(Command::Lock(id), &ada())), RefusalCode::NotAllowed);
    assert_eq!(tokens.store().get(&id).unwrap(), before);
    assert_eq!(tokens.store().trail(&id).unwrap().len(), 1);
}

/// ROT-05: an old secret is used again, and the kind asks for revocation.
#[test]
fn rot_05_reuse_revokes_the_token_and_raises_a_notice() {
    let (tokens, clock) = in_memory();
    let (id, old) = made(&tokens, renewing("ERP sync"));
    let key = offered(&tokens, &clock);
    tokens.redeem(&old, &key, HERE).unwrap();
    assert_eq!(refused(tokens.redeem(&old, &key, HERE)), RefusalCode::AlreadyRedeemed);
    let told = |name: &str| tokens.outbox(100).unwrap().iter().any(|notice| notice.key.ends_with(name));
    assert!(told("/alreadyRedeemed"), "{:?}", tokens.outbox(100).unwrap());
    clock.set("2026-02-02T00:00:00.000Z");
    assert_eq!(refused(tokens.redeem(&old, &key, HERE)), RefusalCode::ReuseDetected);
    assert!(told("/reuseDetected"));
    assert_eq!(events(&tokens, &id, "revoked"), 1);
    assert_eq!(refused(tokens.lock(&id, &admin())), RefusalCode::IllegalTransition);
}

#[test]
fn a_plaintext_without_a_token_is_refused_like_a_wrong_one() {
    let (tokens, clock) = in_memory();
    let (_, plaintext) = made(&tokens, renewing("ERP sync"));
    let key = offered(&tokens, &clock);
    let other = made(&tokens, reader("other")).1;
    // The id of one token, the secret and checksum of another.
    let mixed = format!("{}{}", &plaintext[..24], &other[24..]);
    for wrong in ["", "lib_pat_", "no token at all", &mixed] {
        assert_eq!(refused(tokens.redeem(wrong, &key, HERE)), RefusalCode::WrongSecret, "{wrong}");
    }
    assert_eq!(refused(tokens.redeem(&other, &key, HERE)), RefusalCode::NoOffer);
    assert_eq!(refused(tokens.redeem(&plaintext, "wrong", HERE)), RefusalCode::WrongKey);
    tokens.redeem(&plaintext, &key, HERE).unwrap();
}

#[test]
fn an_invalid_command_document_is_an_error() {
    let (tokens, _) = in_memory();
    for json in ["", "[]", "{}", r#"{"command":"explode"}"#, r#"{"command":"lock","tenant":"acme"}"#] {
        let error = tokens.execute(Command::Document { token: None, json }, &admin()).unwrap_err();
        assert!(error.refusal().is_none(), "{json}: {error}");
    }
    let unknown = CreateFields { kind: "nothing", ..reader("x") };
    assert_eq!(refused(tokens.create(unknown, &admin())), RefusalCode::UnknownKind);
}

#[test]
fn a_new_policy_takes_over_and_running_commands_end_under_the_previous_one() {
    let (before, _) = in_memory();
    let (id, _) = made(&before, reader("ERP sync"));
    let stricter = POLICY.replace(r#""lock": ["admin"],"#, r#""lock": ["security"],"#);
    let live = LivePolicy::new(before.policy().clone());
    live.swap_document(&stricter).unwrap();
    let after = before.clone().with_policy(live.policy());
    assert_eq!(refused(after.lock(&id, &admin())), RefusalCode::NotAllowed);
    before.lock(&id, &admin()).unwrap();
    assert_eq!(
        refused(after.lock(&id, actor("eve", &["security"]).because("again"))),
        RefusalCode::IllegalTransition
    );
}

#[test]
fn gro_03_a_new_token_replaces_only_one_that_its_maker_may_delete() {
    let (tokens, _) = in_memory();
    let (old, _) = made(&tokens, reader("old"));
    let replacing = |id| CreateFields { replaces: Some(id), ..reader("new") };
    assert_eq!(refused(tokens.create(replacing(old), &ada())), RefusalCode::NotAllowed);
    let missing = TokenId::parse("0123456789abcdef").unwrap();
    assert_eq!(refused(tokens.create(replacing(missing), &admin())), RefusalCode::Unknown);
    assert!(tokens.preview(Command::Create(replacing(old)), &admin()).is_ok());
    let new = tokens.create(replacing(old), &admin()).unwrap().token.unwrap();
    assert_eq!(field(&new.to_json(), "replaces").as_deref(), Some(old.as_str()));
}

#[test]
fn sea_13_a_plaintext_rotates_its_token_from_where_it_may_be_used() {
    let (tokens, _) = in_memory();
    let networks = Networks { allow: &["10.0.0.0/8"], deny: &[] };
    let bound = CreateFields { applications: Some(&["erp"]), networks: Some(networks), ..reader("ERP") };
    let (_, plaintext) = made(&tokens, bound);
    let from = |presented| {
        let rotation = Command::RotateItself { plaintext: &plaintext, rotation: RotateFields::default() };
        tokens.execute(rotation, CommandOptions::by_token(presented))
    };
    let here = Presented { application: Some("erp"), ip: Some("10.1.2.3"), ..HERE };
    for (presented, code) in [
        (HERE, RefusalCode::NetworkNotAllowed),
        (Presented { ip: Some("192.0.2.1"), ..here }, RefusalCode::NetworkNotAllowed),
        (Presented { application: Some("crm"), ..here }, RefusalCode::WrongApplication),
        (Presented { tenant: Some("t2"), ..here }, RefusalCode::WrongSecret),
    ] {
        assert_eq!(refused(from(presented)), code);
    }
    assert!(matches!(from(Presented { subject: Some("{"), ..here }), Err(TokensError::Rules(_))));
    from(here).unwrap();
}

#[test]
fn gro_05_a_secret_that_leaked_is_told_of_once_a_day_and_stops_nothing() {
    let (tokens, _) = in_memory();
    let (id, old) = made(&tokens, renewing("ERP sync"));
    tokens.rotate(&id, RotateFields { leak: true, grace: None }, &ada()).unwrap();
    for _ in 0..200 {
        let again = Command::RotateItself { plaintext: &old, rotation: RotateFields::default() };
        assert_eq!(
            refused(tokens.execute(again, CommandOptions::by_token(HERE))),
            RefusalCode::ReuseDetected
        );
    }
    let notices = tokens.outbox(1_000).unwrap();
    assert_eq!(notices.iter().filter(|notice| notice.key.ends_with("/reuseDetected")).count(), 1);
    assert_eq!(events(&tokens, &id, "revoked"), 0);
}
