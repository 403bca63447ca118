//! Closed lists of words, as documents write them.

/// An enum whose variants have a word each.
macro_rules! words {
    ($(#[doc = $about:literal])* $vis:vis enum $name:ident { $($(#[doc = $doc:literal])* $variant:ident = $word:literal,)* }) => {
        $(#[doc = $about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        $vis enum $name { $($(#[doc = $doc])* $variant,)* }

        impl $name {
            /// Every one, as documents write it.
            $vis const WORDS: &'static [(&'static str, $name)] = &[$(($word, $name::$variant)),*];

            /// As documents write it.
            $vis const fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }
    };
}
pub(crate) use words;
