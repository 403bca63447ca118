//! The owner of a token with their present rights.

use alloc::string::String;

use crate::document::{Bounds, ObjectReader, Place, Problems, Value, short_text, truth};
use crate::policy::{Policy, Rights};
use crate::token::limits::LONGEST_NAME;

/// An owner's present rights, opened under a policy: `{ "id", "active", "grants" }`.
///
/// For an owner who left, set `"active": false`. Grants that the policy does not
/// know grant nothing.
#[derive(Debug)]
pub struct Subject {
    policy: u64,
    pub(crate) id: String,
    pub(crate) active: bool,
    pub(crate) rights: Rights,
}

impl Policy {
    /// Opens a subject from JSON text.
    ///
    /// # Errors
    /// The problems of the document.
    pub fn open_subject_json(&self, text: &str) -> Result<Subject, Problems> {
        self.open_subject(&Value::parse(text, Bounds::RECORD)?)
    }

    /// Opens a subject.
    ///
    /// # Errors
    /// The problems of the document.
    pub fn open_subject(&self, document: &Value) -> Result<Subject, Problems> {
        Problems::collect(|problems| self.read_subject(document, Place::Root, problems))
    }

    pub(crate) fn read_subject(
        &self,
        document: &Value,
        at: Place<'_>,
        problems: &mut Problems,
    ) -> Option<Subject> {
        let mut object = ObjectReader::read(document, at, problems)?;
        let id = object.required("id", problems, short_text(LONGEST_NAME));
        let active = object.required("active", problems, truth);
        let grants = object.required("grants", problems, |value, at, problems| {
            Rights::read(value, &self.catalog, at, problems)
        });
        object.finish(problems);
        Some(Subject { policy: self.identity(), id: id?, active: active?, rights: grants?.0 })
    }
}

impl Subject {
    /// Whether this subject was opened under that policy.
    pub fn belongs_to(&self, policy: &Policy) -> bool {
        self.policy == policy.identity()
    }
}
