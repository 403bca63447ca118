//! Questions about a token's life, read as the module reads them.

use portcullis_core as core;
use portcullis_core::{Bounds, Entropy, Problem, Problems, Value, request_fields};

use crate::base::Error;
use crate::direct::direct::{Linked, guarded};
use crate::question::LifeQuestion;
use crate::sandbox::guest::Answer;

impl Linked {
    pub(crate) fn answer(&self, question: LifeQuestion<'_>) -> Result<Answer, Error> {
        let answered = guarded(|| self.answered(question))?;
        Ok(answered.map(|answer| answer.to_json()).map_err(|problems| Error::Refused(problems.into())))
    }

    fn answered(&self, question: LifeQuestion<'_>) -> Result<Value, Problems> {
        let policy = &self.policy;
        match question {
            LifeQuestion::Apply { request, now, entropy, audit_key } => {
                let entropy = entropy.map(|bytes| Entropy::from_bytes(bytes)).transpose();
                let entropy = entropy.map_err(|weak| Problem::new("misuse", weak.message()))?;
                let names = ["record", "command", "actor", "store"];
                let [record, command, actor, store] =
                    request_fields(Value::parse(request, Bounds::REQUEST)?, names)?;
                let [record, store] =
                    [&record, &store].map(|document| (*document != Value::Null).then_some(document));
                let request = core::ApplyRequest {
                    record,
                    command: &command,
                    actor: &actor,
                    store,
                    now,
                    entropy,
                    audit_key,
                };
                Ok(policy.apply(request)?.to_value())
            }
            LifeQuestion::Due { record, now } => {
                Ok(policy.due(&Value::parse(record, Bounds::RECORD)?, now)?.into_iter().collect())
            }
            LifeQuestion::Target { request } => {
                let [command, actor] =
                    request_fields(Value::parse(request, Bounds::REQUEST)?, ["command", "actor"])?;
                Ok(policy.target(&command, &actor)?.as_ref().map(|id| id.as_str()).into())
            }
            LifeQuestion::Overview { request, now } => {
                policy.overview(&Value::parse(request, Bounds::LISTING)?, now)
            }
            LifeQuestion::Reach { request } => policy.reach(&Value::parse(request, Bounds::REQUEST)?),
            LifeQuestion::VerifyTrail { request, audit_key } => {
                core::verify_trail(&Value::parse(request, Bounds::LISTING)?, audit_key)
            }
            LifeQuestion::Replay { request } => core::replay(&Value::parse(request, Bounds::LISTING)?),
            LifeQuestion::Letters { request } => core::letters(&Value::parse(request, Bounds::LISTING)?),
        }
    }
}
