//! Questions about a token's lifecycle: a document in, a document out. Both doors
//! share them; they keep no state.

use portcullis_core::{
    ApplyRequest, Bounds, Entropy, Instant, Policy, Problem, Problems, Value, request_fields,
};

use crate::engine::{misuse, no_such_policy, parse, with};

/// The answer, or the problems of the question.
pub(crate) type Answer = Result<Value, Problems>;

/// Applies a command to a record. The request holds `record`, `command`, `actor`,
/// `presented` and `store`. Without entropy it is a preview; the key may be empty.
pub(crate) fn apply(policy: u32, request: &[u8], now: Option<Instant>, entropy: &[u8], key: &[u8]) -> Answer {
    let entropy = match entropy {
        [] => None,
        bytes => Some(Entropy::from_bytes(bytes).map_err(|weak| misuse(weak.message()))?),
    };
    let names = ["record", "command", "actor", "presented", "store"];
    let [record, command, actor, presented, store] = request_fields(parse(request, Bounds::REQUEST)?, names)?;
    let (audit_key, now) = (given(key), now.ok_or_else(no_such_instant)?);
    let [record, presented, store] =
        [&record, &presented, &store].map(|document| (*document != Value::Null).then_some(document));
    let (command, actor) = (&command, &actor);
    let request = ApplyRequest { record, command, actor, presented, store, now, entropy, audit_key };
    under(policy, |policy| Ok(policy.apply(request)?.to_value()))
}

/// The commands that are due. The request is a record.
pub(crate) fn due(policy: u32, record: &[u8], now: Option<Instant>) -> Answer {
    let record = parse(record, Bounds::RECORD)?;
    let now = now.ok_or_else(no_such_instant)?;
    under(policy, |policy| Ok(policy.due(&record, now)?.into_iter().collect()))
}

/// The record that a command names, if it names one. The request holds `command` and
/// `actor`.
pub(crate) fn target(policy: u32, request: &[u8]) -> Answer {
    let [command, actor] = request_fields(parse(request, Bounds::REQUEST)?, ["command", "actor"])?;
    under(policy, |policy| Ok(policy.target(&command, &actor)?.as_ref().map(|id| id.as_str()).into()))
}

/// The rows of a list of records.
pub(crate) fn overview(policy: u32, request: &[u8], now: Option<Instant>) -> Answer {
    let request = parse(request, Bounds::LISTING)?;
    let now = now.ok_or_else(no_such_instant)?;
    under(policy, |policy| policy.overview(&request, now))
}

/// The instances that a token reaches with a permission.
pub(crate) fn reach(policy: u32, request: &[u8]) -> Answer {
    let request = parse(request, Bounds::REQUEST)?;
    under(policy, |policy| policy.reach(&request))
}

/// The letters for notices.
pub(crate) fn letters(request: &[u8]) -> Answer {
    portcullis_core::letters(&parse(request, Bounds::LISTING)?)
}

/// Whether a trail is unchanged since it was written; the key may be empty.
pub(crate) fn verify_trail(request: &[u8], key: &[u8]) -> Answer {
    portcullis_core::verify_trail(&parse(request, Bounds::LISTING)?, given(key))
}

/// Rebuilds a record from its trail.
pub(crate) fn replay(request: &[u8]) -> Answer {
    portcullis_core::replay(&parse(request, Bounds::LISTING)?)
}

fn under(policy: u32, ask: impl FnOnce(&Policy) -> Answer) -> Answer {
    with(|engine| ask(engine.policy(policy).ok_or_else(no_such_policy)?))
}

fn no_such_instant() -> Problem {
    misuse("the instant lies outside the years 2000 to 9999; it is in milliseconds")
}

/// An empty key means no key.
fn given(key: &[u8]) -> Option<&[u8]> {
    (!key.is_empty()).then_some(key)
}
