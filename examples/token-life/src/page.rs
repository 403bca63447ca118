//! What is printed: one aligned line for each step, within 100 columns.

use std::io::IsTerminal;

use crate::clock;

/// Standard output, in colours or without.
pub(crate) struct Page {
    colours: bool,
}

/// How a step ended.
#[derive(Clone, Copy)]
pub(crate) enum Ended {
    Well,
    Denied,
    /// Time asked for it, not a person.
    ByTime,
}

const BOLD: u8 = 1;
/// What is left of a line for the outcome.
const ROOM: usize = 53;
/// Of a line of a letter.
const LETTER: usize = 76;

impl Page {
    pub(crate) fn open() -> Page {
        let unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        Page { colours: !unwanted && std::io::stdout().is_terminal() }
    }

    pub(crate) fn title(&self, text: &str) {
        println!("\n{}", self.paint(BOLD, text));
    }

    pub(crate) fn columns(&self) {
        println!("\n{:>9}  {:<7} {:<27} outcome", "day  time", "who", "step");
    }

    /// One step. An outcome that is too long for its column goes on below.
    pub(crate) fn line(&self, who: &str, step: &str, ended: Ended, outcome: &str) {
        let colour = match ended {
            Ended::Well => 32,
            Ended::Denied => 31,
            Ended::ByTime => 36,
        };
        let mut front = format!("{}  {who:<7} {step:<27} ", clock::shown());
        for line in wrapped(outcome, ROOM) {
            println!("{front}{}", self.paint(colour, &line));
            front = " ".repeat(front.len());
        }
    }

    /// A letter, set apart from the steps.
    pub(crate) fn letter(&self, text: &str) {
        for paragraph in text.lines() {
            for line in wrapped(paragraph, LETTER) {
                println!("{}", format!("{:18} | {line}", "").trim_end());
            }
        }
    }

    fn paint(&self, colour: u8, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// The words of a text, in lines that fit.
fn wrapped(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.chars().count() + 1 + word.chars().count() <= room => {
                line.push(' ');
                line.push_str(word);
            }
            Some(_) | None => lines.push(word.to_owned()),
        }
    }
    lines
}
