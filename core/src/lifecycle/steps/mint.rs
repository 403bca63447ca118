//! Ids that follow from the command, and secrets from entropy.

use sha2::{Digest as _, Sha256};

use crate::base::join;
use crate::credential::{BASE62, Digest, ID, Plaintext, TokenId};
use crate::document::{Problem, Problems};
use crate::lifecycle::steps::context::{Context, StepError};
use crate::policy::Kind;

/// The id of the token that a create command makes: it follows from who gives
/// which command, so that giving it twice finds the token that it made. No actor: the system.
pub(crate) fn created_id(tenant: Option<&str>, actor: Option<&str>, command: &str) -> TokenId {
    let parts = ["portcullis create\0", tenant.unwrap_or(""), "\0", actor.unwrap_or(""), "\0", command];
    derive(&join(&parts))
}

/// The id of the successor that a renew command makes.
pub(crate) fn renewed_id(old: &TokenId, command: &str) -> TokenId {
    derive(&join(&["portcullis renew\0", old.as_str(), "\0", command]))
}

/// The first 16 base62 characters of a digest, without bias: a byte above the
/// last multiple of 62 is skipped, and the digest is digested where it ends.
fn derive(text: &str) -> TokenId {
    let mut digest: [u8; 32] = Sha256::digest(text.as_bytes()).into();
    let mut id = [0; ID];
    let mut filled = 0;
    while filled < ID {
        for byte in digest.into_iter().filter(|byte| *byte < 248) {
            if let Some(place) = id.get_mut(filled) {
                *place = BASE62[usize::from(byte % 62)];
                filled += 1;
            }
        }
        digest = Sha256::digest(digest).into();
    }
    TokenId(id)
}

impl Context<'_> {
    /// A new secret for a token. A preview makes no secret; a digest stands in for it.
    pub(crate) fn mint(
        &mut self,
        kind: &Kind,
        id: TokenId,
    ) -> Result<(Option<Plaintext>, Digest), StepError> {
        let Some(entropy) = self.entropy.take() else { return Ok((None, Digest::NONE)) };
        let minted = self.policy.mint_for(kind, id, entropy).map_err(|_| weak_entropy())?;
        Ok((Some(minted.plaintext), minted.digest))
    }

    /// The key of an offer, and its digest.
    pub(crate) fn mint_key(
        &mut self,
        id: TokenId,
    ) -> Result<(Option<alloc::string::String>, Digest), StepError> {
        let Some(entropy) = self.entropy.take() else { return Ok((None, Digest::NONE)) };
        let (_, key) = entropy.draw().map_err(|_| weak_entropy())?;
        let text = key.0.iter().map(|byte| char::from(*byte)).collect();
        Ok((Some(text), Digest::of(&id.0, &key.0)))
    }
}

fn weak_entropy() -> StepError {
    let message = "the entropy is not random; draw 128 bytes from the operating system's generator";
    StepError::Broken(Problems::from(Problem::new("weak_entropy", message)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_follows_from_tenant_actor_and_command_and_from_nothing_else() {
        let id = created_id(Some("t1"), Some("ada"), "c1");
        assert_eq!(id, created_id(Some("t1"), Some("ada"), "c1"));
        assert!(TokenId::parse(id.as_str()).is_some());
        for other in [
            created_id(Some("t2"), Some("ada"), "c1"),
            created_id(None, Some("ada"), "c1"),
            created_id(Some("t1"), None, "c1"),
            created_id(Some("t1"), Some("bob"), "c1"),
            created_id(Some("t1"), Some("ada"), "c2"),
            renewed_id(&id, "c1"),
        ] {
            assert_ne!(id, other);
        }
    }
}
