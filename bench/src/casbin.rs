//! The same check with Casbin in the place of the sets: an enforcer for each token, which holds its permissions.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use casbin::{CoreApi, DefaultModel, Enforcer, MemoryAdapter, MgmtApi};

use crate::competitor::{Answer, Competitor};
use crate::credential::Credential;
use crate::front;
use crate::routes::Routes;
use crate::workload::{Record, Request, Workload};

/// One enforcer for all tokens looks at every line of every token: it took a thousand times as long.
const MODEL: &str = "
[request_definition]
r = act
[policy_definition]
p = act
[policy_effect]
e = some(where (p.eft == allow))
[matchers]
m = r.act == p.act
";

/// The routes, and the tokens.
pub struct Casbin {
    routes: Routes<String>,
    tokens: Vec<Token>,
}

struct Token {
    credential: Credential,
    enforcer: Enforcer,
}

impl Casbin {
    /// Builds everything that can be known before the first request.
    ///
    /// # Panics
    /// When Casbin refuses a part of it.
    pub fn open(workload: &Workload) -> Self {
        Self {
            routes: Routes::new(&workload.routes, |route| route.permission.clone()),
            tokens: workload.tokens.iter().map(|token| at_once(Token::open(&token.record))).collect(),
        }
    }
}

impl Token {
    async fn open(record: &Record) -> Self {
        let model = DefaultModel::from_str(MODEL).await.expect("a valid model");
        let mut enforcer = Enforcer::new(model, MemoryAdapter::default()).await.expect("a valid model");
        let lines = record.grants.iter().map(|grant| vec![grant.clone()]).collect();
        enforcer.add_policies(lines).await.expect("no line stands twice");
        Self { credential: Credential::open(record), enforcer }
    }
}

/// Everything is in memory, so nothing waits.
fn at_once<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        if let Poll::Ready(done) = work.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return done;
        }
    }
}

impl Competitor for Casbin {
    fn name(&self) -> &'static str {
        "casbin, an enforcer a token"
    }

    fn answer(&self, request: &Request) -> Answer {
        let Token { credential, enforcer } = &self.tokens[request.token];
        let asked = front::asked(request, credential, &self.routes);
        front::answer(asked.map(|permission| enforcer.enforce((permission,)).unwrap_or(false)))
    }
}
