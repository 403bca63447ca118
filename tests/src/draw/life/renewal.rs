//! Wishes for renewal, some with an invalid address.

use serde_json::{Value, json};

use crate::dice::Dice;

const MAILS: [&str; 5] = [
    "ops@example.com",
    "o'brien+erp@mail.example.co.uk",
    "a@b.example, c@d.example",
    "Ops <ops@example.com>",
    "a@b.example\r\nBcc: c@d.example",
];

const CALLBACKS: [&str; 7] = [
    "https://erp.example.com/renew?token=1",
    "https://erp.example.com:8443/renew",
    "http://erp.example.com",
    "https://127.0.0.1/x",
    "https://[::1]/",
    "https://2130706433/",
    "https://erp.internal/x",
];

pub(super) fn draw(dice: &mut Dice) -> Value {
    let mut renewal = json!({ "every": dice.pick(&["12h", "1d", "20d", "60d", "0s", "1h"]) });
    for (name, texts) in [("mailTo", &MAILS[..]), ("callback", &CALLBACKS)] {
        if dice.percent(30) {
            let text = if dice.percent(70) { texts[0].into() } else { other(dice, texts) };
            renewal[name] = text.into();
        }
    }
    renewal
}

/// Any of the texts, mostly with one character more, fewer or changed.
fn other(dice: &mut Dice, texts: &[&str]) -> String {
    let mut text: Vec<char> = dice.pick(texts).chars().collect();
    let at = dice.below(text.len());
    let odd =
        *dice.pick(&[' ', '!', '#', '%', '-', '.', '/', '0', ':', '?', '@', 'A', '\\', '_', '\n', '\u{fc}']);
    match dice.below(4) {
        0 => text[at] = odd,
        1 => text.insert(at, odd),
        2 => drop(text.remove(at)),
        _ => {}
    }
    text.into_iter().collect()
}
