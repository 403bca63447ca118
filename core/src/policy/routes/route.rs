//! One route: which requests, and what they need.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::Value;
use crate::policy::routes::requirement::{Need, Requirement};
use crate::policy::routes::template::Template;
use crate::request::Path;

/// Which other routes a path of a route may lead to, as bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Rivals(u8);

impl Rivals {
    /// None at all.
    pub(crate) const NONE: Rivals = Rivals(0);
    /// Those that are no more specific: they count where a path is not spelled as the template is.
    pub(crate) const VAGUER: Rivals = Rivals(1);
    /// Those that count for a path with a letter that is not lower case.
    pub(crate) const CASE: Rivals = Rivals(2);
    /// Those that may count for any path.
    pub(crate) const ALWAYS: Rivals = Rivals(4);

    pub(crate) fn add(&mut self, more: Rivals) {
        self.0 |= more.0;
    }

    /// Whether some of them count for a path that is spelled as the template is.
    #[inline]
    pub(crate) fn concerns(self, path: &Path<'_>) -> bool {
        self.0 & Rivals::ALWAYS.0 != 0 || self.0 & Rivals::CASE.0 != 0 && path.has_other_case()
    }
}

/// One route of the policy.
#[derive(Debug)]
pub(crate) struct Route {
    /// As the policy writes it: method, space, template.
    pub(crate) on: String,
    pub(crate) template: Template,
    pub(crate) requirement: Requirement,
    /// Permissions that widen the answer when they are held.
    pub(crate) optional: Vec<Need>,
    /// Kinds of token that may pass, by number; `None`: every kind.
    pub(crate) kinds: Option<Vec<u16>>,
    /// Whether a permission is needed on an instance that the path names.
    pub(crate) takes_instances: bool,
    pub(crate) method: u16,
    /// Which other routes a path of this one may lead to.
    pub(crate) rivals: Rivals,
    /// Its place in the list of the document.
    pub(crate) item: usize,
}

impl Route {
    /// Whether it asks for no token.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.requirement, Requirement::Open)
    }

    /// Whether tokens of this kind may pass.
    #[inline]
    pub(crate) fn takes(&self, kind: u16) -> bool {
        self.kinds.as_ref().is_none_or(|kinds| kinds.contains(&kind))
    }

    /// What is needed, as an OR of ANDs; empty when nothing beyond a valid token is.
    #[inline]
    pub(crate) fn alternatives(&self) -> &[Vec<Need>] {
        match &self.requirement {
            Requirement::AnyOf(alternatives) => alternatives,
            Requirement::Open | Requirement::Authenticated => &[],
        }
    }

    /// The values of its parameters under their names.
    pub(crate) fn named(&self, parameters: &[String]) -> Value {
        let names = self.template.parameters.iter().cloned();
        Value::Map(names.zip(parameters.iter().map(|value| value.as_str().into())).collect())
    }

    /// Whether no other reading of the path can count. All that most requests pay.
    #[inline]
    pub(crate) fn stands_alone(&self, path: &Path<'_>) -> bool {
        match path.is_as_sent(self.template.shortened) {
            true => !self.rivals.concerns(path),
            false => self.rivals == Rivals::NONE && !path.holds_encoded(),
        }
    }

    /// Whether a token that passes the other route passes this one, on any path that leads to both.
    pub(crate) fn passes_with(&self, other: &Route) -> bool {
        let same_values = || !self.takes_instances || self.template.core() == other.template.core();
        let kinds = self.kinds.is_none() || self.kinds == other.kinds;
        match (&self.requirement, &other.requirement) {
            (Requirement::Open, _) => true,
            (Requirement::Authenticated, Requirement::Authenticated | Requirement::AnyOf(_)) => kinds,
            (Requirement::AnyOf(own), Requirement::AnyOf(others)) => kinds && own == others && same_values(),
            (Requirement::Authenticated | Requirement::AnyOf(_), _) => false,
        }
    }
}
