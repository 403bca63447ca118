//! Routes that routers can confuse, for those who write policies.

use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{decimal, join};
use crate::document::{Lint, Place, Problem};
use crate::policy::routes::rivals::Pairs;
use crate::policy::routes::route::Route;
use crate::policy::routes::routes::Routes;

/// The most lints of this code.
const MOST: usize = 100;

/// One lint for each route whose paths some router gives to others.
pub(crate) fn survey(routes: &Routes, pairs: &Pairs, lints: &mut Vec<Lint>) {
    let route = |number: u32| routes.list.get(number as usize);
    for same in pairs.confusions.chunk_by(|a, b| a.0 == b.0).take(MOST) {
        if let [(decided, other), more @ ..] = same
            && let (Some(decided), Some(other)) = (route(*decided), route(*other))
        {
            lints.push(confusable(decided, other, more.len()));
        }
    }
}

/// What else some router may run for a path of this route.
fn confusable(decided: &Route, other: &Route, more: usize) -> Lint {
    let path = Place::Field(&Place::Root, "routes").item(decided.item).pointer();
    let message = if core::ptr::eq(decided, other) {
        "routers split these parameters at the first or at the last place that fits: a token needs both \
         instances; give each parameter a segment of its own"
            .into()
    } else {
        let rest = if more == 0 {
            String::new()
        } else {
            join(&[", as for ", &decimal(more as u64), " more routes"])
        };
        join(&[
            "some routers run \"",
            &other.on,
            "\" for a path of \"",
            &decided.on,
            "\": such a request has to pass both",
            &rest,
            "; write more literal text, or name your router in \"paths\"",
        ])
    };
    Problem::at(&path, "confusable_routes", message)
}
