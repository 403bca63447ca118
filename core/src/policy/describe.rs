//! A readable description of a policy: lints, routes, permissions, kinds.

use alloc::string::String;
use alloc::vec::Vec;

use crate::document::{Problem, Value, map};
use crate::policy::policy::Policy;
use crate::policy::routes::{Need, Requirement, Route};
use crate::policy::scope::Scope;

impl Policy {
    /// Name, fingerprint, header transport, lints, routes, permissions and kinds, as one document.
    pub fn describe(&self) -> Value {
        let permissions = self.catalog.resources().iter().flat_map(|resource| resource.permissions());
        map!([
            ("name", self.name().into()),
            ("fingerprint", self.fingerprint().into()),
            ("header", self.header_name().into()),
            ("query", self.transports.query.as_deref().into()),
            ("lints", self.lints().iter().map(Problem::to_value).collect()),
            ("routes", self.routes.list.iter().map(|route| self.route_value(route)).collect()),
            ("permissions", permissions.map(|permission| self.catalog.text_of(permission, None)).collect()),
            (
                "kinds",
                self.kinds()
                    .iter()
                    .map(|kind| {
                        map!([
                            ("name", kind.name.as_str().into()),
                            ("prefixes", kind.prefixes.iter().map(String::as_str).collect()),
                            ("subject", kind.has_subject.into()),
                            ("defaultGrants", kind.default_grants.iter().map(Scope::to_text).collect()),
                        ])
                    })
                    .collect(),
            ),
        ])
    }

    fn route_value(&self, route: &Route) -> Value {
        let (requirement, needs) = match &route.requirement {
            Requirement::Open => ("open", Vec::new()),
            Requirement::Authenticated => ("authenticated", Vec::new()),
            Requirement::AnyOf(alternatives) => ("needs", alternatives.iter().map(Vec::as_slice).collect()),
        };
        let text = |need: &Need| self.catalog.written(need, &route.template.parameters);
        let kinds = route.kinds.as_ref().map(|kinds| {
            kinds.iter().filter_map(|kind| self.kind(*kind)).map(|kind| kind.name.as_str()).collect::<Value>()
        });
        map!([
            ("on", route.on.as_str().into()),
            ("requirement", requirement.into()),
            ("needs", needs.iter().map(|needs| needs.iter().map(text).collect::<Value>()).collect()),
            ("optional", route.optional.iter().map(text).collect()),
            ("kinds", kinds.into()),
        ])
    }
}
