//! The route table: which request needs what.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{decimal, join, sort};
use crate::document::{ObjectReader, Place, Problems, Value, list, suggestion, text, truth};
use crate::policy::catalog::Catalog;
use crate::policy::routes::requirement::{Need, Requirement};
use crate::policy::routes::template::{Segment, Template};
use crate::policy::routes::trie::{End, Entry, Method, Trie};
use crate::request::{Outline, Path, PathRules};

/// The most routes that a policy may have, after `crud` is written out.
const MOST: usize = 100_000;
/// The most methods that its routes may have: each request is compared with all of them.
const MOST_METHODS: usize = 64;

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
    method: u16,
    /// Its place in the list of the document.
    pub(crate) item: usize,
}

#[derive(Debug, Default)]
pub(crate) struct Routes {
    pub(crate) list: Vec<Route>,
    /// Whether any of them is open.
    pub(crate) some_open: bool,
    /// By outline and in full.
    methods: Vec<(Outline, String)>,
    pub(crate) trie: Trie,
}

impl Route {
    /// Whether it asks for no token.
    #[inline]
    pub(crate) fn is_open(&self) -> bool {
        matches!(self.requirement, Requirement::Open)
    }
}

impl Routes {
    pub(crate) fn read(
        document: &mut ObjectReader<'_, '_>,
        rules: &PathRules,
        catalog: &Catalog,
        kinds: &[String],
        problems: &mut Problems,
    ) -> Routes {
        let mut routes = Routes::default();
        document.required("routes", problems, |value, at, problems| {
            let Value::List(items) = value else {
                crate::document::expected(problems, at, "a list");
                return None;
            };
            for (i, item) in items.iter().enumerate() {
                let mut reader =
                    RouteReader { rules, catalog, kinds, routes: &mut routes, problems: &mut *problems };
                reader.read(item, at.item(i), i);
            }
            if routes.list.len() > MOST {
                problems.add(at, "too_many_routes", "a policy has at most 100,000 routes; split it".into());
                return None;
            }
            routes.refuse_twins(at, problems);
            Some(())
        });
        let entries = routes.list.iter().enumerate();
        let entries = entries.map(|(i, route)| Entry {
            template: &route.template,
            end: End { method: route.method, route: i as u32 },
        });
        routes.trie = Trie::build(entries.collect());
        routes.some_open = routes.list.iter().any(Route::is_open);
        routes
    }

    /// Two routes of one shape and method: which one applies would depend on their order.
    fn refuse_twins(&self, at: &Place<'_>, problems: &mut Problems) {
        let mut order: Vec<&Route> = self.list.iter().collect();
        let key = |a: &&Route, b: &&Route| {
            a.template.segments.cmp(&b.template.segments).then(a.method.cmp(&b.method))
        };
        sort(&mut order, &|a, b| key(a, b).then(a.item.cmp(&b.item)));
        for pair in order.windows(2) {
            if key(&pair[0], &pair[1]).is_eq() {
                let message = join(&[
                    "\"",
                    &pair[1].on,
                    "\" matches the same paths as \"",
                    &pair[0].on,
                    "\" (item ",
                    &decimal(pair[0].item as u64),
                    "); merge them, with \"any\" where both apply",
                ]);
                problems.add(&at.item(pair[1].item), "same_shape", message);
            }
        }
    }

    /// The route of a path, by number.
    #[inline]
    pub(crate) fn find(&self, path: &Path<'_>, method: &[u8]) -> Option<u32> {
        self.trie.find(path.compared(), self.method(method)?)
    }

    #[inline]
    fn method(&self, method: &[u8]) -> Option<Method> {
        let own = self.number(method);
        if method == b"HEAD" {
            let get = self.number(b"GET");
            return Some(Method { own: own.or(get)?, instead: get.or(own)? });
        }
        own.map(|own| Method { own, instead: own })
    }

    /// Looks at all of the few methods: leaving at the right one would be a guess each time.
    #[inline]
    fn number(&self, method: &[u8]) -> Option<u16> {
        let wanted = Outline::of(method);
        let mut found = None;
        for (number, (outline, _)) in (0..).zip(&self.methods) {
            found = if *outline == wanted { Some(number) } else { found };
        }
        if wanted.is_whole() { found } else { self.number_in_full(method) }
    }

    fn number_in_full(&self, method: &[u8]) -> Option<u16> {
        (0..).zip(&self.methods).find(|(_, (_, known))| known.as_bytes() == method).map(|(number, _)| number)
    }

    /// The number of a method, new or known; `None` when there are too many.
    fn number_of_method(&mut self, method: &str) -> Option<u16> {
        if let Some(known) = self.number_in_full(method.as_bytes()) {
            return Some(known);
        }
        let number = self.methods.len();
        if number < MOST_METHODS {
            self.methods.push((Outline::of(method.as_bytes()), method.into()));
        }
        (number < MOST_METHODS).then_some(number as u16)
    }
}

struct RouteReader<'r> {
    rules: &'r PathRules,
    catalog: &'r Catalog,
    kinds: &'r [String],
    routes: &'r mut Routes,
    problems: &'r mut Problems,
}

impl RouteReader<'_> {
    fn read(&mut self, value: &Value, at: Place<'_>, item: usize) -> Option<()> {
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
        let Some(method_number) = self.routes.number_of_method(method) else {
            let message = "the routes of a policy have at most 64 methods";
            self.problems.add(&place, "too_many_methods", message.into());
            return None;
        };
        let requirement = requirement?;
        self.routes.list.push(Route {
            on: join(&[method, " ", template]),
            template: parsed,
            takes_instances: requirement.takes_instances(),
            requirement,
            optional: optional.unwrap_or_default().into_iter().flatten().collect(),
            kinds,
            method: method_number,
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
        crate::document::expected(problems, at, "at least one kind");
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
