//! The answers of linked rules. Requests are parsed as the module parses them.

use portcullis_core as core;
use portcullis_core::{Bounds, Entropy, Problem, Problems, Value, request_fields};

use crate::base::{Answer, Error, LifecycleQuery, Query};
use crate::direct::direct::{DirectPolicy, guarded};

impl DirectPolicy {
    pub(super) fn answered(&self, query: Query<'_>) -> Result<Answer, Error> {
        match query {
            Query::Details(input, level) => self.ask(input, |policy, attempt, found, subject, now| {
                policy.decide(attempt, found, subject, now).to_json(level)
            }),
            Query::Explain(input) => self.ask(input, |policy, attempt, found, subject, now| {
                policy.explain(attempt, found, subject, now).to_json()
            }),
            Query::Describe => guarded(|| self.policy.describe().to_json()),
            Query::DescribeToken(token) => {
                guarded(|| self.policy.open_token_json(&token.0.text).describe().to_json())
            }
            Query::Lifecycle(query) => {
                let answered = guarded(|| self.lifecycle(query))?.map(|answer| answer.to_json());
                return Ok(answered.map_err(|problems| Error::Refused(problems.into())));
            }
        }
        .map(Ok)
    }

    fn lifecycle(&self, query: LifecycleQuery<'_>) -> Result<Value, Problems> {
        let policy = &self.policy;
        match query {
            LifecycleQuery::Apply { request, now, entropy, audit_key } => {
                let entropy = entropy.map(|bytes| Entropy::from_bytes(bytes)).transpose();
                let entropy = entropy.map_err(|weak| Problem::new("misuse", weak.message()))?;
                let names = ["record", "command", "actor", "presented", "store"];
                let [record, command, actor, presented, store] =
                    request_fields(Value::parse(request, Bounds::REQUEST)?, names)?;
                let [record, presented, store] = [&record, &presented, &store]
                    .map(|document| (*document != Value::Null).then_some(document));
                let request = core::ApplyRequest {
                    record,
                    command: &command,
                    actor: &actor,
                    presented,
                    store,
                    now,
                    entropy,
                    audit_key,
                };
                Ok(policy.apply(request)?.to_value())
            }
            LifecycleQuery::Due { record, now } => {
                Ok(policy.due(&Value::parse(record, Bounds::RECORD)?, now)?.into_iter().collect())
            }
            LifecycleQuery::Target { request } => {
                let [command, actor] =
                    request_fields(Value::parse(request, Bounds::REQUEST)?, ["command", "actor"])?;
                Ok(policy.target(&command, &actor)?.as_ref().map(|id| id.as_str()).into())
            }
            LifecycleQuery::Overview { request, now } => {
                policy.overview(&Value::parse(request, Bounds::LISTING)?, now)
            }
            LifecycleQuery::Reach { request } => policy.reach(&Value::parse(request, Bounds::REQUEST)?),
            LifecycleQuery::VerifyTrail { request, audit_key } => {
                core::verify_trail(&Value::parse(request, Bounds::LISTING)?, audit_key)
            }
            LifecycleQuery::Replay { request } => core::replay(&Value::parse(request, Bounds::LISTING)?),
            LifecycleQuery::Letters { request } => core::letters(&Value::parse(request, Bounds::LISTING)?),
        }
    }
}
