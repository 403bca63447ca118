//! A thousand tokens and their records. A few have expired, fewer were revoked.

use chrono::{DateTime, SecondsFormat};
use crc::{CRC_32_ISO_HDLC, Crc};
use sha2::{Digest, Sha256};

use super::{NOW, Record, Revoked, Route, Token};
use crate::random::Random;

pub(super) const KIND: &str = "personal";
pub(super) const PREFIX: &str = "acme_pat";

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// What keeps a token from being used, if anything does.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum State {
    Active,
    Expired,
    Revoked,
}

/// 20 of the 1,000 have expired, 10 were revoked.
pub(super) fn state(index: usize) -> State {
    match index % 100 {
        7 | 57 => State::Expired,
        13 => State::Revoked,
        _ => State::Active,
    }
}

pub(super) fn mint(routes: &[Route], random: &mut Random) -> Vec<Token> {
    (0..1_000)
        .map(|index| {
            let id = random.text(BASE62, 16);
            let secret = secret(random);
            let digest = Sha256::new().chain_update(&id).chain_update(&secret).finalize();
            let age = random.below(60) as i64 * DAY;
            let created = match state(index) {
                State::Active | State::Revoked => NOW - DAY - age,
                State::Expired => NOW - 181 * DAY - age,
            };
            let used = match state(index) {
                // Within the last five minutes: no decision advises to note another use.
                State::Active => NOW - random.below(5 * MINUTE as usize) as i64,
                State::Expired | State::Revoked => created + DAY / 4,
            };
            let record = Record {
                v: 1,
                kind: KIND,
                owner: format!("user-{}", random.below(400)),
                name: format!("Integration {index}"),
                grants: grants(routes, random),
                digest: digest
                    .iter()
                    .fold("sha256:".to_owned(), |hex, byte| hex + format!("{byte:02x}").as_str()),
                created_at: instant(created),
                secret_used_at: instant(used),
                expires_at: instant(created + 180 * DAY),
                last_used_at: instant(used),
                revoked: (state(index) == State::Revoked).then(|| Revoked {
                    by: "admin",
                    at: instant(NOW - DAY / 2),
                    reason: "no longer needed",
                }),
                revision: 1,
                id,
            };
            Token { plaintext: plaintext(&record.id, &secret), record }
        })
        .collect()
}

pub(super) fn secret(random: &mut Random) -> String {
    random.text(BASE62, 32)
}

/// The text a client holds; its last six characters are the CRC-32 of all that stands before them.
pub(super) fn plaintext(id: &str, secret: &str) -> String {
    let body = format!("{PREFIX}_{id}_{secret}");
    let mut rest = Crc::<u32>::new(&CRC_32_ISO_HDLC).checksum(body.as_bytes()) as usize;
    let mut checksum = [b'0'; 6];
    for digit in checksum.iter_mut().rev() {
        *digit = BASE62[rest % 62];
        rest /= 62;
    }
    checksum.iter().fold(body, |mut text, &digit| {
        text.push(char::from(digit));
        text
    })
}

/// Twelve different permissions out of those that the routes ask for.
fn grants(routes: &[Route], random: &mut Random) -> Vec<String> {
    let mut grants = Vec::with_capacity(12);
    while grants.len() < 12 {
        let permission = &random.pick(routes).permission;
        if !grants.contains(permission) {
            grants.push(permission.clone());
        }
    }
    grants
}

fn instant(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .map(|instant| instant.to_rfc3339_opts(SecondsFormat::Millis, true))
        .expect("a day of this decade")
}
