//! TOK: minting and parsing the plaintext token.

use std::collections::BTreeSet;

use portcullis_core::{Attempt, Entropy, Instant, Level, Lookup, Policy, Reason, Token};
use portcullis_tests::dice::Dice;
use portcullis_tests::plaintext::checksum;
use portcullis_tests::vectors::{Fixtures, load};
use serde_json::Value;

struct Ada {
    policy: Policy,
    fixtures: Fixtures,
    token: Token,
    plaintext: String,
}

fn ada() -> Ada {
    let (fixtures, _) = load();
    let policy = Policy::from_json(&fixtures.text("policies", &"acme".into())).unwrap();
    let token = policy.open_token_json(&fixtures.text("records", &"ada".into()));
    let plaintext = fixtures.expand(&"{ada}".into()).as_str().unwrap().into();
    Ada { policy, fixtures, token, plaintext }
}

impl Ada {
    fn present(&self, text: &str) -> Option<Reason> {
        let authorization = format!("Bearer {text}");
        let attempt = Attempt::http("GET", "/v3/licenses/42").authorization(&authorization);
        let now = Instant::parse("2026-11-21T12:00:00.000Z").unwrap();
        self.policy.decide(&attempt, Lookup::Token(&self.token), None, now).reason()
    }
}

#[test]
fn tok_02_no_truncation_passes() {
    let ada = ada();
    assert_eq!(ada.present(&ada.plaintext), None);
    for length in 0..ada.plaintext.len() {
        let reason = ada.present(&ada.plaintext[..length]).expect("a truncated token is denied");
        assert!(matches!(reason, Reason::NotAToken | Reason::Malformed), "{length}: {reason}");
    }
}

#[test]
fn tok_02_no_replaced_character_passes() {
    let ada = ada();
    for position in 0..ada.plaintext.len() {
        for byte in 0..=255u8 {
            let character = char::from(byte);
            if ada.plaintext[position..].starts_with(character) {
                continue;
            }
            let changed =
                format!("{}{character}{}", &ada.plaintext[..position], &ada.plaintext[position + 1..]);
            let reason =
                ada.present(&changed).unwrap_or_else(|| panic!("{character:?} at {position} passes"));
            // White space around the token belongs to the header field.
            let expected = matches!(reason, Reason::NotAToken | Reason::Malformed);
            assert!(expected, "{character:?} at {position}: {reason}");
        }
    }
}

#[test]
fn tok_02_no_added_character_passes() {
    let ada = ada();
    for position in 0..=ada.plaintext.len() {
        for byte in 33..=126u8 {
            let changed =
                format!("{}{}{}", &ada.plaintext[..position], char::from(byte), &ada.plaintext[position..]);
            assert!(ada.present(&changed).is_some(), "{:?} at {position} passes", char::from(byte));
        }
    }
}

#[test]
fn tok_02_no_character_in_the_other_case_passes() {
    let ada = ada();
    for (position, character) in ada.plaintext.char_indices().filter(|(_, c)| c.is_ascii_alphabetic()) {
        let mut changed = ada.plaintext.clone();
        let other = if character.is_ascii_lowercase() {
            character.to_ascii_uppercase()
        } else {
            character.to_ascii_lowercase()
        };
        changed.replace_range(position..=position, &other.to_string());
        assert_eq!(ada.present(&changed), Some(Reason::NotAToken), "{character} at {position}");
    }
}

/// A wrong secret is refused even with a correct checksum.
#[test]
fn tok_02_no_other_secret_with_a_correct_checksum_passes() {
    let ada = ada();
    let body = &ada.plaintext[..ada.plaintext.len() - 6];
    for position in body.len() - 32..body.len() {
        for character in ('0'..='9').chain('A'..='Z').chain('a'..='z') {
            let mut changed = body.to_string();
            changed.replace_range(position..=position, &character.to_string());
            if changed == body {
                continue;
            }
            let sealed = format!("{changed}{}", checksum(&changed));
            assert_eq!(ada.present(&sealed), Some(Reason::WrongSecret), "{character} at {position}");
        }
    }
}

