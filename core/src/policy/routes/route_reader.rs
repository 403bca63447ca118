//! Reading one route of the document.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::join;
use crate::document::{ObjectReader, Place, Problems, Value, expected, list, suggestion, text, truth};
use crate::policy::catalog::Catalog;
use crate::policy::routes::methods::Methods;
use crate::policy::routes::requirement::Requirement;
use crate::policy::routes::route::{Rivals, Route};
use crate::policy::routes::template::{Segment, Template};
use crate::request::PathRules;

/// What a route is read with, and where it goes.
pub(crate) struct RouteReader<'r> {
    pub(crate) rules: &'r PathRules,
    pub(crate) catalog: &'r Catalog,
    pub(crate) kinds: &'r [String],
    pub(crate) list: &'r mut Vec<Route>,
    pub(crate) methods: &'r mut Methods,
    pub(crate) problems: &'r mut Problems,
}

impl RouteReader<'_> {
    /// Reads one item of the list: a route, or with `crud` several.
    pub(crate) fn read(&mut self, value: &Value, at: Place<'_>, item: usize) -> Option<()> {
        let mut route = ObjectReader::read(value, at, self.problems)?;
        if let Some(crud) = route.get("crud") {
            route.raw("needs");
            route.raw("kinds");
            let done = self.crud(crud, value, &at, item);
            route.finish(self.problems);
            return done;
        }
        let on = route.required("on", self.problems, text)?;
        let Some((method, template)) = on.split_once(' ') else {
            self.problems.add(
                &at.field("on"),
                "bad_route",
                "write a method, a space and a template, such as \"GET /v3/licenses/{id}\"".into(),
            );
            return None;
        };
        self.add(&mut route, method, template, None, item);
        route.finish(self.problems);
        Some(())
    }

    /// The five ordinary routes of a resource, those of its actions that it has; PUT updates as PATCH does.
    fn crud(&mut self, crud: &Value, value: &Value, at: &Place<'_>, item: usize) -> Option<()> {
        let base = text(crud, &at.field("crud"), self.problems)?;
        let Some(needs) = value.get("needs").and_then(Value::as_text).filter(|needs| !needs.contains(':'))
        else {
            self.problems.add(
                &at.field("needs"),
                "bad_crud",
                "with \"crud\", \"needs\" names a resource, such as \"license\"".into(),
            );
            return None;
        };
        let name = needs.split('/').next().unwrap_or_default();
        let Some(resource) = self.catalog.resource(name) else {
            let known = self.catalog.resources().iter().map(|resource| resource.name.as_str());
            let hint = self.problems.hint(|| suggestion(name, known));
            self.problems.add(
                &at.field("needs"),
                "unknown_resource",
                join(&["no resource has this name", &hint]),
            );
            return None;
        };
        let slash = if base.ends_with('/') { "/" } else { "" };
        let id = if base.split('/').any(|segment| segment == "{id}") { "{item}" } else { "{id}" };
        let one = join(&[base.strip_suffix('/').unwrap_or(base), "/", id, slash]);
        let five = [
            ("GET", base, "read"),
            ("POST", base, "create"),
            ("GET", &one, "read"),
            ("PATCH", &one, "update"),
            ("PUT", &one, "update"),
            ("DELETE", &one, "delete"),
        ];
        let mut some = false;
        for (method, template, action) in five {
            if self.catalog.knows_word(action, &resource.permissions()) {
                some = true;
                let mut route = ObjectReader::read(value, *at, self.problems)?;
                self.add(&mut route, method, template, Some(join(&[needs, ":", action]).into()), item);
            }
        }
        if !some {
            self.problems.add(
                at,
                "bad_crud",
                "the resource has none of create, read, update, delete; write its routes one by one".into(),
            );
        }
        Some(())
    }

    fn add(
        &mut self,
        route: &mut ObjectReader<'_, '_>,
        method: &str,
        template: &str,
        crud: Option<Value>,
        item: usize,
    ) -> Option<()> {
        let at = route.at;
        let place = at.field(if crud.is_some() { "crud" } else { "on" });
        let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
        let wrong =
            if matches!(method, "ALL" | "ANY" | "USE") || method.bytes().any(|byte| b"*|,".contains(&byte)) {
                Some("a route is for one method; write one route each, such as \"GET /a\" and \"POST /a\"")
            } else if method.is_empty() || method.len() > 32 || !method.bytes().all(is_token) {
                Some("the method is 1 to 32 characters of an HTTP token; case counts")
            } else if method.bytes().any(|byte| byte.is_ascii_lowercase()) {
                Some("methods are case-sensitive; write it in capitals")
            } else {
                None
            };
        if let Some(message) = wrong {
            self.problems.add(&place, "bad_method", message.into());
        }
        let parsed = match Template::parse(template, self.rules.ignore_trailing_slash, self.rules.ignore_case)
        {
            Ok(template) => template,
            Err(message) => {
                self.problems.add(&place, "bad_template", message);
                // What cannot be read without the template is known all the same.
                for name in ["needs", "authenticated", "open", "optional", "kinds"] {
                    route.raw(name);
                }
                return None;
            }
        };
        // A catch-all holds several segments; it cannot name an instance.
        let rest = usize::from(matches!(parsed.segments.last(), Some(Segment::Rest)));
        let parameters = &parsed.parameters[..parsed.parameters.len() - rest];
        let requirement = self.requirement(route, parameters, crud);
        let optional = route.optional(
            "optional",
            self.problems,
            list(|value, at, problems| self.catalog.read_needs(value, at, parameters, problems)),
        );
        let kinds = route.optional("kinds", self.problems, |value, at, problems| {
            read_kinds(self.kinds, value, at, problems)
        });
        if matches!(requirement, Some(Requirement::Open)) && (kinds.is_some() || optional.is_some()) {
            self.problems.add(
                &at,
                "open_route",
                "an open route ignores tokens; drop \"kinds\" and \"optional\", or \"open\"".into(),
            );
        }
        let Some(method_number) = self.methods.number_of(method) else {
            let message = "the routes of a policy have at most 64 methods";
            self.problems.add(&place, "too_many_methods", message.into());
            return None;
        };
        let requirement = requirement?;
        self.list.push(Route {
            on: join(&[method, " ", template]),
            template: parsed,
            takes_instances: requirement.takes_instances(),
            requirement,
            optional: optional.unwrap_or_default().into_iter().flatten().collect(),
            kinds,
            method: method_number,
            rivals: Rivals::NONE,
            item,
        });
        Some(())
    }

    fn requirement(
        &mut self,
        route: &mut ObjectReader<'_, '_>,
        parameters: &[String],
        crud: Option<Value>,
    ) -> Option<Requirement> {
        let at = route.at;
        let open = route.optional("open", self.problems, truth).unwrap_or(false);
        let authenticated = route.optional("authenticated", self.problems, truth).unwrap_or(false);
        let needs = match &crud {
            Some(needs) => Some(needs),
            None => route.get("needs"),
        };
        match (needs, authenticated, open) {
            (Some(needs), false, false) => {
                self.catalog.read_requirement(needs, &at.field("needs"), parameters, self.problems)
            }
            (None, true, false) => Some(Requirement::Authenticated),
            (None, false, true) => Some(Requirement::Open),
            (Some(_) | None, _, _) => {
                self.problems.add(
                    &at,
                    "bad_requirement",
                    "a route has exactly one of \"needs\", \"authenticated\": true and \"open\": true".into(),
                );
                None
            }
        }
    }
}

