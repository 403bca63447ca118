use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{Bounds, Value};
use crate::letters::letters;
use crate::lifecycle::NoticeSubject;

fn made(notices: &[String]) -> Value {
    let request = alloc::format!(r#"{{"notices":[{}]}}"#, notices.join(","));
    letters(&Value::parse(&request, Bounds::LISTING).expect("JSON")).expect("letters")
}

fn notice(number: u32, word: &str, name: &str) -> String {
    alloc::format!(
        r#"{{"key":"k{number}","notice":"{word}","group":[null,"ada","{word}",null],"to":"ada","tenant":null,"owner":"ada",
            "token":"000000000000000{number}","kind":"personal","name":"{name}","at":"2026-01-01T00:00:00.000Z",
            "ends":"2026-11-21T12:00:59.999Z","secret":"TheKeyThatWorksOnceAndOnlyOnce00"}}"#
    )
}

/// Subject and text of each letter, in English and in German.
fn texts(letters: &Value) -> Vec<String> {
    let Value::List(letters) = letters else { panic!("letters") };
    let mut texts = Vec::new();
    for letter in letters {
        for (part, code) in [("subject", "en"), ("subject", "de"), ("text", "en"), ("text", "de")] {
            let text = letter.get(part).and_then(|part| part.get(code)).and_then(Value::as_text);
            texts.push(text.expect("a text").into());
        }
    }
    texts
}

#[test]
fn xe11_one_token_is_told_of_in_a_sentence() {
    assert_eq!(
        texts(&made(&[notice(1, "expiresSoon", "ERP sync")])),
        [
            "The API token “ERP sync” (0000000000000001) expires on 21 November 2026 at 12:00 UTC",
            "Das API-Token „ERP sync“ (0000000000000001) läuft am 21. November 2026 um 12:00 Uhr (UTC) ab",
            "Hello,\n\nThe API token “ERP sync” (0000000000000001) expires on 21 November 2026 at 12:00 UTC. After that, all requests that use it are refused.\n\nIf you still need access, extend the token before it expires, or replace it with a new one. If you no longer need it, you do not have to do anything.\n",
            "Guten Tag,\n\nDas API-Token „ERP sync“ (0000000000000001) läuft am 21. November 2026 um 12:00 Uhr (UTC) ab. Danach werden alle Anfragen mit diesem Token abgelehnt.\n\nWenn Sie den Zugang weiterhin benötigen, verlängern Sie das Token rechtzeitig oder ersetzen Sie es durch ein neues. Wenn Sie ihn nicht mehr benötigen, müssen Sie nichts tun.\n",
        ]
    );
}

#[test]
fn several_tokens_are_told_of_in_one_list() {
    let letters = made(&[notice(1, "expired", "ERP"), notice(2, "expired", "")]);
    let texts = texts(&letters);
    assert_eq!(texts[0], "2 API tokens have expired");
    assert_eq!(texts[1], "2 API-Tokens sind abgelaufen");
    let list = "\n\n- “ERP” (0000000000000001), 21 November 2026 at 12:00 UTC\n- 0000000000000002, 21 November 2026 at 12:00 UTC\n\n";
    assert!(texts[2].contains(list), "{}", texts[2]);
    let list = "\n\n- „ERP“ (0000000000000001), 21. November 2026 um 12:00 Uhr (UTC)\n- 0000000000000002, ";
    assert!(texts[3].contains(list), "{}", texts[3]);
    assert_eq!(texts.len(), 4);
}

#[test]
fn a_letter_is_for_one_group_and_names_every_key_once() {
    let other = notice(3, "expired", "x").replace("[null,\"ada\"", "[\"t\",\"ada\"");
    let letters = made(&[
        notice(2, "expired", "b"),
        other,
        notice(1, "expired", "a"),
        notice(2, "expired", "b"),
        notice(2, "expired", "b").replace("\"k2\"", "\"k9\""),
    ]);
    let Value::List(letters) = letters else { panic!("letters") };
    let keys: Vec<_> = letters.iter().filter_map(|letter| letter.get("keys")).map(Value::to_json).collect();
    assert_eq!(keys, [r#"["k2","k1","k9"]"#, r#"["k3"]"#]);
    let tokens = letters[0].get("tokens").map(Value::to_json);
    let expected = r#"[{"token":"0000000000000002","name":"b","ends":"2026-11-21T12:00:59.999Z"},{"token":"0000000000000001","name":"a","ends":"2026-11-21T12:00:59.999Z"}]"#;
    assert_eq!(tokens.as_deref(), Some(expected));
    let Value::Map(fields) = &letters[0] else { panic!("a letter") };
    let names: Vec<&str> = fields.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["to", "tenant", "notice", "stage", "tokens", "keys", "subject", "text"]);
}

#[test]
fn every_notice_has_words_for_one_and_for_many_and_no_letter_holds_the_key() {
    for (word, _) in NoticeSubject::WORDS {
        let one = texts(&made(&[notice(1, word, "ERP")]));
        let many = texts(&made(&[notice(1, word, "ERP"), notice(2, word, "CRM")]));
        for text in one.iter().chain(&many) {
            assert!(!text.contains(['{', '}']) && !text.contains("TheKey"), "{text}");
            // Nothing is said twice with a gap, and every sentence ends.
            assert!(!text.contains("  ") && !text.contains(" ."), "{text}");
        }
        assert!(one.iter().all(|text| text.contains("ERP")), "{word}");
        assert!(many[..2].iter().all(|subject| subject.contains('2') && !subject.contains('\n')), "{word}");
        assert!(many[2..].iter().all(|text| text.contains("CRM") && text.ends_with(".\n")), "{word}");
        assert_ne!(one[0], one[1]);
        assert_ne!(many[2], many[3]);
    }
}

#[test]
fn aud_01_names_cannot_break_out_of_their_line() {
    let name = r"a\r\nBcc: x\u202e\u2028\u001b[2J";
    for text in texts(&made(&[notice(1, "expired", name)])) {
        assert!(text.contains(r"a\u000d\u000aBcc: x\u202e\u2028\u001b[2J"), "{text}");
        assert!(!text.contains(['\r', '\u{202e}', '\u{2028}', '\u{1b}']));
    }
}

#[test]
fn aud_01_a_name_of_ten_kilobytes_is_cut() {
    for text in texts(&made(&[notice(1, "expired", &"ü".repeat(10 << 10))])) {
        assert!(text.contains(&("ü".repeat(256) + "…")) && text.len() < 1_200, "{text}");
    }
}

#[test]
fn what_is_no_notice_is_a_problem_with_its_place() {
    let refused = |text: &str| {
        let problems = letters(&Value::parse(text, Bounds::LISTING).expect("JSON")).expect_err("refused");
        problems.iter().map(|problem| (problem.path.clone(), problem.code)).collect::<Vec<_>>()
    };
    assert_eq!(refused("{}"), [("".into(), "missing_field")]);
    assert_eq!(refused(r#"{"notices":[7]}"#), [("/notices/0".into(), "wrong_type")]);
    let odd = notice(1, "exploded", "x");
    assert_eq!(
        refused(&alloc::format!(r#"{{"notices":[{odd}]}}"#)),
        [("/notices/0/notice".into(), "unknown_word")]
    );
}