/// TOK-03: an unknown id, a wrong secret and every other denial of step 3 give the client the same bytes.
#[test]
fn tok_03_denials_about_identity_look_the_same_from_outside() {
    let ada = ada();
    let text =
        |name: &str| ada.fixtures.expand(&format!("Bearer {{{name}}}").into()).as_str().unwrap().to_string();
    let (good, wrong, nobody) = (text("ada"), text("adaOther"), text("nobody"));
    let now = Instant::parse("2026-11-21T12:00:00.000Z").unwrap();
    let open = |record: &Value| ada.policy.open_token_json(&record.to_string());
    let record = ada.fixtures.build("records", &"ada".into());
    let mut corrupt = record.clone();
    corrupt["digest"] = Value::Null;
    let mut elsewhere = record;
    elsewhere["tenant"] = "t1".into();
    let (corrupt, elsewhere) = (open(&corrupt), open(&elsewhere));
    let questions = [
        (&nobody, Lookup::Unknown, "unknown"),
        (&wrong, Lookup::Token(&ada.token), "wrong_secret"),
        (&good, Lookup::Token(&corrupt), "corrupt_record"),
        (&good, Lookup::Token(&elsewhere), "wrong_tenant"),
    ];
    let answers: BTreeSet<String> = questions
        .into_iter()
        .map(|(authorization, found, reason)| {
            let attempt = Attempt::http("GET", "/v3/licenses/42").authorization(authorization);
            let decision = ada.policy.decide(&attempt, found, None, now);
            assert_eq!(decision.reason().map(Reason::code), Some(reason));
            let logged: Value = serde_json::from_str(&decision.to_json(Level::Operator)).unwrap();
            format!("{}{}", decision.to_json(Level::Public), logged["answer"])
        })
        .collect();
    assert_eq!(answers.len(), 1, "{answers:#?}");
}

fn random_bytes(dice: &mut Dice) -> [u8; Entropy::BYTES] {
    std::array::from_fn(|_| (dice.number() >> 32) as u8)
}

#[test]
fn tok_05_entropy_that_is_not_random_is_refused() {
    let mut counter = [0; Entropy::BYTES];
    counter.iter_mut().enumerate().for_each(|(i, byte)| *byte = i as u8);
    let mut dice = Dice::new(5);
    let good = random_bytes(&mut dice);
    let short_pattern: Vec<u8> = good[..16].iter().copied().cycle().take(Entropy::BYTES).collect();
    let halves = [&good[..32], &good[..32], &good[..32], &good[..32]].concat();
    for weak in [vec![0; Entropy::BYTES], vec![255; Entropy::BYTES], counter.to_vec(), short_pattern, halves]
    {
        assert!(Entropy::from_bytes(&weak).is_err(), "{weak:?}");
    }
    for wrong_length in [&good[..0], &good[..127], &[good.as_slice(), &[7]].concat()] {
        assert!(Entropy::from_bytes(wrong_length).is_err());
    }
    assert!(Entropy::from_bytes(&good).is_ok());
}

#[test]
fn tok_05_a_minted_token_passes_and_is_well_formed() {
    let ada = ada();
    let mut dice = Dice::new(6);
    let minted =
        ada.policy.mint("personal", Entropy::from_bytes(&random_bytes(&mut dice)).unwrap()).unwrap().unwrap();
    let plaintext = minted.plaintext.reveal();
    assert_eq!(plaintext.len(), "ac_pat".len() + 1 + 16 + 1 + 32 + 6);
    assert_eq!(checksum(&plaintext[..plaintext.len() - 6]), plaintext[plaintext.len() - 6..]);
    let mut record = ada.fixtures.build("records", &"ada".into());
    record["id"] = minted.id.as_str().into();
    record["digest"] = minted.digest.to_text().into();
    let token = ada.policy.open_token_json(&record.to_string());
    let authorization = format!("Bearer {plaintext}");
    let attempt = Attempt::http("GET", "/v3/licenses/42").authorization(&authorization);
    let now = Instant::parse("2026-11-21T12:00:00.000Z").unwrap();
    assert!(ada.policy.decide(&attempt, Lookup::Token(&token), None, now).allow());
    assert!(ada.policy.mint("ghost", Entropy::from_bytes(&random_bytes(&mut dice)).unwrap()).is_none());
}

