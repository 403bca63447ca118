//! The tokens: four useful ones with few rights, and those that must not pass.

use std::time::SystemTime;

use anyhow::{Context, Result, anyhow};
use portcullis_core::{Entropy, Instant, Minted, Policy, Span};
use serde_json::{Map, Value, json};

/// The roles: a reporting tool reads; an ERP sync reads and updates; deleting is the exception.
const ROLES: [(&str, &str); 4] = [
    ("reporting", "@reporting"),
    ("erp-sync", "@erp-sync"),
    ("clean-up", "*:read,update,delete"),
    ("shopfloor", "production:read"),
];

/// Tokens that must not pass, although they have the rights of the ERP sync.
const OTHERS: [&str; 7] = ["expired", "idle", "locked", "revoked", "unknown", "forged", "mistyped"];

/// Every token by its name, and the record that the store has of it.
pub(crate) struct Cast(Vec<Player>);

struct Player {
    name: &'static str,
    bearer: String,
    id: String,
    record: Option<Value>,
}

impl Cast {
    /// Makes new tokens under this policy.
    pub(crate) fn gather(policy: &str) -> Result<Cast> {
        let policy = Policy::from_json(policy).map_err(|problems| anyhow!("the policy: {problems}"))?;
        let roles = ROLES.iter().map(|&(name, grant)| Player::new(&policy, name, grant));
        let others = OTHERS.iter().map(|&name| Player::new(&policy, name, "@erp-sync"));
        Ok(Cast(roles.chain(others).collect::<Result<_>>()?))
    }

    /// `{ "<id>": <record> }`: digests, no secrets.
    pub(crate) fn records(&self) -> String {
        let known = self.0.iter().filter_map(|player| Some((player.id.clone(), player.record.clone()?)));
        format!("{:#}\n", Value::Object(known.collect::<Map<_, _>>()))
    }

    /// The Authorization field of a token.
    pub(crate) fn bearer(&self, name: &str) -> String {
        self.player(name).map(|player| format!("Bearer {}", player.bearer)).unwrap_or_default()
    }

    /// The record of a token, where there is one.
    pub(crate) fn record(&self, name: &str) -> Option<&Value> {
        self.player(name)?.record.as_ref()
    }

    /// The roles with their tokens.
    pub(crate) fn roles(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.0.iter().take(ROLES.len()).map(|player| (player.name, player.bearer.as_str()))
    }

    fn player(&self, name: &str) -> Option<&Player> {
        self.0.iter().find(|player| player.name == name)
    }
}

impl Player {
    fn new(policy: &Policy, name: &'static str, grant: &str) -> Result<Player> {
        let minted = mint(policy)?;
        let mut bearer = minted.plaintext.reveal().to_owned();
        let mut record = json!({
            "v": 1, "id": minted.id.as_str(), "kind": "apiAccount", "owner": name, "name": name,
            "grants": [grant], "digest": minted.digest.to_text(),
            "createdAt": days(-200)?, "secretIssuedAt": days(-200)?, "secretUsedAt": days(-199)?,
            "lastUsedAt": days(-1)?, "expiresAt": days(165)?, "idleAfter": "180d", "revision": 1,
        });
        let by = json!({ "by": "admin", "at": days(-2)?, "reason": "seen in a public repository" });
        match name {
            "expired" => record["expiresAt"] = days(-1)?.into(),
            "idle" => record["lastUsedAt"] = days(-181)?.into(),
            "locked" => record["lock"] = by,
            "revoked" => record["revoked"] = by,
            // The right id with a made-up secret.
            "forged" => record["digest"] = mint(policy)?.digest.to_text().into(),
            // One character is wrong: the checksum tells before a store is asked.
            "mistyped" => {
                let last = if bearer.ends_with('0') { '1' } else { '0' };
                bearer.pop();
                bearer.push(last);
            }
            _ => {}
        }
        let record = (name != "unknown").then_some(record);
        Ok(Player { name, bearer, id: minted.id.as_str().to_owned(), record })
    }
}

fn mint(policy: &Policy) -> Result<Minted> {
    let mut random = [0; Entropy::BYTES];
    getrandom::fill(&mut random).map_err(|error| anyhow!("no random bytes: {error}"))?;
    policy
        .mint("apiAccount", Entropy::from_bytes(&random)?)
        .context("the policy has no API accounts")?
        .map_err(Into::into)
}

/// The instant so many days from now.
fn days(count: i64) -> Result<String> {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_millis();
    let day = Span::parse("1d").context("a day")?.millis();
    let then = Instant::from_millis(i64::try_from(now)? + count * day).context("the clock is far off")?;
    Ok(then.to_text())
}
