//! The requests, and the expected answer to each.

use portcullis_core::Reason;

/// One request.
pub(crate) struct Case {
    pub(crate) method: &'static str,
    pub(crate) target: &'static str,
    /// The tokens that it carries, one Authorization field for each.
    pub(crate) tokens: &'static [&'static str],
    pub(crate) expected: Expected,
}

/// The expected answer.
pub(crate) enum Expected {
    /// It passes with these scopes: those that it needs, and optional ones.
    Allowed(&'static [&'static str]),
    /// It is denied for this reason; these scopes are missing.
    Denied(Reason, &'static [&'static str]),
}

impl Case {
    pub(crate) fn token(&self) -> String {
        if self.tokens.is_empty() { "none".to_owned() } else { self.tokens.join("+") }
    }

    pub(crate) fn reason(&self) -> Option<Reason> {
        match self.expected {
            Expected::Allowed(_) => None,
            Expected::Denied(reason, _) => Some(reason),
        }
    }
}

use Expected::{Allowed, Denied};
use Reason::{
    BadPath, Expired, Idle, InsufficientScope, Locked, Malformed, Missing, NotAToken, Revoked, RouteUnmapped,
    Unknown, WrongSecret,
};

const ORDERS: &str = "/api/v3/salesOrders";
const ORDER: &str = "/api/v3/salesOrders/1000";
const PRODUCTION: &str = "/api/v3/productions/42";

#[rustfmt::skip]
pub(crate) const CASES: &[Case] = &[
    // The three roles.
    case("GET",    ORDERS,                               &["reporting"], Allowed(&["salesOrder:read"])),
    case("HEAD",   ORDERS,                               &["reporting"], Allowed(&["salesOrder:read"])),
    case("PATCH",  ORDER,                                &["reporting"], Denied(InsufficientScope, &["salesOrder:update"])),
    case("PATCH",  ORDER,                                &["erp-sync"],  Allowed(&["salesOrder:update"])),
    case("DELETE", ORDER,                                &["erp-sync"],  Denied(InsufficientScope, &["salesOrder:delete"])),
    case("DELETE", ORDER,                                &["clean-up"],  Allowed(&["salesOrder:delete"])),
    // PATCH, but not an update.
    case("PATCH",  "/api/v3/invoices/7/actions/release", &["erp-sync"],  Denied(InsufficientScope, &["invoice:release"])),
    case("GET",    "/api/v3/customers?page=2",           &["erp-sync"],  Allowed(&["customer:read"])),
    // Products are named in a production only to those who may read products.
    case("GET",    PRODUCTION,                           &["reporting"], Allowed(&["production:read", "product:read"])),
    case("GET",    PRODUCTION,                           &["shopfloor"], Allowed(&["production:read"])),
    // Missing, stopped and forged tokens.
    case("GET",    ORDER,                                &[],            Denied(Missing, &[])),
    case("GET",    ORDER,                                &["expired"],   Denied(Expired, &[])),
    case("GET",    ORDER,                                &["idle"],      Denied(Idle, &[])),
    case("GET",    ORDER,                                &["locked"],    Denied(Locked, &[])),
    case("GET",    ORDER,                                &["revoked"],   Denied(Revoked, &[])),
    case("GET",    ORDER,                                &["unknown"],   Denied(Unknown, &[])),
    case("GET",    ORDER,                                &["forged"],    Denied(WrongSecret, &[])),
    case("GET",    ORDER,                                &["mistyped"],  Denied(NotAToken, &[])),
    // Requests that can be read in more than one way, and one that the policy does not name.
    case("GET",    ORDER,                                &["erp-sync", "clean-up"], Denied(Malformed, &[])),
    case("GET",    "/api/v3/customers/..%2FsalesOrders", &["reporting"], Denied(BadPath, &[])),
    case("GET",    "/api/v3/users",                      &["clean-up"],  Denied(RouteUnmapped, &[])),
];

const fn case(
    method: &'static str,
    target: &'static str,
    tokens: &'static [&'static str],
    expected: Expected,
) -> Case {
    Case { method, target, tokens, expected }
}
