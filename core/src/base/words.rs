//! Closed lists of words, as documents write them.

/// Declares an enum with one word per variant.
macro_rules! words {
    ($(#[doc = $about:literal])* $vis:vis enum $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $name {
/// Every word, as documents write it.
            $vis const WORDS: &'static [(&'static str, $name)] = &[$(($word, $name::$variant)),*];

/// The word, as documents write it.
            $vis const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }
    };
}
pub(crate) use words;
