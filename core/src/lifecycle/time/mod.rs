//! What time asks for: when something falls due, and the commands that do it.

mod due;
mod schedule;

pub(crate) use schedule::{Reminder, Schedule};