fn read_kinds(known: &[String], value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Vec<u16>> {
    let kinds = list(|value, at, problems| {
        let name = text(value, at, problems)?;
        let number = known.binary_search_by(|kind| kind.as_str().cmp(name)).ok();
        if number.is_none() {
            let hint = problems.hint(|| suggestion(name, known.iter().map(String::as_str)));
            problems.add(at, "unknown_kind", join(&["no kind has this name", &hint]));
        }
        number.map(|number| number as u16)
    })(value, at, problems)?;
    if kinds.is_empty() {
        expected(problems, at, "at least one kind");
        return None;
    }
    Some(kinds)
}

#[cfg(test)]
mod tests {
    use crate::policy::policy::Policy;

    #[test]
    fn a_template_that_cannot_be_read_is_all_that_is_said_of_its_route() {
        let text = r#"{
            "portcullis": 1, "name": "small", "realm": "Small", "resources": {"a": {}},
            "routes": [{"on": "GET /a//b", "needs": "a:read", "kinds": ["personal"], "colour": "red"}],
            "kinds": {"personal": {"prefix": "sm_pat", "may": {"revoke": ["owner"]}}}
        }"#;
        let problems = Policy::from_json(text).unwrap_err();
        let found: alloc::vec::Vec<_> =
            problems.iter().map(|found| (found.path.as_str(), found.code)).collect();
        assert_eq!(found, [("/routes/0/on", "bad_template"), ("/routes/0/colour", "unknown_field")]);
    }
}
