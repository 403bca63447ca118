//! Letters: notices that belong together, in words that can be sent as they are.

mod english;
mod german;
mod letters;
#[cfg(test)]
mod tests;
mod text;

pub use letters::letters;
