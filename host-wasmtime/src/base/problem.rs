//! What the module finds wrong with a document.

use std::fmt;

use portcullis_core::Value;

/// One thing wrong with a document, or worth a second look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a JSON Pointer (RFC 6901) into the document; empty for the whole of it.
    pub path: String,
    /// What, as a stable code.
    pub code: String,
    /// What and how to mend it, as a sentence.
    pub message: String,
}

/// Something that a policy allows but probably does not mean; it opens all the same.
pub type Lint = Problem;

/// Everything found wrong with a document, in the order of the document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problem {
    fn read(document: &Value) -> Option<Problem> {
        let text = |name| document.get(name).and_then(Value::as_text).map(String::from);
        Some(Problem { path: text("path")?, code: text("code")?, message: text("message")? })
    }

    /// Reads a list of problems as the module writes it.
    pub(crate) fn list(document: &Value) -> Option<Vec<Problem>> {
        match document {
            Value::List(problems) => problems.iter().map(Problem::read).collect(),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Text(_) | Value::Map(_) => None,
        }
    }
}

impl Problems {
    /// The module's own list. An empty one is no reason to refuse anything.
    pub(crate) fn read(document: &Value) -> Option<Problems> {
        Problem::list(document).filter(|problems| !problems.is_empty()).map(Problems)
    }

    /// The problems one by one.
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
