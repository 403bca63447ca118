//! Turns, taken alternately: what disturbs the machine disturbs everyone.

use std::hint::black_box;
use std::sync::Barrier;
use std::thread;
use std::time::Instant;

use crate::competitor::Competitor;
use crate::workload::Request;

/// Requests a turn: few enough that most turns end before the machine turns to something else.
const TURN: usize = 500;

/// The first of them are not timed: code and tables come back into the caches that the one before has filled.
const WARM_UP: usize = 100;

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

/// Every competitor answers the same part of the stream once a round; who begins changes from round to round.
pub fn hold(competitors: &[&dyn Competitor], requests: &[Request], rounds: usize) -> Vec<Lane> {
    let mut lanes: Vec<Lane> = competitors
        .iter()
        .map(|competitor| Lane { name: competitor.name(), rounds: vec![0.0; rounds] })
        .collect();
    for (round, part) in (0..rounds).zip(requests.chunks_exact(TURN).cycle()) {
        for turn in 0..competitors.len() {
            let next = (round + turn) % competitors.len();
            lanes[next].rounds[round] = turn_of(competitors[next], part);
        }
    }
    lanes
}

/// The same with so many threads at once, which stay the same ones and have asked about every token before. What is
/// timed is the whole: from the moment at which all begin until the last one is done, for each check of all of them.
pub fn hold_in_threads(
    competitors: &[&(dyn Competitor + Sync)],
    requests: &[Request],
    threads: usize,
    rounds: usize,
) -> Vec<Lane> {
    let together = &Barrier::new(threads);
    let walk = |number: usize| {
        // No two threads ask about the same tokens in the same order.
        let (before, own) = requests.split_at(number * requests.len() / threads);
        let pass = |competitor: &dyn Competitor| {
            black_box(competitor.answer_all(black_box(own)));
            black_box(competitor.answer_all(black_box(before)));
        };
        competitors.iter().for_each(|competitor| pass(*competitor));
        let mut took = vec![vec![0.0; rounds]; competitors.len()];
        for round in 0..rounds {
            for turn in 0..competitors.len() {
                let next = (round + turn) % competitors.len();
                together.wait();
                let start = Instant::now();
                pass(competitors[next]);
                together.wait();
                let checks = (threads * requests.len()) as f64;
                took[next][round] = start.elapsed().as_secs_f64() * 1e9 / checks;
            }
        }
        took
    };
    let walk = &walk;
    let took = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|number| scope.spawn(move || walk(number))).collect();
        let took = walk(0);
        others.into_iter().for_each(|other| drop(other.join().expect("no check fails")));
        took
    });
    competitors
        .iter()
        .zip(took)
        .map(|(competitor, rounds)| Lane { name: competitor.name(), rounds })
        .collect()
}

fn turn_of(competitor: &dyn Competitor, part: &[Request]) -> f64 {
    let (before, timed) = part.split_at(WARM_UP);
    black_box(competitor.answer_all(before));
    let start = Instant::now();
    black_box(competitor.answer_all(black_box(timed)));
    start.elapsed().as_secs_f64() * 1e9 / timed.len() as f64
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
