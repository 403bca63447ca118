//! Letters: notices that belong together, in words that can be sent as they are.

mod english;
mod german;
mod letters;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub use letters::letters;
