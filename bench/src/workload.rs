//! The data that everyone is measured on: 60 resources, 240 routes, 1,000 tokens of 12 grants, 4,000 requests
//! of which 70 % are allowed. Made from a seed, so that every run and both languages see the same bytes.

mod api;
mod requests;
mod tokens;

use serde::Serialize;
use serde_json::{Value, json};

use crate::random::Random;

const SEED: u64 = 0x706f_7274_6375_6c6c;

/// The instant at which every request is decided: 2026-11-21T12:00:00.000Z, in milliseconds since 1970.
pub const NOW: i64 = 1_795_262_400_000;

/// Everything a competitor may read before the clock starts, and the requests it then answers.
#[derive(Debug, Serialize)]
pub struct Workload {
    /// See [`NOW`].
    pub now: i64,
    /// The Portcullis policy document.
    pub policy: Value,
    /// The routes of the policy, for those who need them one by one.
    pub routes: Vec<Route>,
    /// The tokens, each with the record that a store would hold.
    pub tokens: Vec<Token>,
    /// The stream of requests, in the order in which they come in.
    pub requests: Vec<Request>,
}

/// One method and path template, and the permission it asks for.
#[derive(Clone, Debug, Serialize)]
pub struct Route {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// `/api/v3/invoices/{id}`
    pub template: String,
    /// `invoices:read`
    pub permission: String,
}

/// A token as its client holds it and as its service stores it.
#[derive(Debug, Serialize)]
pub struct Token {
    /// Prefix, id, secret and checksum: `<prefix>_<id>_<secret32><checksum6>`.
    pub plaintext: String,
    /// The stored record; it never holds the secret.
    pub record: Record,
}

/// The fields of a Portcullis record that this workload uses.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(missing_docs)]
pub struct Record {
    pub v: u8,
    pub id: String,
    pub kind: &'static str,
    pub owner: String,
    pub name: String,
    pub grants: Vec<String>,
    pub digest: String,
    pub created_at: String,
    pub secret_used_at: String,
    pub expires_at: String,
    pub last_used_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked: Option<Revoked>,
    pub revision: u32,
}

/// Who ended a token, and when.
#[derive(Clone, Debug, Serialize)]
#[allow(missing_docs)]
pub struct Revoked {
    pub by: &'static str,
    pub at: String,
    pub reason: &'static str,
}

/// One request, with the answer that it must get.
#[derive(Debug, Serialize)]
pub struct Request {
    /// `GET`, `POST`, `PATCH` or `DELETE`.
    pub method: &'static str,
    /// The path as it came in; there is no query.
    pub target: String,
    /// `Bearer ` and a plaintext.
    pub authorization: String,
    /// Which of the tokens carries that id.
    pub token: usize,
    /// 200, 401 or 403.
    pub status: u16,
}

impl Workload {
    /// The one workload there is.
    pub fn generate() -> Self {
        let mut random = Random::seeded(SEED);
        let resources = api::resources();
        let routes = api::routes(&resources);
        let tokens = tokens::mint(&routes, &mut random);
        let requests = requests::stream(&routes, &tokens, &mut random);
        let policy = policy(&resources, &routes);
        Self { now: NOW, policy, routes, tokens, requests }
    }
}

fn policy(resources: &[api::Resource], routes: &[Route]) -> Value {
    json!({
        "portcullis": 1,
        "name": "acme",
        "realm": "Acme API",
        "transports": ["bearer"],
        "resources": resources.iter().map(|resource| (resource.name.to_owned(), resource.document()))
            .collect::<serde_json::Map<_, _>>(),
        "routes": routes.iter().map(|route| json!({
            "on": format!("{} {}", route.method, route.template),
            "needs": route.permission,
        })).collect::<Vec<_>>(),
        "kinds": {
            tokens::KIND: {
                "prefix": tokens::PREFIX,
                "lifetime": { "default": "180d", "max": "365d" },
                "revoke": "final",
                "may": { "create": ["admin"], "revoke": ["owner", "admin"] },
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn it_has_the_size_that_the_claims_name() {
        let workload = Workload::generate();
        let shapes: HashSet<_> =
            workload.routes.iter().map(|route| (route.method, &route.template)).collect();
        let allowed = workload.requests.iter().filter(|request| request.status == 200).count();

        assert_eq!(workload.policy["resources"].as_object().map(serde_json::Map::len), Some(60));
        assert_eq!(shapes.len(), 240);
        assert_eq!(workload.tokens.len(), 1_000);
        for token in &workload.tokens {
            assert_eq!(token.record.grants.iter().collect::<HashSet<_>>().len(), 12);
        }
        assert_eq!(workload.requests.len(), 4_000);
        assert_eq!(allowed, 2_800);
    }

    #[test]
    fn it_is_the_same_each_time() {
        let texts = [(); 2].map(|()| serde_json::to_string(&Workload::generate()).expect("plain data"));
        assert_eq!(texts[0], texts[1]);
    }
}
