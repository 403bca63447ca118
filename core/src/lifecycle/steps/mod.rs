//! The steps of each command: one file for each group of commands, and `seal`,
//! which closes a change.

mod context;
mod create;
mod draft;
mod edit;
mod mint;
mod remind;
mod renew;
mod seal;
mod secrets;
mod stop;

pub(crate) use context::{Context, ProvenSecret, StepError};
pub(crate) use draft::RecordDraft;
pub(crate) use mint::created_id;
pub(crate) use stop::IDLE;
