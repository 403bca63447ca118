//! What the demo prints: one aligned line for each request, within 100 columns.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::Path;

use serde_json::Value;

use super::cases::{Case, Expected};
use super::cast::Cast;
use super::http::Answer;
use super::{CLAIM, POLICY, TIMES};

/// Standard output, in colours or without.
pub(crate) struct Page {
    colours: bool,
}

const GREEN: u8 = 32;
const RED: u8 = 31;
const BOLD: u8 = 1;

impl Page {
    pub(crate) fn open() -> Page {
        let unwanted = std::env::var_os("NO_COLOR");
        Page { colours: takes_colours(std::io::stdout().is_terminal(), unwanted.as_deref()) }
    }

    pub(crate) fn edge_heading(&self, url: &str) {
        println!("\n{POLICY} decides. Every request claims {}: {} as well.", CLAIM.0, CLAIM.1);
        self.heading(&format!("An edge worker in workerd, {url}, in front of an origin"), "missing", 1);
    }

    pub(crate) fn edge_line(&self, case: &Case, answer: &Answer, decision: &Value, micros: f64) {
        let said = match case.expected {
            Expected::Allowed(scopes) => format!("with {}", scopes.join(" ")),
            Expected::Denied(..) => {
                let missing: Vec<&str> =
                    decision["missing"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
                let reason = decision["reason"].as_str().unwrap_or("-");
                format!("{reason:<18} {}", missing.join(" "))
            }
        };
        println!("{} {} {said:<36} {micros:>6.2}", request(case), self.status(answer));
    }

    pub(crate) fn native_heading(&self, url: &str) {
        self.heading(&format!("The same requests to a native service in wasmtime, {url}"), "body", 2);
    }

    pub(crate) fn native_line(&self, case: &Case, answer: &Answer, reason: &str, agrees: bool, micros: f64) {
        let agreement = if agrees { self.paint(GREEN, "agrees") } else { self.paint(RED, "differs") };
        let reason = if reason == "-" { "" } else { reason };
        println!(
            "{} {} {reason:<18} {:>3} bytes, {agreement} {micros:>6.2}",
            request(case),
            self.status(answer),
            answer.body.len(),
        );
    }

    pub(crate) fn footnotes(&self) {
        println!();
        println!("Decisions take the opened record and no look-up. What agrees: status, WWW-Authenticate,");
        println!("Content-Type, Cache-Control, and every byte of the body.");
        println!(
            "(1) a worker's clock stands still while it decides: the mean of 1,000 decisions, timed from"
        );
        println!("    outside it, with the time of a request that decides once taken off");
        println!(
            "(2) by the service's own clock, the median of {TIMES} requests; a build without optimisation"
        );
        println!();
    }

    pub(crate) fn complaint(&self, text: &str) {
        println!("{} {text}", self.paint(RED, "wrong:"));
    }

    pub(crate) fn verdict(&self, requests: usize, agreeing: usize) {
        let colour = if requests == agreeing { GREEN } else { RED };
        println!("{}", self.paint(colour, &format!("{requests} requests, {agreeing} answers agree")));
    }

    /// A title and the heads of the columns; `note` is the footnote about the time.
    fn heading(&self, title: &str, last: &str, note: u8) {
        println!("\n{}\n", self.paint(BOLD, title));
        let [request, token, answer] = ["request", "token", "answer, reason"];
        println!("{:<6} {request:<34} {token:<9} {answer:<22} {last:<17} µs ({note})", "");
    }

    fn status(&self, answer: &Answer) -> String {
        self.paint(if answer.status == 200 { GREEN } else { RED }, &answer.status.to_string())
    }

    fn paint(&self, colour: u8, text: &str) -> String {
        if self.colours { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// Colours are for terminals, unless `NO_COLOR` holds any text (<https://no-color.org>).
fn takes_colours(terminal: bool, unwanted: Option<&OsStr>) -> bool {
    terminal && unwanted.is_none_or(OsStr::is_empty)
}

fn request(case: &Case) -> String {
    let token = if case.tokens.len() > 1 { "two" } else { &case.token() };
    format!("{:<6} {:<34} {token:<9}", case.method, case.target)
}

/// Lines to try, and what they need.
pub(crate) fn invitation(edge: &str, native: &str, cast: &Cast, store: &Path) {
    println!("\nThese stay up until Ctrl-C. The records that both read: {}\n", store.display());
    println!("EDGE={edge}\nNATIVE={native}");
    for (name, token) in cast.roles() {
        println!("{}={token}", variable(name));
    }
    println!();
    for (options, token, target) in [
        ("-i", "reporting", "$EDGE/api/v3/salesOrders"),
        ("-i -X DELETE", "erp-sync", "$EDGE/api/v3/salesOrders/1000"),
        ("-i -X DELETE", "clean-up", "$EDGE/api/v3/salesOrders/1000"),
        ("-i -X DELETE", "erp-sync", "$NATIVE/api/v3/salesOrders/1000"),
    ] {
        println!("curl {options} -H \"Authorization: Bearer ${}\" {target}", variable(token));
    }
}

fn variable(name: &str) -> String {
    name.to_uppercase().replace('-', "_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_are_for_terminals_that_want_them() {
        assert!(takes_colours(true, None));
        assert!(takes_colours(true, Some("".as_ref())));
        for value in ["1", "0", "no"] {
            assert!(!takes_colours(true, Some(value.as_ref())));
        }
        assert!(!takes_colours(false, None));
    }

    #[test]
    fn without_colours_a_text_stays_as_it_is() {
        assert_eq!(Page { colours: false }.paint(RED, "403"), "403");
        assert_eq!(Page { colours: true }.paint(RED, "403"), "\x1b[31m403\x1b[0m");
    }
}
