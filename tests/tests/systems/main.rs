//! Five published token systems, rule by rule. The tests run each policy in `examples/policies` through the life
//! that its vendor describes, using only the public interface of the core.
//!
//! A test's name begins with the id of its rule. `docs/host-rules.md` lists the rules without a test, each with
//! the reason; [`coverage`] checks that no rule is missing.
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
