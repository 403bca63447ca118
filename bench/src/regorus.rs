//! The same check with Rego in the place of the sets, in the interpreter `regorus`; policy and grants are read ahead.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use regorus::{Engine, Value};

use crate::competitor::{Answer, Competitor};
use crate::credential::Credential;
use crate::front;
use crate::routes::Routes;
use crate::workload::{Request, Workload};

const POLICY: &str = "package api
import rego.v1
default allow := false
allow if input.permission in input.grants";

/// The engine, the routes with their permissions as values, and the tokens with their grants as sets.
pub struct Regorus {
    engine: RefCell<Engine>,
    routes: Routes<Value>,
    tokens: Vec<(Credential, Value)>,
    names: [Value; 2],
}

impl Regorus {
    /// Parses and builds everything that can be known before the first request.
    ///
    /// # Panics
    /// When it refuses the policy.
    pub fn open(workload: &Workload) -> Self {
        let mut engine = Engine::new();
        engine.add_policy("api.rego".into(), POLICY.into()).expect("a valid policy");
        let grants =
            |grants: &[String]| -> BTreeSet<Value> { grants.iter().cloned().map(Value::from).collect() };
        Self {
            engine: RefCell::new(engine),
            routes: Routes::new(&workload.routes, |route| route.permission.clone().into()),
            tokens: workload
                .tokens
                .iter()
                .map(|token| (Credential::open(&token.record), grants(&token.record.grants).into()))
                .collect(),
            names: ["permission", "grants"].map(Value::from),
        }
    }

    fn allows(&self, permission: &Value, grants: &Value) -> bool {
        let [first, second] = self.names.clone();
        let input = [(first, permission.clone()), (second, grants.clone())];
        let mut engine = self.engine.borrow_mut();
        engine.set_input(BTreeMap::from(input).into());
        engine.eval_rule("data.api.allow".into()).is_ok_and(|allow| allow == Value::from(true))
    }
}

impl Competitor for Regorus {
    fn name(&self) -> &'static str {
        "regorus, parsed ahead"
    }

    fn answer(&self, request: &Request) -> Answer {
        let (credential, grants) = &self.tokens[request.token];
        let asked = front::asked(request, credential, &self.routes);
        front::answer(asked.map(|permission| self.allows(permission, grants)))
    }
}
