//! TOK-07: printed values hold no secret and no digest.

use std::collections::BTreeSet;

use portcullis_core::{
    ApplyRequest, Attempt, Bounds, CommandOutcome, Entropy, Instant, Level, Lookup, Policy, Problems, Value,
};
use portcullis_tests::vectors::{Fixtures, load};

use crate::tidy::{code, sources};

const KEY: &[u8] = b"a key that nobody else may see";

struct Life {
    policy: Policy,
    fixtures: Fixtures,
}

impl Life {
    fn text(&self, placeholder: &str) -> String {
        self.fixtures.expand(&placeholder.into()).as_str().unwrap().into()
    }

    fn record(&self, name: &str) -> Value {
        read(&self.fixtures.text("records", &name.into()))
    }

    /// The outcome of a command, and everything that was printed on the way.
    fn give(&self, record: &Value, command: &str, printed: &mut String) -> Result<CommandOutcome, Problems> {
        let command = read(&self.text(command));
        let entropy: [u8; Entropy::BYTES] = std::array::from_fn(|i| (i * i * 31 + i * 7 + 3) as u8);
        let request = ApplyRequest {
            record: Some(record),
            command: &command,
            actor: &read(r#"{"system":true}"#),
            presented: Some(&read(r#"{"tenant":"t1"}"#)),
            store: None,
            now: Instant::parse("2026-11-21T12:00:00.000Z").unwrap(),
            entropy: Some(Entropy::from_bytes(&entropy).unwrap()),
            audit_key: Some(KEY),
        };
        printed.push_str(&format!("{request:?} {request:#?}"));
        let outcome = self.policy.apply(request);
        printed.push_str(&format!("{outcome:?} {outcome:#?}"));
        if let Err(problems) = &outcome {
            printed.push_str(&format!("{problems} {}", problems.to_value().to_json()));
        }
        outcome
    }
}

fn read(text: &str) -> Value {
    Value::parse(text, Bounds::POLICY).unwrap()
}

/// Every digest in a document, at any depth.
fn digests(document: &Value, into: &mut BTreeSet<String>) {
    match document {
        Value::Map(fields) => {
            for (name, value) in fields {
                into.extend(value.as_text().filter(|_| name == "digest").map(String::from));
                digests(value, into);
            }
        }
        Value::List(items) => items.iter().for_each(|item| digests(item, into)),
        Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) => {}
    }
}

#[test]
fn tok_07_no_outcome_of_a_command_prints_a_secret_a_digest_or_a_key() {
    let (fixtures, _) = load();
    let policy = Policy::from_json(&fixtures.text("policies", &"life".into())).unwrap();
    let life = Life { policy, fixtures };
    let mut hidden = BTreeSet::new();
    for secret in ["life.auto", "life.auto.old", "life.auto.other"] {
        let plaintext = life.text(&format!("{{{secret}}}"));
        hidden.extend([plaintext[24..56].to_string(), plaintext]);
    }
    hidden.insert(life.text("{life.key}"));
    hidden.insert(String::from_utf8(KEY.into()).unwrap());
    hidden.insert(format!("{KEY:?}").trim_matches(['[', ']']).into());
    let given = [
        ("life.auto", r#"{"command":"offerRenewal","id":"c"}"#),
        (
            "life.autoOffered",
            r#"{"command":"redeemRenewal","id":"c","plaintext":"{life.auto}","key":"{life.key}"}"#,
        ),
        (
            "life.autoOffered",
            r#"{"command":"redeemRenewal","id":"c","plaintext":"{life.auto.other}","key":"{life.key}"}"#,
        ),
        (
            "life.autoRedeemed",
            r#"{"command":"redeemRenewal","id":"c","plaintext":"{life.auto}","key":"{life.key}"}"#,
        ),
        ("life.autoGrace", r#"{"command":"rotate","id":"c","plaintext":"{life.auto}"}"#),
        ("life.autoRotated", r#"{"command":"rotate","id":"c","leak":true}"#),
        ("life.serviceRevoked", r#"{"command":"regenerate","id":"c"}"#),
        ("life.auto", r#"{"command":"renew","id":"c","endsAt":"2026-11-22T12:00:00Z","name":"next"}"#),
        ("life.auto", r#"{"command":"delete","id":"c"}"#),
        (
            "life.auto",
            r#"{"command":"rotate","id":"c","plaintext":"{life.auto}","grace":"{life.auto}","leak":"{life.auto}"}"#,
        ),
        ("life.auto", r#"{"command":"{life.auto}","id":"c"}"#),
        ("life.auto", r#"{"command":"rotate","id":"{life.auto}!"}"#),
        ("life.auto", r#"{"command":"edit","id":"c","set":{"renewal":{"every":"{life.key}"}}}"#),
        ("life.auto", r#"{"command":"edit","id":"c","set":{"grants":["{life.auto}"]}}"#),
    ];
    let (mut printed, mut minted) = (String::new(), 0);
    for (record, command) in given {
        let record = life.record(record);
        digests(&record, &mut hidden);
        let Ok(outcome) = life.give(&record, command, &mut printed) else { continue };
        let document = outcome.to_value();
        digests(&document, &mut hidden);
        let change = document.get("change").filter(|change| **change != Value::Null);
        if let Some(change) = change {
            let plaintext = change.get("plaintext").and_then(Value::as_text);
            minted += usize::from(plaintext.is_some());
            hidden.extend(plaintext.into_iter().flat_map(|text| [text.into(), text[24..56].into()]));
            let Some(Value::List(notices)) = change.get("notices") else { panic!("notices") };
            hidden.extend(
                notices.iter().filter_map(|notice| notice.get("secret")?.as_text()).map(String::from),
            );
        }
        let token = life.policy.open_token(&record);
        let secret = life.text("Bearer {life.auto}");
        let attempt = Attempt::http("GET", "/licenses").authorization(&secret).tenant("t1");
        let now = Instant::parse("2026-11-21T12:00:00.000Z").unwrap();
        let found = Lookup::Token(&token);
        printed.push_str(&format!("{token:?} {attempt:?} {found:?} {:?}", life.policy.identify(&attempt)));
        let decision = life.policy.decide(&attempt, found, None, now);
        printed.push_str(&format!("{decision:?} {} {:?}", decision.to_json(Level::Operator), life.policy));
    }
    assert!(minted >= 4, "only {minted} secrets were made");
    let bare: BTreeSet<String> =
        hidden.iter().map(|text| text.trim_start_matches("sha256:").into()).collect();
    assert!(bare.len() > 15, "{} texts to look for", bare.len());
    for (number, text) in bare.iter().enumerate() {
        assert!(!printed.contains(text.as_str()), "text {number}, of {} characters, is printed", text.len());
    }
}

/// Types that print all their fields and hold nothing confidential.
const PLAIN: &[&str] = &[
    // core: words of documents and answers, and policies, which hold no secret.
    "AutomaticRenewal",
    "Bounds",
    "CommandName",
    "Identified",
    "IdleEnd",
    "IdleRule",
    "Instant",
    "Kind",
    "Level",
    "Lifetime",
    "Limit",
    "Lookup",
    "Network",
    "Networks",
    "Policy",
    "Privilege",
    "Problem",
    "Problems",
    "Reason",
    "RecordRead",
    "RefusalCode",
    "RefusalSource",
    "Renewal",
    "Requires",
    "Resources",
    "Scope",
    "Span",
    "Status",
    "Step",
    "Subject",
    "UnreadableRecord",
    "ValueBuilder",
    "WeakEntropy",
    // Host: fields of commands.
    "Expiry",
    "Presented",
    "RenewFields",
    "RenewalFields",
    // CRC-32 tables, which are public.
    "Checksum",
    // Any document: a caller who prints a record as a plain document prints its digest too.
    "Value",
];

/// Types that the tests with TOK-07 print as parts of others.
const WITHIN: &[&str] = &["Change", "Decision", "Digest", "Minted", "RecordWrite", "Secret"];

/// Every new type is reviewed: a test prints it, or it can hold nothing confidential.
#[test]
fn tok_07_every_printable_type_is_reviewed() {
    let tested = include_str!("prints.rs").to_string()
        + include_str!("tokens.rs")
        + include_str!("../../../host-wasmtime/tests/suite/tokens/leaks.rs");
    let is_told = |name: &str| {
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        tested.split(|c| !is_name(c)).any(|word| word == name)
    };
    let mut unseen = BTreeSet::new();
    for (path, text) in sources("core/src", "rs").into_iter().chain(sources("host-wasmtime/src/tokens", "rs"))
    {
        let mut derived = false;
        for (number, line) in code(&text) {
            let line = line.trim();
            derived |= line.starts_with("#[derive(") && line.contains("Debug");
            let declared = line.strip_prefix("pub struct ").or_else(|| line.strip_prefix("pub enum "));
            let printed =
                line.split_once("Debug for ").map(|(_, name)| name).or(declared.filter(|_| derived));
            let name = printed.and_then(|rest| rest.split(|c: char| !c.is_ascii_alphanumeric()).next());
            if let Some(name) = name
                .filter(|name| !name.is_empty() && !is_told(name) && ![PLAIN, WITHIN].concat().contains(name))
            {
                unseen.insert(format!("{path}:{number}: {name}"));
            }
            derived &= !(line.contains("struct ") || line.contains("enum ") || line.starts_with("impl"));
        }
    }
    assert!(unseen.is_empty(), "print these in a test, or say that they hold nothing: {unseen:#?}");
}
