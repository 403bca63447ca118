//! Portcullis as a crate, `portcullis-core`.

use std::collections::HashMap;

use portcullis_core::{Attempt, Decision, Identified, Instant, Lookup, Policy, Token, TokenId};

use crate::competitor::{Answer, Competitor};
use crate::workload::{NOW, Request, Workload};

/// A service with the policy and all tokens opened.
pub struct Service {
    policy: Policy,
    tokens: Vec<Token>,
    by_id: HashMap<TokenId, usize>,
    now: Instant,
}

impl Service {
    /// Opens the policy and every record.
    ///
    /// # Panics
    /// When Portcullis refuses one of them.
    pub fn open(workload: &Workload) -> Self {
        let policy = Policy::from_json(&workload.policy.to_string()).expect("a valid policy");
        let tokens: Vec<Token> = workload
            .tokens
            .iter()
            .map(|token| serde_json::to_string(&token.record).expect("plain data"))
            .map(|record| policy.open_token_json(&record))
            .collect();
        let by_id = tokens
            .iter()
            .enumerate()
            .map(|(index, token)| (token.id().expect("a record that can be read"), index))
            .collect();
        let now = Instant::from_millis(NOW).expect("a day of this decade");
        Self { policy, tokens, by_id, now }
    }
}

/// The token is at hand; what is measured is the decision alone.
pub struct Native<'a>(pub &'a Service);

impl Competitor for Native<'_> {
    fn name(&self) -> &'static str {
        "portcullis-core"
    }

    fn answer(&self, request: &Request) -> Answer {
        let Service { policy, tokens, now, .. } = self.0;
        let found = Lookup::Token(&tokens[request.token]);
        answer(&policy.decide(&attempt(request), found, None, *now))
    }
}

/// As a service has to do it: `identify`, a look-up, `decide`.
pub struct NativeLookup<'a>(pub &'a Service);

impl Competitor for NativeLookup<'_> {
    fn name(&self) -> &'static str {
        "portcullis-core, looked up"
    }

    fn answer(&self, request: &Request) -> Answer {
        let Service { policy, tokens, by_id, now } = self.0;
        let attempt = attempt(request);
        let id = match policy.identify(&attempt) {
            Identified::Token(id) => id,
            Identified::Decided(decision) => return answer(&decision),
        };
        let found = by_id.get(&id).map_or(Lookup::Unknown, |&index| Lookup::Token(&tokens[index]));
        answer(&policy.decide(&attempt, found, None, *now))
    }
}

fn attempt(request: &Request) -> Attempt<'_> {
    Attempt::http(request.method, &request.target).authorization(&request.authorization)
}

fn answer(decision: &Decision) -> Answer {
    Answer::of(decision.allow(), decision.status())
}
