//! Questions about a token's life, read as the module reads them.

use portcullis_core as core;
use portcullis_core::{Bounds, Entropy, Problem, Problems, Value};

use super::{Linked, guarded};
use crate::error::Error;
use crate::guest::Answer;
use crate::worker::LifeQuestion;

/// An audit key of fewer bytes is none.
const SHORTEST_KEY: usize = 16;

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
                let entropy = entropy.map_err(|weak| misuse(weak.message()))?;
                let fields = fields(Value::parse(request, Bounds::REQUEST)?, ["record", "command", "actor"]);
                let ([record, command, actor], audit_key) = (fields?, given(audit_key)?);
                let record = (record != Value::Null).then_some(&record);
                let request =
                    core::Request { record, command: &command, actor: &actor, now, entropy, audit_key };
                Ok(policy.apply(request)?.to_value())
            }
            LifeQuestion::Due { record, now } => {
                Ok(policy.due(&Value::parse(record, Bounds::RECORD)?, now)?.into_iter().collect())
            }
            LifeQuestion::Target { request } => {
                let [command, actor] = fields(Value::parse(request, Bounds::REQUEST)?, ["command", "actor"])?;
                Ok(policy.target(&command, &actor)?.as_ref().map(|id| id.as_str()).into())
            }
            LifeQuestion::Overview { request, now } => {
                policy.overview(&Value::parse(request, Bounds::LISTING)?, now)
            }
            LifeQuestion::Reach { request } => policy.reach(&Value::parse(request, Bounds::REQUEST)?),
            LifeQuestion::VerifyTrail { request, audit_key } => {
                core::verify_trail(&Value::parse(request, Bounds::LISTING)?, given(audit_key)?)
            }
            LifeQuestion::Replay { request } => core::replay(&Value::parse(request, Bounds::LISTING)?),
            LifeQuestion::Letters { request } => core::letters(&Value::parse(request, Bounds::LISTING)?),
        }
    }
}

/// The fields of a request, each `null` where it is absent; there are no others.
fn fields<const N: usize>(request: Value, names: [&str; N]) -> Result<[Value; N], Problem> {
    let Value::Map(mut request) = request else { return Err(misuse("the request is no object")) };
    let fields = names.map(|name| match request.iter().position(|(known, _)| known == name) {
        Some(place) => request.swap_remove(place).1,
        None => Value::Null,
    });
    if request.is_empty() { Ok(fields) } else { Err(misuse("the request has a field that it may not have")) }
}

fn given(key: Option<&[u8]>) -> Result<Option<&[u8]>, Problem> {
    match key {
        Some(key) if key.len() < SHORTEST_KEY => {
            Err(Problem::new("weak_key", "an audit key has at least 16 bytes; draw 32 at random"))
        }
        Some(_) | None => Ok(key),
    }
}

fn misuse(message: &str) -> Problem {
    Problem::new("misuse", message)
}