/// Every character is equally likely at every position, and no id repeats.
#[test]
fn tok_05_characters_are_evenly_distributed() {
    const TOKENS: usize = 50_000;
    let ada = ada();
    let mut dice = Dice::new(7);
    let mut counts = [[0u32; 128]; 48];
    let mut ids = BTreeSet::new();
    for _ in 0..TOKENS {
        let minted = ada
            .policy
            .mint("personal", Entropy::from_bytes(&random_bytes(&mut dice)).unwrap())
            .unwrap()
            .unwrap();
        let body = minted.plaintext.reveal()["ac_pat_".len()..].replacen('_', "", 1);
        for (count, byte) in counts.iter_mut().zip(body.bytes()) {
            count[usize::from(byte)] += 1;
        }
        ids.insert(minted.id);
    }
    assert_eq!(ids.len(), TOKENS);
    let expected = TOKENS as f64 / 62.0;
    for (position, count) in counts.iter().enumerate() {
        let seen: Vec<u32> = count.iter().copied().filter(|count| *count > 0).collect();
        assert_eq!(seen.len(), 62, "place {position} has every character");
        let chi_square: f64 =
            seen.iter().map(|count| (f64::from(*count) - expected).powi(2) / expected).sum();
        // 61 degrees of freedom: the chance of a value above 128.9 is one in a million.
        assert!(chi_square < 128.9, "place {position}: {chi_square}");
    }
}

/// TOK-07: printed values hold no secret.
#[test]
fn tok_07_nothing_prints_a_secret() {
    let ada = ada();
    let minted = ada
        .policy
        .mint("personal", Entropy::from_bytes(&random_bytes(&mut Dice::new(8))).unwrap())
        .unwrap()
        .unwrap();
    let authorization = format!("Bearer {}", ada.plaintext);
    let target = format!("/v3/licenses/42?access_token={}", ada.plaintext);
    let attempt = Attempt::http("GET", &target).authorization(&authorization).header(&ada.plaintext);
    let printed = format!("{minted:?}{attempt:?}{:?}{:?}", ada.token, ada.policy);
    let record = ada.fixtures.build("records", &"ada".into());
    let hex = record["digest"].as_str().unwrap().trim_start_matches("sha256:").to_string();
    for secret in
        [&minted.plaintext.reveal()[24..], &minted.digest.to_text()[7..], &ada.plaintext[24..], &hex]
    {
        assert!(!printed.contains(secret), "{secret} is printed");
    }
    // The bytes of a digest are not printed either.
    let bytes: Vec<u8> = (0..4).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap()).collect();
    let bytes = format!("{bytes:?}");
    assert!(!printed.contains(bytes.trim_matches(['[', ']'])), "the digest is printed as bytes");
}

/// TIM-02, TIM-03: numbers outside the years 2000 to 9999 are refused.
#[test]
fn tim_02_tim_03_only_the_years_2000_to_9999_are_instants() {
    let (first, last) = (946_684_800_000, 253_402_300_799_999);
    for inside in [first, last, 1_795_262_400_000] {
        assert_eq!(Instant::from_millis(inside).map(Instant::millis), Some(inside));
    }
    for outside in
        [first - 1, last + 1, -1, 0, 1 << 31, 1_795_262_400, 1 << 53, (1 << 53) + 1, i64::MAX, i64::MIN]
    {
        assert_eq!(Instant::from_millis(outside), None, "{outside}");
    }
}
