//! Texts that break programs, used as names and reasons in vectors. Most come from the Big List of Naughty
//! Strings.

use serde_json::{Value, json};

use crate::vectors::{File, Fixtures, file};

/// Texts that the list lacks: they mislead a log, a mail or a terminal.
const OURS: [&str; 12] = [
    "a\r\n{\"event\":\"x\"}",
    "a\r\nBcc: eve@example.com\r\n\r\nHello",
    "\u{1b}[2J\u{1b}]0;title\u{7}",
    "\u{9b}31mred",
    "ERP \u{202e}gpj.exe",
    "\u{2066}\u{2067}\u{2068}x\u{2069}",
    "a\u{2028}b\u{2029}c\u{85}d",
    "a\0b",
    "\u{61c}\u{200e}\u{200f}",
    "{token} {count} {ends}",
    "\"}],\"verified\":true,\"x\":[{\"",
    "\u{feff}x\u{fffe}\u{10ffff}",
];

/// Each text as the name of a token and the reason of its lock, in a letter and in a list.
pub(crate) fn vectors(fixtures: &Fixtures) -> Vec<(Value, File)> {
    let long = "ü\u{202e}\n".repeat(2 << 10);
    // A record has an owner.
    let list = naughty_strings::BLNS.iter().copied().filter(|text| !text.is_empty());
    let texts: Vec<&str> = list.chain(OURS).chain([long.as_str()]).collect();
    let now = "2026-11-21T12:00:00.000Z";
    let defaults = json!({
        "policy": "life", "record": null, "command": { "command": "lock", "id": "c1" }, "actor": "admin",
        "now": now, "entropy": 1, "key": "a key that the host keeps",
    });
    let mut files = Vec::new();
    for verb in ["apply", "letters", "overview"] {
        let vectors = texts.iter().enumerate().map(|(number, text)| {
            let mut vector = match verb {
                "apply" => locked(text),
                "letters" => told(text),
                _ => shown(text),
            };
            vector["says"] = format!("{verb} of text {number}").into();
            vector["cases"] = json!(["AUD-01"]);
            vector
        });
        let document = json!({
            "title": format!("Texts that break programs: {verb}"), "kind": verb, "defaults": defaults,
            "vectors": vectors.collect::<Value>(),
        });
        let read = file(&fixtures.0, format!("drawn-naughty-{verb}"), &document);
        files.push((document, read));
    }
    files
}

fn locked(text: &str) -> Value {
    let reason: String = text.chars().take(256).collect();
    // An owner has 256 bytes at most.
    let owner = &text[..text.floor_char_boundary(256)];
    // JavaScript orders numeric field names before all others.
    let field = if text.bytes().all(|byte| byte.is_ascii_digit()) { "a number" } else { text };
    let record =
        json!({ "like": "life.pat", "name": text, "owner": owner, "description": text, field: text });
    json!({
        "record": record, "command": { "reason": text },
        "expect": { "refusal": null, "repeated": false, "change": {
            "events": [{ "event": "locked", "reason": reason }],
            "writes": [{ "record": { "name": text, "owner": owner, "lock": { "reason": reason } } }],
        } },
    })
}

fn told(text: &str) -> Value {
    let notice = json!({
        "key": text, "notice": "expired", "group": ["t1", text, "expired", null], "to": text, "tenant": "t1",
        "token": "LetterToken00001", "name": text, "ends": "2026-11-21T12:00:00.000Z",
    });
    json!({
        "request": { "notices": [notice] },
        "expect": [{ "to": text, "keys": [text], "tokens": [{ "name": text }] }],
    })
}

fn shown(text: &str) -> Value {
    json!({
        "request": { "records": [{ "like": "life.pat", "name": text, "owner": text }], "actor": "system" },
        "expect": { "rows": [{ "name": text, "owner": text }], "total": 1 },
    })
}
