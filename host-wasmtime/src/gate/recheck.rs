//! Rechecking long responses.

use std::time::Duration;

use crate::gate::decision::{Allowed, Denied};
use crate::gate::gate::{Gate, ends};
use crate::gate::lookup::millis;

/// The shortest time between two checks, whatever the clock and the settings say.
const SHORTEST: i64 = 10;
/// The longest, since a clock may be set.
const LONGEST: i64 = 60 * 60 * 1_000;

impl Gate {
    /// Rechecks a request whose response lasts, such as an event stream or a WebSocket. It decides again when the
    /// record gets older than `max_staleness`, and at the instant when time alone would end the request, each
    /// time under the policy then in force. It resolves to the denial as soon as the request may no longer pass,
    /// or when the store fails.
    ///
    /// It does not close the response and records no use; drop it when the response is over. With
    /// [`with_enforce(false)`](Gate::with_enforce) it never resolves.
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
        let (gate, asked) = (self.clone(), allowed.decision.asked.clone());
        async move {
            loop {
                let began = (gate.settings.clock)().millis();
                let decision = gate.decide_again(&asked).await;
                if !decision.allow() && gate.settings.enforce {
                    return Denied(decision.into());
                }
                let stale = decision.at.unwrap_or(began).saturating_add(millis(gate.settings.max_staleness));
                let end = decision.details().ok().as_ref().and_then(ends);
                let due = end.map_or(stale, |end| stale.min(end.millis()));
                let pause = due.saturating_sub((gate.settings.clock)().millis()).clamp(SHORTEST, LONGEST);
                tokio::time::sleep(Duration::from_millis(pause.unsigned_abs())).await;
            }
        }
    }
}
