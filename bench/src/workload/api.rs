//! An API of the ordinary sort: 60 resources, each with the routes that such a resource has.

use serde_json::{Value, json};

use super::Route;

/// Each takes part in one of the three shapes below, in turn.
const NAMES: [&str; 60] = [
    "accounts",
    "addresses",
    "api-clients",
    "approvals",
    "articles",
    "assets",
    "attachments",
    "bank-accounts",
    "batches",
    "bookings",
    "branches",
    "budgets",
    "campaigns",
    "carriers",
    "categories",
    "channels",
    "charges",
    "comments",
    "companies",
    "contacts",
    "contracts",
    "coupons",
    "credit-notes",
    "currencies",
    "customers",
    "deliveries",
    "departments",
    "discounts",
    "documents",
    "employees",
    "events",
    "exports",
    "files",
    "folders",
    "inspections",
    "inventories",
    "invoices",
    "jobs",
    "labels",
    "leads",
    "licenses",
    "locations",
    "memberships",
    "messages",
    "notes",
    "offers",
    "orders",
    "payments",
    "price-lists",
    "products",
    "projects",
    "receipts",
    "refunds",
    "releases",
    "reports",
    "returns",
    "shipments",
    "subscriptions",
    "suppliers",
    "webhooks",
];

/// A resource and what can be done with it.
pub(super) struct Resource {
    pub(super) name: &'static str,
    shape: Shape,
}

#[derive(Clone, Copy)]
enum Shape {
    /// List, create, read, update, delete: five routes.
    Whole,
    /// List, create, read: three routes.
    AppendOnly,
    /// List, create, read, and an action of its own after the id: four routes.
    Published,
}

/// 24 whole, 24 append-only and 12 published ones: 240 routes.
pub(super) fn resources() -> Vec<Resource> {
    const TURN: [Shape; 5] =
        [Shape::Whole, Shape::AppendOnly, Shape::Whole, Shape::AppendOnly, Shape::Published];
    NAMES.iter().zip(TURN.iter().cycle()).map(|(&name, &shape)| Resource { name, shape }).collect()
}

pub(super) fn routes(resources: &[Resource]) -> Vec<Route> {
    resources.iter().flat_map(Resource::routes).collect()
}

impl Resource {
    /// What the policy says of it; nothing where the four built-in actions will do.
    pub(super) fn document(&self) -> Value {
        match self.shape {
            Shape::Whole => json!({}),
            Shape::AppendOnly => json!({ "actions": ["create", "read"] }),
            Shape::Published => json!({ "actions": ["create", "read", "publish"] }),
        }
    }

    fn routes(&self) -> Vec<Route> {
        let mut routes = vec![
            self.route("GET", "", "read"),
            self.route("POST", "", "create"),
            self.route("GET", "/{id}", "read"),
        ];
        match self.shape {
            Shape::Whole => {
                routes.push(self.route("PATCH", "/{id}", "update"));
                routes.push(self.route("DELETE", "/{id}", "delete"));
            }
            Shape::AppendOnly => {}
            Shape::Published => routes.push(self.route("POST", "/{id}/publish", "publish")),
        }
        routes
    }

    fn route(&self, method: &'static str, rest: &str, action: &str) -> Route {
        Route {
            method,
            template: format!("/api/v3/{}{rest}", self.name),
            permission: format!("{}:{action}", self.name),
        }
    }
}
