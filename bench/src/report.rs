//! The table, and each goal beside what was reached.

use std::fmt::Write;

use crate::contest::Lane;

/// A ratio that is to be reached.
pub struct Goal {
    /// Whose time.
    pub name: &'static str,
    /// Divided by whose time.
    pub against: &'static str,
    /// Is to be no more than this.
    pub at_most: f64,
}

/// One line a competitor: its time, and how many times as long as each of the `bases` it took.
pub fn table(lanes: &[Lane], bases: &[&str]) -> String {
    let mut text = format!("{:<36}{:>10}", "the whole check", "ns/check");
    for base in bases {
        let _ = write!(text, "  {:>25}", format!("x {base}"));
    }
    for lane in lanes {
        let _ = write!(text, "\n{:<36}{:>10.0}", lane.name, lane.median());
        for base in bases.iter().filter_map(|base| named(lanes, base)) {
            let _ = write!(text, "  {:>25.2}", lane.ratio_to(base));
        }
    }
    text
}

/// One line a goal; a competitor that was not in the contest is said to be missing.
pub fn verdicts(lanes: &[Lane], goals: &[Goal]) -> String {
    let mut text = String::from("goals");
    for Goal { name, against, at_most } in goals {
        let _ = write!(text, "\n{:<66}", format!("{name} / {against} <= {at_most}"));
        let _ = match (named(lanes, name), named(lanes, against)) {
            (Some(lane), Some(other)) => {
                let ratio = lane.ratio_to(other);
                let verdict = if ratio <= *at_most { "reached" } else { "NOT reached" };
                write!(text, "{ratio:>6.2}  {verdict}")
            }
            _ => write!(text, "{:>6}  not measured", "-"),
        };
    }
    text
}

fn named<'a>(lanes: &'a [Lane], name: &str) -> Option<&'a Lane> {
    lanes.iter().find(|lane| lane.name == name)
}
