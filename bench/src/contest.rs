//! Turns, taken alternately: what disturbs the machine disturbs everyone.

use std::hint::black_box;
use std::time::{Duration, Instant};

use crate::competitor::Competitor;
use crate::workload::Request;

/// Requests that each competitor answers, untimed, at the start of its turn: its code and its tables come back
/// into the caches that the one before it has filled.
const WARM_UP: usize = 400;

/// What one competitor took, turn by turn.
pub struct Lane {
    /// As it stands in the table.
    pub name: &'static str,
    /// Nanoseconds a check, one figure a round.
    rounds: Vec<f64>,
}

impl Lane {
    /// The median of its rounds, in nanoseconds a check.
    pub fn median(&self) -> f64 {
        median(self.rounds.iter().copied())
    }

    /// How many times as long as the other it took: the median of what the rounds say, each of which has seen
    /// both under the same conditions.
    pub fn ratio_to(&self, other: &Self) -> f64 {
        median(self.rounds.iter().zip(&other.rounds).map(|(mine, theirs)| mine / theirs))
    }
}

/// Every competitor answers the whole stream once a round; who begins changes from round to round.
pub fn hold(competitors: &[&dyn Competitor], requests: &[Request], rounds: usize) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = competitors
        .iter()
        .map(|competitor| Lane { name: competitor.name(), rounds: vec![0.0; rounds] })
        .collect();
    for round in 0..rounds {
        for turn in 0..competitors.len() {
            let next = (round + turn) % competitors.len();
            let took = turn_of(competitors[next], requests);
            lanes[next].rounds[round] = took.as_secs_f64() * 1e9 / requests.len() as f64;
        }
    }
    lanes
}

fn turn_of(competitor: &dyn Competitor, requests: &[Request]) -> Duration {
    black_box(competitor.answer_all(&requests[requests.len() - WARM_UP..]));
    let start = Instant::now();
    black_box(competitor.answer_all(black_box(requests)));
    start.elapsed()
}

fn median(figures: impl Iterator<Item = f64>) -> f64 {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disturbed_round_does_not_count() {
        let calm = Lane { name: "calm", rounds: vec![10.0, 10.0, 900.0] };
        let slow = Lane { name: "slow", rounds: vec![20.0, 21.0, 1_800.0] };
        assert_eq!(calm.median(), 10.0);
        assert_eq!(slow.ratio_to(&calm), 2.0);
    }
}
