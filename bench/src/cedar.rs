//! The same check with Cedar in the place of the sets; policies and entities are parsed ahead.

use std::collections::HashMap;

use cedar_policy::{
    Authorizer, Context, Decision, Entities, Entity, EntityId, EntityTypeName, EntityUid, PolicySet,
    Request as CedarRequest,
};

use crate::competitor::{Answer, Competitor};
use crate::credential::Credential;
use crate::front;
use crate::routes::Routes;
use crate::workload::{Record, Request, Workload};

/// Of the ways to say it in Cedar, the fastest that was found; the README names the others.
const POLICY: &str = "permit(principal, action, resource) when { principal in action };";

/// A permission is an action; a token is a principal whose parents are the actions it may take.
pub struct Cedar {
    authorizer: Authorizer,
    policies: PolicySet,
    routes: Routes<EntityUid>,
    api: EntityUid,
    tokens: Vec<Token>,
}

struct Token {
    credential: Credential,
    principal: EntityUid,
    entities: Entities,
}

impl Cedar {
    /// Parses and builds everything that can be known before the first request.
    ///
    /// # Panics
    /// When Cedar refuses a part of it.
    pub fn open(workload: &Workload) -> Self {
        Self {
            authorizer: Authorizer::new(),
            policies: POLICY.parse().expect("a valid policy"),
            routes: Routes::new(&workload.routes, |route| uid("Action", &route.permission)),
            api: uid("Api", "v3"),
            tokens: workload.tokens.iter().map(|token| Token::open(&token.record)).collect(),
        }
    }

    fn allows(&self, action: &EntityUid, token: &Token) -> bool {
        let (principal, action, resource) = (token.principal.clone(), action.clone(), self.api.clone());
        CedarRequest::new(principal, action, resource, Context::empty(), None).is_ok_and(|request| {
            let answer = self.authorizer.is_authorized(&request, &self.policies, &token.entities);
            answer.decision() == Decision::Allow
        })
    }
}

impl Token {
    fn open(record: &Record) -> Self {
        let principal = uid("Token", &record.id);
        let grants = record.grants.iter().map(|grant| uid("Action", grant)).collect();
        let entity = Entity::new(principal.clone(), HashMap::new(), grants).expect("no attributes");
        Self {
            credential: Credential::open(record),
            principal,
            entities: Entities::from_entities([entity], None).expect("one entity"),
        }
    }
}

impl Competitor for Cedar {
    fn name(&self) -> &'static str {
        "cedar-policy, pre-parsed"
    }

    fn answer(&self, request: &Request) -> Answer {
        let token = &self.tokens[request.token];
        let asked = front::asked(request, &token.credential, &self.routes);
        front::answer(asked.map(|action| self.allows(action, token)))
    }
}

fn uid(kind: &str, id: &str) -> EntityUid {
    let kind: EntityTypeName = kind.parse().expect("a plain name");
    EntityUid::from_type_name_and_id(kind, EntityId::new(id))
}
