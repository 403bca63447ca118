//! Five published token systems, rule by rule: each policy in `examples/policies` is given the life that its
//! vendor describes, through the public interface of the core alone.
//!
//! A test is named by the rule that it shows. The rules without a test stand in `docs/host-rules.md`,
//! each with the reason; [`coverage`] holds the two against each other.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at the first thing that is not as it should be, and says what it saw"
)]

mod coverage;
mod cryptlex;
mod cryptlex_rights;
mod people;
mod plenigo;
mod plenigo_renewal;
mod safetyculture;
mod safetyculture_access;
mod safetyculture_life;
mod seatable;
mod store;
mod world;
mod xentral;
mod xentral_clocks;
mod xentral_overview;
