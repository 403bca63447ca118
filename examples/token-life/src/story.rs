//! What happens to the two tokens, day by day.

use anyhow::{Context, Result, ensure};
use portcullis_wasmtime::Reason;
use portcullis_wasmtime::tokens::{
    Actor, CommandResult, CreateFields, EditFields, Expiry, Presented, RenewFields, RenewalFields,
};
use serde_json::Value;

use crate::clock;
use crate::scene::{Scene, shown};

fn person(id: &str, role: &str) -> Actor {
    Actor { id: id.into(), roles: vec![role.into()], ..Actor::default() }
}

/// Xentral: made, used, locked, nearly forgotten, forgotten.
pub(crate) fn erp_sync(scene: &mut Scene<'_>) -> Result<()> {
    const CUSTOMERS: &str = "GET /api/v3/customers";
    let (root, ada) = (person("root", "admin"), person("ada", "member"));
    clock::set(0, 9, 0);
    let new = CreateFields {
        kind: "apiAccount",
        name: "ERP sync",
        owner: Some("ada"),
        grants: Some(&["@erp-sync", "customer:delete"]),
        expires: Expiry::At(clock::day(720)),
        ..CreateFields::default()
    };
    let made = scene.tokens.create(new, &root)?;
    let plaintext = secret(&made)?;
    let id = *made.token.as_ref().context("a token")?.id();
    scene.does("root", "creates \"ERP sync\"", &shown(&plaintext), Ok(made))?;
    let asks = |step: &str, reason| scene.asks(step, CUSTOMERS, &plaintext, reason);
    asks(CUSTOMERS, None)?;

    clock::set(10, 9, 0);
    let more = EditFields { grants: Some(&["*:*"]), ..EditFields::default() };
    scene.is_refused("root", "edits its scopes", "not_editable", scene.tokens.edit(&id, more, &root))?;
    scene.is_refused("ada", "locks it", "not_allowed", scene.tokens.lock(&id, &ada))?;
    let lock = scene.tokens.lock(&id, root.because("seen in a chat"));
    scene.does("root", "locks it", "because: seen in a chat", lock)?;
    asks(CUSTOMERS, Some(Reason::Locked))?;
    clock::set(12, 9, 0);
    scene.does("root", "unlocks it", "it was a false alarm", scene.tokens.unlock(&id, &root))?;
    asks(CUSTOMERS, None)?;

    for day in [162, 178] {
        let reminded = scene.time_comes(day, 9, 0)?;
        ensure!(reminded.len() == 1, "one reminder on day {day}: {reminded:?}");
    }
    scene.does("ada", "extends it", "180 more days to be used in", scene.tokens.extend(&id, None, &ada))?;
    clock::set(200, 9, 0);
    asks(CUSTOMERS, None)?;

    for day in [350, 366, 373, 379] {
        let reminded = scene.time_comes(day, 9, 0)?;
        ensure!(reminded.len() == 1, "one reminder on day {day}: {reminded:?}");
    }
    let gone = scene.time_comes(380, 9, 1)?;
    ensure!(gone.len() == 1, "the end of an unused token: {gone:?}");
    asks(CUSTOMERS, Some(Reason::Unknown))?;
    scene.verifies(&id)
}

/// plenigo: renewed by itself, although a reply is lost, and deactivated in the end.
pub(crate) fn shop(scene: &mut Scene<'_>) -> Result<()> {
    const CUSTOMERS: &str = "GET /customers";
    let root = person("root", "admin");
    clock::set(0, 9, 0);
    let renewal = RenewalFields {
        every: "30d",
        mail_to: Some("ops@example.com"),
        callback: Some("https://shop.example.com/renewed"),
    };
    let new = CreateFields {
        kind: "accessToken",
        name: "Shop",
        grants: Some(&["@read-write"]),
        applications: Some(&["shop"]),
        renewal: Some(renewal),
        ..CreateFields::default()
    };
    let made = scene.tokens.create(new, &root)?;
    let first = secret(&made)?;
    let id = *made.token.as_ref().context("a token")?.id();
    scene.does("root", "creates \"Shop\"", &shown(&first), Ok(made))?;
    scene.asks(CUSTOMERS, CUSTOMERS, &first, None)?;

    // A proof of the secret is a request like any other: the token is for this application only.
    let from = Presented { application: Some("shop"), ..Presented::default() };
    let late = key(&scene.time_comes(30, 9, 0)?)?;
    clock::set(30, 11, 0);
    scene.is_refused(
        "client",
        "redeems the key too late",
        "key_expired",
        scene.tokens.redeem(&first, &late, from),
    )?;
    let lost = key(&scene.time_comes(31, 9, 0)?)?;
    clock::set(31, 9, 10);
    let redeemed = scene.tokens.redeem(&first, &lost, from);
    scene.does("client", "redeems the next key", "a new secret, but the reply is lost", redeemed)?;
    scene.mails_go_out("mailer")?;
    scene.asks("asks with the old secret", CUSTOMERS, &first, None)?;
    let again = key(&scene.time_comes(32, 7, 10)?)?;
    let redeemed = scene.tokens.redeem(&first, &again, from)?;
    let second = secret(&redeemed)?;
    scene.does("client", "redeems again", &shown(&second), Ok(redeemed))?;
    scene.mails_go_out("mailer")?;
    scene.asks("asks with the new secret", CUSTOMERS, &second, None)?;
    scene.asks("asks with the old secret", CUSTOMERS, &first, None)?;

    scene.time_comes(32, 9, 10)?;
    scene.asks("asks with the old secret", CUSTOMERS, &first, Some(Reason::Rotated))?;
    let reused = scene.tokens.redeem(&first, &again, from);
    scene.is_refused("client", "redeems with the old secret", "reuse_detected", reused)?;
    scene.asks("asks with the new secret", CUSTOMERS, &second, None)?;

    clock::set(40, 9, 0);
    let revoked = scene.tokens.revoke(&id, root.because("the shop has closed"));
    scene.does("root", "deactivates it", "because: the shop has closed", revoked)?;
    scene.asks(CUSTOMERS, CUSTOMERS, &second, Some(Reason::Revoked))?;
    let successor = RenewFields { ends_at: clock::day(60), name: "Shop 2", description: None };
    let renewed = scene.tokens.renew(&id, successor, &root);
    scene.is_refused("root", "renews it", "illegal_transition", renewed)?;
    scene.verifies(&id)
}

fn secret(done: &CommandResult) -> Result<String> {
    Ok(done.plaintext.as_ref().context("a plaintext")?.reveal().to_owned())
}

/// The key that the notices offer.
fn key(notices: &[Value]) -> Result<String> {
    let offer = notices.iter().find(|notice| notice["notice"] == "renewalOffered");
    Ok(offer.and_then(|offer| offer["secret"].as_str()).context("an offer")?.to_owned())
}
