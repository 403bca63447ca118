//! Random cases, drawn so that every possible answer comes up often.

pub mod life;
mod policy;
mod record;
mod request;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::dice::Dice;
use crate::naive::{Case, time};
use crate::plaintext::{plaintext, word};

pub use policy::{policy, scope};

/// 2026-11-21T12:00:00.000Z; all drawn times lie around it.
const ABOUT: time::Millis = 1_795_262_400_000;

/// A token that the drawn cases are about.
struct Token {
    kind: String,
    prefix: String,
    id: String,
    secret: String,
    old_secret: String,
}

impl Token {
    fn draw(policy: &Value, dice: &mut Dice) -> Token {
        let kinds: Vec<&String> = policy["kinds"].as_object().unwrap().keys().collect();
        let kind = (*dice.pick(&kinds)).clone();
        let prefix = match &policy["kinds"][&kind]["prefix"] {
            Value::Array(list) => dice.pick(list).as_str().unwrap().into(),
            one => one.as_str().unwrap().into(),
        };
        let seed = dice.number();
        let part = |name: &str, length| word(&format!("{name} {seed}"), length);
        Token { kind, prefix, id: part("id", 16), secret: part("secret", 32), old_secret: part("old", 32) }
    }

    fn plaintext(&self, secret: &str) -> String {
        plaintext(&self.prefix, &self.id, secret)
    }
}

/// A case under a policy that [`policy`] drew.
pub fn case(policy: &Arc<Value>, dice: &mut Dice) -> Case {
    let token = Token::draw(policy, dice);
    let now = ABOUT + dice.below(86_400_000) as i64;
    let request = request::draw(policy, &token, dice);
    let wanted = request.wanted;
    let (record, owner) = record::draw(policy, &token, &request.attempt, &wanted, now, dice);
    let subject = subject(policy, &token, &owner, &wanted, dice);
    Case { policy: policy.clone(), record, subject, attempt: request.attempt, now }
}

fn subject(policy: &Value, token: &Token, owner: &str, wanted: &[String], dice: &mut Dice) -> Value {
    let needed = policy["kinds"][&token.kind]["subject"] == "owner";
    if dice.percent(if needed { 8 } else { 80 }) {
        return Value::Null;
    }
    let id = if dice.percent(6) { "somebody else" } else { owner };
    json!({ "id": id, "active": dice.percent(90), "grants": grants(policy, wanted, 60, dice) })
}

/// Grants, of which `chance` percent hold the wanted permission.
fn grants(policy: &Value, wanted: &[String], chance: usize, dice: &mut Dice) -> Vec<String> {
    let mut grants: Vec<String> = (0..dice.below(4)).map(|_| policy::scope(policy, dice)).collect();
    if dice.percent(chance) {
        grants.extend(wanted.iter().map(|scope| policy::wider(scope, policy, dice)));
    } else {
        grants.extend(dice.some(wanted, 50));
    }
    dice.shuffle(&mut grants);
    grants
}
