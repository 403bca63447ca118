//! Putting a letter together from its words.

use alloc::string::String;

use crate::base::{Instant, decimal, is_misleading, join, push_escaped, push_padded};
use crate::letters::words::Words;
use crate::letters::{english, german};
use crate::lifecycle::NoticeSubject;

/// A language that letters are written in.
#[derive(Clone, Copy)]
pub(super) enum Language {
    English,
    German,
}

/// A token, as a letter names it.
#[derive(Clone, Copy)]
pub(super) struct Told<'v> {
    pub(super) id: &'v str,
    pub(super) name: &'v str,
    pub(super) ends: Option<Instant>,
}

impl Language {
    pub(super) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
        }
    }

    fn words(self, subject: NoticeSubject) -> Words {
        match self {
            Language::English => english::words(subject),
            Language::German => german::words(subject),
        }
    }

    pub(super) fn subject(self, subject: NoticeSubject, tokens: &[Told<'_>]) -> String {
        let words = self.words(subject);
        match tokens {
            [one] => self.fill(words.about_one, Some(one), 1),
            many => self.fill(words.about_many, None, many.len()),
        }
    }

    pub(super) fn text(self, subject: NoticeSubject, tokens: &[Told<'_>]) -> String {
        let words = self.words(subject);
        let greeting = match self {
            Language::English => "Hello,",
            Language::German => "Guten Tag,",
        };
        let (happens, list) = match tokens {
            [one] => (self.fill(words.one, Some(one), 1), String::new()),
            many => {
                let lines = many
                    .iter()
                    .fold(String::from("\n"), |list, token| join(&[&list, "\n", &self.line(token)]));
                (self.fill(words.many, None, many.len()), lines)
            }
        };
        join(&[greeting, "\n\n", &happens, &list, "\n\n", words.advice, "\n"])
    }

    /// A token in a list, with its end where it has one.
    fn line(self, token: &Told<'_>) -> String {
        let ends = token.ends.map_or(String::new(), |ends| join(&[", ", &self.instant(ends)]));
        join(&["- ", &self.named(token), &ends])
    }

    fn fill(self, template: &str, one: Option<&Told<'_>>, count: usize) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, behind)) = rest.split_once('{') {
            let (place, after) = behind.split_once('}').unwrap_or((behind, ""));
            text.push_str(before);
            match (place, one) {
                ("token", Some(token)) => text.push_str(&self.named(token)),
                ("ends", Some(token)) => {
                    text.push_str(&token.ends.map_or(String::from("-"), |ends| self.instant(ends)))
                }
                (_, Some(_) | None) => text.push_str(&decimal(count as u64)),
            }
            rest = after;
        }
        text.push_str(rest);
        text
    }

    /// `“ERP sync” (0123456789abcdef)`: the name for people, the id for a search.
    fn named(self, token: &Told<'_>) -> String {
        if token.name.is_empty() {
            return token.id.into();
        }
        let (open, close) = match self {
            Language::English => ("“", "”"),
            Language::German => ("„", "“"),
        };
        join(&[open, &shown(token.name), close, " (", &shown(token.id), ")"])
    }

    /// An instant, rounded down to the minute, so that no reader comes too late.
    fn instant(self, at: Instant) -> String {
        let [year, month, day, hour, minute] = at.calendar();
        let names = match self {
            Language::English => &english::MONTHS,
            Language::German => &german::MONTHS,
        };
        let month = names.get(month.saturating_sub(1) as usize).copied().unwrap_or_default();
        let (behind_day, behind_date, behind_time) = match self {
            Language::English => (" ", " at ", " UTC"),
            Language::German => (". ", " um ", " Uhr (UTC)"),
        };
        let mut text =
            join(&[&decimal(day.into()), behind_day, month, " ", &decimal(year.into()), behind_date]);
        push_padded(&mut text, hour.into(), 2);
        text.push(':');
        push_padded(&mut text, minute.into(), 2);
        text.push_str(behind_time);
        text
    }
}

/// How many characters of a name are shown.
const SHOWN: usize = 256;

/// A name on one line, not too long, with what could mislead a reader escaped.
fn shown(name: &str) -> String {
    let mut text = String::new();
    for character in name.chars().take(SHOWN) {
        if is_misleading(character) {
            push_escaped(&mut text, character);
        } else {
            text.push(character);
        }
    }
    if name.chars().nth(SHOWN).is_some() {
        text.push('…');
    }
    text
}
