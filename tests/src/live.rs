//! Puts a question about a token's life to the core.

use portcullis_core::{ApplyRequest, Bounds, Entropy, Policy, Problem, Problems, Value};

use crate::host::Asked;

fn read(text: &str) -> Result<Value, Problems> {
    Value::parse(text, Bounds::POLICY).map_err(Problems::from)
}

fn part<'v>(request: &'v Value, name: &str) -> &'v Value {
    request.get(name).unwrap_or(&Value::Null)
}

/// The answer to a verb, as JSON text.
pub fn answer(policy: &Policy, asked: Asked<'_>) -> Result<String, Problems> {
    let request = read(asked.request)?;
    let answer = match asked.verb {
        "apply" => {
            let entropy = asked.entropy.map(|bytes| Entropy::from_bytes(&bytes)).transpose();
            let entropy = entropy.map_err(|_| Problem::new("weak_entropy", "the entropy is not random"))?;
            let stated = |name| request.get(name).filter(|document| !matches!(document, Value::Null));
            let request = ApplyRequest {
                record: stated("record"),
                command: part(&request, "command"),
                actor: part(&request, "actor"),
                presented: stated("presented"),
                store: stated("store"),
                now: asked.now,
                entropy,
                audit_key: asked.key,
            };
            policy.apply(request)?.to_value()
        }
        "due" => policy.due(&request, asked.now)?.into_iter().collect(),
        "target" => {
            let target = policy.target(part(&request, "command"), part(&request, "actor"))?;
            target.map_or(Value::Null, |id| id.as_str().into())
        }
        "verifyTrail" => portcullis_core::verify_trail(&request, asked.key)?,
        "replay" => portcullis_core::replay(&request)?,
        "overview" => policy.overview(&request, asked.now)?,
        "reach" => policy.reach(&request)?,
        "letters" => portcullis_core::letters(&request)?,
        other => panic!("no verb {other}"),
    };
    Ok(answer.to_json())
}
