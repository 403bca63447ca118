//! Portcullis as a module in wasmtime, `portcullis-wasmtime`.

use std::collections::HashMap;

use portcullis_wasmtime::{Attempt, Decision, Identified, Instant, Lookup, Module, Policy, Token, TokenId};

use crate::competitor::{Answer, Competitor};
use crate::workload::{NOW, Request, Workload};

/// A service with the policy opened in the module, and a token for each record.
pub struct Service {
    policy: Policy,
    tokens: Vec<Token>,
    by_id: HashMap<TokenId, usize>,
    now: Instant,
}

impl Service {
    /// Opens the policy. The module opens each record when it is first asked about it.
    ///
    /// # Panics
    /// When Portcullis refuses one of them.
    pub fn open(workload: &Workload) -> Self {
        let module = Module::embedded().expect("a module that loads");
        let policy = Policy::open(&module, &workload.policy.to_string()).expect("a valid policy");
        let records = || workload.tokens.iter().map(|token| &token.record);
        let tokens = records()
            .map(|record| policy.open_token(&serde_json::to_string(record).expect("plain data")))
            .collect();
        let by_id = records()
            .enumerate()
            .map(|(index, record)| (TokenId::parse(&record.id).expect("an id"), index))
            .collect();
        let now = Instant::from_millis(NOW).expect("a day of this decade");
        Self { policy, tokens, by_id, now }
    }
}

/// The token is at hand; what is measured is the decision alone.
pub struct Wasmtime<'a>(pub &'a Service);

impl Competitor for Wasmtime<'_> {
    fn name(&self) -> &'static str {
        "portcullis-wasmtime"
    }

    fn answer(&self, request: &Request) -> Answer {
        let Service { policy, tokens, now, .. } = self.0;
        let found = Lookup::Token(&tokens[request.token]);
        answer(&policy.decide(&attempt(request), found, None, *now))
    }
}

/// As a service has to do it: `identify`, a look-up, `decide`.
pub struct WasmtimeLookup<'a>(pub &'a Service);

impl Competitor for WasmtimeLookup<'_> {
    fn name(&self) -> &'static str {
        "portcullis-wasmtime, token looked up"
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
