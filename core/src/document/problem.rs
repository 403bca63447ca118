//! Problems of documents: what is wrong, where, and how to fix it.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::{self, Write};

use crate::base::{decimal, is_misleading, is_near_miss};
use crate::document::value::{Value, map};

/// One problem of a document.
///
/// The message names the place and the fix. It may repeat names of fields and names from policy
/// documents, which are not secret; it never repeats a value of a record or a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON Pointer (RFC 6901) into the document; empty for the whole of it.
    /// Names are cut at 512 characters. `Display` escapes misleading characters as JSON does.
    pub path: String,
    /// A stable code.
    pub code: &'static str,
    /// A sentence that says what is wrong and how to fix it.
    pub message: String,
}

/// A warning about a policy that opens all the same.
pub type Lint = Problem;

impl Problem {
    /// A problem with the document as a whole.
    pub fn new(code: &'static str, message: &str) -> Problem {
        Problem::at("", code, String::from(message))
    }

    pub(crate) fn at(path: &str, code: &'static str, message: String) -> Problem {
        Problem { path: String::from(path), code, message }
    }

    /// The problem as a document: `path`, `code`, `message`.
    pub fn to_value(&self) -> Value {
        map!([
            ("path", self.path.as_str().into()),
            ("code", self.code.into()),
            ("message", self.message.as_str().into()),
        ])
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for c in self.path.chars() {
            if is_misleading(c) { write!(out, "\\u{:04x}", u32::from(c)) } else { out.write_char(c) }?;
        }
        if !self.path.is_empty() {
            out.write_str(": ")?;
        }
        out.write_str(&self.message)
    }
}

impl core::error::Error for Problem {}

/// The problems of a document, in document order; at most 50.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    const MOST: usize = 50;

    pub(crate) fn add(&mut self, at: &Place<'_>, code: &'static str, message: String) {
        if self.0.len() < Problems::MOST {
            self.0.push(Problem { path: at.pointer(), code, message });
        }
    }

    /// The end of a message that is costly to find; empty when no further problem will be told.
    pub(crate) fn hint(&self, find: impl FnOnce() -> String) -> String {
        if self.0.len() < Problems::MOST { find() } else { String::new() }
    }

    /// Adds the problems of a document nested at this place.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn add_nested(&mut self, at: &Place<'_>, problems: Problems) {
        for Problem { path, code, message } in problems.0 {
            if self.0.len() < Problems::MOST {
                self.0.push(Problem { path: crate::base::join(&[&at.pointer(), &path]), code, message });
            }
        }
    }

    /// The problems one by one.
    pub fn iter(&self) -> core::slice::Iter<'_, Problem> {
        self.0.iter()
    }

    /// Whether there are no problems.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The problems as a list of documents.
    pub fn to_value(&self) -> Value {
        self.0.iter().map(Problem::to_value).collect()
    }

    /// The result of `read`, unless it adds a problem.
    pub(crate) fn collect<T>(read: impl FnOnce(&mut Problems) -> Option<T>) -> Result<T, Problems> {
        let mut problems = Problems::default();
        match read(&mut problems) {
            Some(value) if problems.is_empty() => Ok(value),
            Some(_) | None => Err(problems),
        }
    }

    pub(crate) fn into_result<T>(self, value: T) -> Result<T, Problems> {
        if self.0.is_empty() { Ok(value) } else { Err(self) }
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Problems {
        Problems(alloc::vec![problem])
    }
}

impl<'p> IntoIterator for &'p Problems {
    type Item = &'p Problem;
    type IntoIter = core::slice::Iter<'p, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            if i > 0 {
                out.write_str("\n")?;
            }
            problem.fmt(out)?;
        }
        Ok(())
    }
}

impl core::error::Error for Problems {}

/// A place in a document; rendered only when something is wrong there.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'p> {
    Root,
    Field(&'p Place<'p>, &'p str),
    Item(&'p Place<'p>, usize),
}

impl<'p> Place<'p> {
    pub(crate) fn field(&'p self, name: &'p str) -> Place<'p> {
        Place::Field(self, name)
    }

    pub(crate) fn item(&'p self, index: usize) -> Place<'p> {
        Place::Item(self, index)
    }

    /// The longest part of a name in a pointer, in characters.
    const LONGEST: usize = 512;

    /// RFC 6901: `~` and `/` inside a name are written `~0` and `~1`. A long name is cut.
    pub(crate) fn pointer(&self) -> String {
        match self {
            Place::Root => String::new(),
            Place::Field(parent, name) => {
                let mut path = parent.pointer();
                path.push('/');
                for c in name.chars().take(Place::LONGEST) {
                    match c {
                        '~' => path.push_str("~0"),
                        '/' => path.push_str("~1"),
                        c => path.push(c),
                    }
                }
                path
            }
            Place::Item(parent, index) => {
                let mut path = parent.pointer();
                path.push('/');
                path.push_str(&decimal(*index as u64));
                path
            }
        }
    }
}

/// The word of `known` that `word` is probably a typo of, as the end of a sentence. The module that
/// only decides makes no suggestions: a policy is written with the full one.
pub(crate) fn suggestion<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> String {
    if !cfg!(feature = "lifecycle") {
        return String::new();
    }
    match known.into_iter().find(|candidate| is_near_miss(word, candidate)) {
        Some(candidate) => crate::base::join(&["; did you mean \"", candidate, "\"?"]),
        None => String::new(),
    }
}
