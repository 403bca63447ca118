//! Problems that the module finds in a document.

use std::fmt;

use portcullis_core::Value;

/// One problem or warning about a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The place, as a JSON Pointer (RFC 6901); empty for the whole document.
    pub path: String,
    /// A stable code.
    pub code: String,
    /// What is wrong and how to fix it, as a sentence.
    pub message: String,
}

/// Something that a policy permits but probably does not intend. The policy opens all the same.
pub type Lint = Problem;

/// All problems of a document, in its order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problem {
    fn read(document: &Value) -> Option<Problem> {
        let text = |name| document.get(name).and_then(Value::as_text).map(String::from);
        Some(Problem { path: text("path")?, code: text("code")?, message: text("message")? })
    }

    /// Reads a list of problems from the module's JSON.
    pub(crate) fn list(document: &Value) -> Option<Vec<Problem>> {
        let Value::List(problems) = document else { return None };
        problems.iter().map(Problem::read).collect()
    }
}

impl Problems {
    /// Reads the module's list. An empty list cannot explain a refusal.
    pub(crate) fn read(document: &Value) -> Option<Problems> {
        Problem::list(document).filter(|problems| !problems.is_empty()).map(Problems)
    }

    /// The problems in order.
    pub fn iter(&self) -> std::slice::Iter<'_, Problem> {
        self.0.iter()
    }
}

impl From<portcullis_core::Problem> for Problems {
    fn from(problem: portcullis_core::Problem) -> Problems {
        let portcullis_core::Problem { path, code, message } = problem;
        Problems(vec![Problem { path, code: code.into(), message }])
    }
}

#[cfg(feature = "direct")]
impl From<portcullis_core::Problems> for Problems {
    fn from(problems: portcullis_core::Problems) -> Problems {
        let own = |problem: &portcullis_core::Problem| Problem {
            path: problem.path.clone(),
            code: problem.code.into(),
            message: problem.message.clone(),
        };
        Problems(problems.iter().map(own).collect())
    }
}

impl<'p> IntoIterator for &'p Problems {
    type Item = &'p Problem;
    type IntoIter = std::slice::Iter<'p, Problem>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(out, "{}: ", self.path)?;
        }
        out.write_str(&self.message)
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.0.iter().enumerate() {
            let between = if i > 0 { "\n" } else { "" };
            write!(out, "{between}{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problem {}

impl std::error::Error for Problems {}
