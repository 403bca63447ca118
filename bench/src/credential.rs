//! The hand-written check of a bearer token: its digest and its state.

use chrono::DateTime;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::competitor::Answer;
use crate::workload::Record;

const PREFIX: &str = "acme_pat_";
const SECRET: usize = 32;

/// What the client sent, taken apart but not believed.
pub struct Bearer<'a> {
    /// Names the token to look up.
    pub id: &'a str,
    secret: &'a str,
}

impl<'a> Bearer<'a> {
    /// Takes `Bearer <prefix>_<id>_<secret><checksum>` apart. Few people check the checksum by hand, and this
    /// does not either.
    pub fn parse(authorization: &'a str) -> Option<Self> {
        let plaintext = authorization.strip_prefix("Bearer ")?.strip_prefix(PREFIX)?;
        let (id, rest) = plaintext.split_once('_')?;
        Some(Self { id, secret: rest.get(..SECRET)? })
    }
}

/// A record as a service would keep it in memory.
pub struct Credential {
    id: String,
    digest: [u8; 32],
    revoked: bool,
    expires_at: i64,
}

impl Credential {
    /// Reads the fields that the check needs.
    ///
    /// # Panics
    /// When the record is not one of this workload's.
    pub fn open(record: &Record) -> Self {
        let hex = record.digest.strip_prefix("sha256:").expect("a SHA-256 digest");
        Self {
            id: record.id.clone(),
            digest: std::array::from_fn(|at| {
                u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).expect("64 hexadecimal digits")
            }),
            revoked: record.revoked.is_some(),
            expires_at: DateTime::parse_from_rfc3339(&record.expires_at)
                .expect("an RFC 3339 instant")
                .timestamp_millis(),
        }
    }

    /// Refuses a wrong secret, and a token that was revoked or has expired. `now` in milliseconds.
    pub fn prove(&self, bearer: &Bearer, now: i64) -> Result<(), Answer> {
        if bearer.id != self.id {
            return Err(Answer::Unauthorized);
        }
        let digest = Sha256::new().chain_update(bearer.id).chain_update(bearer.secret).finalize();
        if !bool::from(digest.as_slice().ct_eq(&self.digest)) || self.revoked || now >= self.expires_at {
            return Err(Answer::Unauthorized);
        }
        Ok(())
    }
}
