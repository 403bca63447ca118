//! Rechecking long responses.

use std::time::Duration;

use crate::gate::decision::{Allowed, Denied};
use crate::gate::gate::{Gate, ends};
use crate::gate::lookup::millis;

/// No two checks follow each other faster, whatever clocks and bounds say.
const SHORTEST: i64 = 10;
/// Nor slower: a clock may be set.
const LONGEST: i64 = 60 * 60 * 1_000;

impl Gate {
    /// For responses that last, such as event streams and WebSockets: checks the request again whenever the
    /// record that it rests on gets older than `max_staleness`, and when time alone would end it, under the
    /// policy that is in force then. Ends with the denial as soon as the request may no longer pass, also
    /// because the store fails.
    ///
    /// It closes nothing by itself and notes no use; drop it when the response is over. With
    /// [`with_enforce(false)`](Gate::with_enforce) it never ends.
    ///
    /// ```
    /// # use portcullis_wasmtime::gate::{Allowed, Gate};
    /// # async fn next_event() -> Option<String> { None }
    /// async fn stream(gate: Gate, allowed: Allowed) {
    ///     let mut ended = std::pin::pin!(gate.recheck(&allowed));
    ///     loop {
    ///         tokio::select! {
    ///             denial = &mut ended => return println!("closed: {}", denial.reason().code()),
    ///             event = next_event() => match event {
    ///                 Some(event) => println!("{event}"),
    ///                 None => return,
    ///             },
    ///         }
    ///     }
    /// }
    /// ```
    pub fn recheck(&self, allowed: &Allowed) -> impl Future<Output = Denied> + Send + use<> {
        let (gate, asked) = (self.clone(), allowed.case.asked.clone());
        async move {
            loop {
                let began = (gate.settings.clock)().millis();
                let case = gate.rule_again(&asked).await;
                if !case.allow() && gate.settings.enforce {
                    return Denied(case.into());
                }
                let stale = case.at.unwrap_or(began).saturating_add(millis(gate.settings.max_staleness));
                let end = case.details().ok().as_ref().and_then(ends);
                let due = end.map_or(stale, |end| stale.min(end.millis()));
                let pause = due.saturating_sub((gate.settings.clock)().millis()).clamp(SHORTEST, LONGEST);
                tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())).await;
            }
        }
    }
}
