//! The check as a good engineer writes it into a service: `sha2`, `subtle`, `matchit`, `HashSet<String>`.

use std::collections::{HashMap, HashSet};

use crate::competitor::{Answer, Competitor};
use crate::credential::{Bearer, Credential};
use crate::routes::Routes;
use crate::workload::{NOW, Request, Workload};

/// The service: its routes and its tokens.
pub struct Service {
    routes: Routes<String>,
    tokens: Vec<Token>,
    by_id: HashMap<String, usize>,
}

struct Token {
    credential: Credential,
    permissions: HashSet<String>,
}

impl Service {
    /// Everything that can be done before the first request is done here.
    pub fn open(workload: &Workload) -> Self {
        let records = || workload.tokens.iter().map(|token| &token.record);
        Self {
            routes: Routes::new(&workload.routes, |route| route.permission.clone()),
            tokens: records()
                .map(|record| Token {
                    credential: Credential::open(record),
                    permissions: record.grants.iter().cloned().collect(),
                })
                .collect(),
            by_id: records().enumerate().map(|(index, record)| (record.id.clone(), index)).collect(),
        }
    }

    fn decide(&self, request: &Request, bearer: &Bearer, token: &Token) -> Result<(), Answer> {
        token.credential.prove(bearer, NOW)?;
        let permission = self.routes.find(request.method, &request.target).ok_or(Answer::Forbidden)?;
        if token.permissions.contains(permission) { Ok(()) } else { Err(Answer::Forbidden) }
    }
}

/// The token is at hand; what is measured is the check alone.
pub struct HandWritten<'a>(pub &'a Service);

impl Competitor for HandWritten<'_> {
    fn name(&self) -> &'static str {
        "hand-written"
    }

    fn answer(&self, request: &Request) -> Answer {
        let Some(bearer) = Bearer::parse(&request.authorization) else { return Answer::Unauthorized };
        let token = &self.0.tokens[request.token];
        self.0.decide(request, &bearer, token).map_or_else(|refused| refused, |()| Answer::Allow)
    }
}

/// The same, and the token is found by its id first.
pub struct HandWrittenLookup<'a>(pub &'a Service);

impl Competitor for HandWrittenLookup<'_> {
    fn name(&self) -> &'static str {
        "hand-written, looked up"
    }

    fn answer(&self, request: &Request) -> Answer {
        let Some(bearer) = Bearer::parse(&request.authorization) else { return Answer::Unauthorized };
        let Some(&index) = self.0.by_id.get(bearer.id) else { return Answer::Unauthorized };
        let token = &self.0.tokens[index];
        self.0.decide(request, &bearer, token).map_or_else(|refused| refused, |()| Answer::Allow)
    }
}
