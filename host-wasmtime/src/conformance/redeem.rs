//! ROT-01: the rules and a store together, when many threads redeem one key.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use portcullis_core::{Bounds, Instant, RefusalCode, Span, TokenId, Value};

use crate::base::now;
use crate::conformance::at_once::at_once;
use crate::conformance::fault::{Fault, holds, same};
use crate::conformance::report::{CheckResult, ConformanceReport};
use crate::module::Module;
use crate::policy::Policy;
use crate::store::Store;
use crate::tokens::{Actor, CreateFields, Presented, RenewalFields, Tokens, TokensError};

const POLICY: &str = r#"{
    "portcullis": 1, "name": "kit", "realm": "Kit", "resources": { "book": {} },
    "routes": [{ "crud": "/books", "needs": "book" }],
    "kinds": { "personal": {
        "prefix": "kit_pat", "lifetime": { "default": "180d", "max": "365d" }, "grace": "24h",
        "renewal": { "automatic": { "redeemWithin": "2h", "offerAgainAfter": "24h" } },
        "may": { "create": ["admin"], "revoke": ["admin"] }
    } }
}"#;

/// A month, after which a renewal is offered.
const MONTH: Span = Span::from_millis(30 * 86_400_000);

/// Lets 2, 8 and 64 threads redeem one key at once, in this many rounds. One thread gets the new token, the
/// others learn that the key was used, and the trail has one event.
///
/// It involves the rules, so it takes longer than [`run`](crate::conformance::run). Run both.
pub fn redeem(store: Arc<dyn Store>, rounds: u32) -> ConformanceReport {
    let name = "of many who redeem one key, one gets the token";
    let fault = redeem_all(store, rounds).err().map(|Fault(what)| what);
    ConformanceReport { checks: vec![CheckResult { name, fault }] }
}

fn redeem_all(store: Arc<dyn Store>, rounds: u32) -> Result<(), Fault> {
    let clock = Arc::new(AtomicI64::new(now().millis()));
    let policy = Module::embedded().and_then(|module| Policy::open(&module, POLICY));
    let policy = policy.map_err(|error| Fault(error.to_string()))?;
    let hand = clock.clone();
    let tokens = Tokens::new(policy, store)
        .with_clock(move || Instant::from_millis(hand.load(Ordering::SeqCst)).unwrap_or(Instant::MAX));
    for round in 0..rounds {
        let threads = [2, 8, 64][round as usize % 3];
        one_round(&tokens, &clock, round, threads)
            .map_err(|Fault(what)| Fault(format!("round {round} of {threads} threads: {what}")))?;
    }
    Ok(())
}

fn one_round(tokens: &Tokens, clock: &AtomicI64, round: u32, threads: u64) -> Result<(), Fault> {
    let renewal = RenewalFields { every: "30d", mail_to: None, callback: None };
    let name = format!("round {round}");
    let new = CreateFields {
        kind: "personal",
        name: &name,
        owner: Some("conformance"),
        grants: Some(&["book:read"]),
        renewal: Some(renewal),
        ..CreateFields::default()
    };
    let made = tokens.create(new, &Actor::system())?;
    let lacks = || Fault("a create gives no token".into());
    let (token, plaintext) = (made.token.ok_or_else(lacks)?, made.plaintext.ok_or_else(lacks)?);
    clock.fetch_add(MONTH.millis(), Ordering::SeqCst);
    tokens.sweep(usize::MAX)?;
    let key = key(tokens, token.id())?;

    let answers = at_once(threads, |_| Ok(tokens.redeem(plaintext.reveal(), &key, Presented::default())))?;
    let winners = answers.iter().flatten();
    same("winners", winners.filter(|done| done.plaintext.is_some()).count(), 1)?;
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        let code = error.refusal().map(|refusal| refusal.code);
        same("a loser is told", code, Some(RefusalCode::AlreadyRedeemed))?;
    }
    let trail = tokens.store().trail(token.id())?;
    let redeemed = trail.iter().filter(|event| event.contains("\"renewalRedeemed\""));
    same("events of the redemption", redeemed.count(), 1)?;
    // Other deadlines do not matter here.
    tokens.revoke(token.id(), &Actor::system())?;
    Ok(())
}

/// Takes the key of the offer from the outbox, and empties it.
fn key(tokens: &Tokens, token: &TokenId) -> Result<String, Fault> {
    let notices = tokens.outbox(usize::MAX)?;
    let field = |notice: &Value, name| notice.get(name).and_then(Value::as_text).map(String::from);
    let read = notices.iter().filter_map(|notice| Value::parse(&notice.json, Bounds::RECORD).ok());
    let own = |notice: &Value| field(notice, "token").as_deref() == Some(token.as_str());
    let key = read.filter(own).find_map(|notice| field(&notice, "secret"));
    let keys: Vec<String> = notices.into_iter().map(|notice| notice.key).collect();
    tokens.acknowledge(&keys)?;
    holds("an offer waits in the outbox", key.is_some())?;
    Ok(key.unwrap_or_default())
}

impl From<TokensError> for Fault {
    fn from(error: TokensError) -> Fault {
        Fault(error.to_string())
    }
}
