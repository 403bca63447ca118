//! What a policy allows but probably does not mean.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{is_near_miss, join};
use crate::document::{Lint, Place, Problem, Value};
use crate::policy::catalog::{Catalog, Permission};
use crate::policy::kind::Kind;
use crate::policy::rights::Rights;
use crate::policy::routes::confusable;
use crate::policy::routes::rivals::Pairs;
use crate::policy::routes::{Requirement, Routes, Segment};
use crate::policy::transport::Transports;

/// The most lints of one code.
const MOST: usize = 100;
/// Above so many resources, names are not compared with each other.
const MOST_COMPARED: usize = 1_000;

#[inline(never)]
pub(crate) fn survey(
    document: &Value,
    catalog: &Catalog,
    routes: &Routes,
    transports: &Transports,
    kinds: &[Kind],
    pairs: &Pairs,
) -> Vec<Lint> {
    let mut lints = Vec::new();
    unused_permissions(catalog, routes, &mut lints);
    near_misses(catalog, &mut lints);
    for kind in kinds {
        #[cfg(feature = "lifecycle")]
        crate::policy::kind::survey(kind, &mut lints);
        let everything = Rights::of(&kind.default_grants, catalog);
        if catalog.permissions > 0
            && (0..catalog.permissions).all(|permission| everything.allow(permission, None))
        {
            let path = join(&["/kinds/", &kind.name, "/grants/default"]);
            lints.push(Problem::at(
                &path,
                "all_permissions",
                "by default a new token of this kind may do everything".into(),
            ));
        }
    }
    for route in &routes.list {
        let at_route = || Place::Field(&Place::Root, "routes").item(route.item).pointer();
        if matches!(
            (&route.requirement, route.template.segments.last()),
            (Requirement::Open, Some(Segment::Rest))
        ) {
            lints.push(Problem::at(
                &at_route(),
                "open_catch_all",
                "everything below this path is open to everyone".into(),
            ));
        }
    }
    if transports.query.is_some() {
        lints.push(Problem::at(
            "/transports",
            "query_transport",
            "tokens in a query end up in logs, histories and referrers (RFC 6750 section 5.3)".into(),
        ));
    }
    renames_in_use(document, catalog, &Place::Root, &mut lints);
    let route = |number: u32| routes.list.get(number as usize);
    let crossings = pairs.crossings.iter().filter_map(|(a, b)| Some((route(*a)?, route(*b)?)));
    for (a, b) in crossings.take(MOST) {
        let path = Place::Field(&Place::Root, "routes").item(b.item.max(a.item)).pointer();
        let message = join(&[
            "\"",
            &a.on,
            "\" and \"",
            &b.on,
            "\" overlap: a path can match both, and the leftmost literal decides",
        ]);
        lints.push(Problem::at(&path, "crossing_routes", message));
    }
    confusable::survey(routes, pairs, &mut lints);
    lints
}

fn unused_permissions(catalog: &Catalog, routes: &Routes, lints: &mut Vec<Lint>) {
    let mut used = alloc::vec![false; catalog.permissions as usize];
    let mut mark = |permission: Permission| {
        if let Some(used) = used.get_mut(permission as usize) {
            *used = true;
        }
    };
    for route in &routes.list {
        if let Requirement::AnyOf(alternatives) = &route.requirement {
            alternatives.iter().flatten().for_each(|need| mark(need.permission));
        }
        route.optional.iter().for_each(|need| mark(need.permission));
    }
    let unused = (0..catalog.permissions).filter(|permission| used.get(*permission as usize) == Some(&false));
    for permission in unused.take(MOST) {
        let message = join(&["no route needs \"", &catalog.text_of(permission, None), "\""]);
        lints.push(Problem::at("/resources", "unused_permission", message));
    }
}

fn near_misses(catalog: &Catalog, lints: &mut Vec<Lint>) {
    let names: Vec<&str> = catalog.resources().iter().map(|resource| resource.name.as_str()).collect();
    if names.len() > MOST_COMPARED {
        return;
    }
    let pairs = names.iter().enumerate().flat_map(|(i, a)| names[i + 1..].iter().map(move |b| (*a, *b)));
    // A plural beside its singular is a slip; `user` beside `users2` is not.
    for (a, b) in pairs.filter(|(a, b)| is_near_miss(a, b)).take(MOST) {
        let message = join(&["\"", a, "\" and \"", b, "\" are nearly the same; is one a typo?"]);
        lints.push(Problem::at("/resources", "near_miss", message));
    }
}

/// Scopes of the document that use a former name.
fn renames_in_use(value: &Value, catalog: &Catalog, at: &Place<'_>, lints: &mut Vec<Lint>) {
    match value {
        Value::Text(text) => {
            let name = text.split([':', '/']).next().unwrap_or_default();
            if let Some(present) = catalog.renamed(name).filter(|_| text.contains(':')) {
                lints.push(Problem::at(
                    &at.pointer(),
                    "renamed",
                    join(&["\"", name, "\" is called \"", present, "\" now"]),
                ));
            }
        }
        Value::List(items) => {
            items.iter().enumerate().for_each(|(i, item)| renames_in_use(item, catalog, &at.item(i), lints));
        }
        Value::Map(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| name != "rename") {
                renames_in_use(value, catalog, &at.field(name), lints);
            }
        }
        Value::Null | Value::Bool(_) | Value::Int(_) => {}
    }
}

impl Catalog {
    /// The scope text with the present name in the place of a former one.
    pub(crate) fn present(&self, scope: &str) -> String {
        let name = scope.split([':', '/']).next().unwrap_or_default();
        match self.renamed(name) {
            Some(present) => join(&[present, scope.strip_prefix(name).unwrap_or_default()]),
            None => scope.into(),
        }
    }
}
