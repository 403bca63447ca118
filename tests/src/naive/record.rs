//! A stored record, field by field.

use std::net::IpAddr;

use serde_json::Value;

use super::rights::{Catalog, MOST_PERMISSIONS};
use super::time::{self, Millis};

pub(super) struct Record {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) owner: String,
    pub(super) tenant: Option<String>,
    pub(super) digest: String,
    pub(super) previous: Option<(String, Millis)>,
    pub(super) created_at: Millis,
    pub(super) secret_issued_at: Millis,
    pub(super) secret_used_at: Option<Millis>,
    pub(super) last_used_at: Option<Millis>,
    pub(super) not_before: Option<Millis>,
    pub(super) expires_at: Option<Millis>,
    pub(super) idle_after: Option<Millis>,
    pub(super) locked: bool,
    pub(super) revoked: bool,
    extended_at: Option<Millis>,
    applications: Option<Vec<String>>,
    networks: Option<(Vec<String>, Vec<String>)>,
}

const CORRUPT: &str = "corrupt_record";
/// The fields that this model knows, for `critical`.
const KNOWN: &str = "v id kind tenant owner createdBy name description grants applications networks digest previous createdAt secretIssuedAt secretUsedAt notBefore expiresAt notAfter idleAfter lastUsedAt extendedAt lock revoked renewal renewedFrom renewedTo replaces reminded auditHead revision lastCommand endsAt dueAt critical";

pub(super) fn read(policy: &Value, record: &Value) -> Result<Record, &'static str> {
    let fields = record.as_object().ok_or(CORRUPT)?;
    let known = |name: &Value| name.as_str().is_some_and(|name| KNOWN.split(' ').any(|known| known == name));
    let one = fields.get("v").is_some_and(|version| version.as_i64() == Some(1));
    if fields.get("v").is_some_and(|version| version.is_number() && !one)
        || record["critical"].as_array().is_some_and(|names| !names.iter().all(known))
    {
        return Err("unsupported_record");
    }
    if !one || !(record["critical"].is_null() || record["critical"].is_array()) {
        return Err(CORRUPT);
    }
    let field = |name: &str| fields.get(name).filter(|value| !value.is_null());
    let text = |name: &str| match field(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(CORRUPT),
    };
    let instant = |name: &str| match text(name)? {
        None => Ok(None),
        Some(text) => time::parse(&text).map(Some).ok_or(CORRUPT),
    };
    let mark = |name: &str| match field(name) {
        None => Ok(false),
        Some(Value::Object(_)) => Ok(true),
        Some(_) => Err(CORRUPT),
    };
    let kind = text("kind")?.ok_or(CORRUPT)?;
    let kind_document = policy["kinds"].get(&kind).ok_or(CORRUPT)?;
    let grants = list(field("grants").ok_or(CORRUPT)?)?;
    let endless = fields.contains_key("expiresAt") && kind_document["lifetime"]["max"].is_null();
    let expires_at = instant("expiresAt")?;
    let revision = field("revision").and_then(Value::as_u64).filter(|revision| *revision > 0);
    if grants.len() > 1024 || revision.is_none() || (expires_at.is_none() && !endless) {
        return Err(CORRUPT);
    }
    if Catalog::of(policy).count(&fields["grants"]) > MOST_PERMISSIONS {
        return Err(CORRUPT);
    }
    let digest = text("digest")?.filter(|digest| is_digest(digest)).ok_or(CORRUPT)?;
    let previous = match field("previous") {
        None => None,
        Some(previous) => {
            let digest = previous["digest"].as_str().filter(|digest| is_digest(digest)).ok_or(CORRUPT)?;
            let until = previous["until"].as_str().and_then(time::parse).ok_or(CORRUPT)?;
            Some((digest.into(), until))
        }
    };
    let idle_after = match text("idleAfter")? {
        None => None,
        Some(text) => Some(time::duration(&text).filter(|length| *length > 0).ok_or(CORRUPT)?),
    };
    let applications = match field("applications") {
        None => None,
        Some(value) => Some(list(value)?).filter(|list| !list.is_empty()).ok_or(CORRUPT)?.into(),
    };
    let created_at = instant("createdAt")?.ok_or(CORRUPT)?;
    Ok(Record {
        id: text("id")?
            .filter(|id| id.len() == 16 && id.bytes().all(|byte| byte.is_ascii_alphanumeric()))
            .ok_or(CORRUPT)?,
        kind,
        owner: text("owner")?.ok_or(CORRUPT)?,
        tenant: text("tenant")?,
        digest,
        previous,
        created_at,
        secret_issued_at: instant("secretIssuedAt")?.unwrap_or(created_at),
        secret_used_at: instant("secretUsedAt")?,
        last_used_at: instant("lastUsedAt")?,
        not_before: instant("notBefore")?,
        expires_at,
        idle_after,
        locked: mark("lock")?,
        revoked: mark("revoked")?,
        extended_at: instant("extendedAt")?,
        applications,
        networks: field("networks").map(networks).transpose()?,
    })
}

fn list(value: &Value) -> Result<Vec<String>, &'static str> {
    let items = value.as_array().ok_or(CORRUPT)?;
    items.iter().map(|item| item.as_str().map(String::from).ok_or(CORRUPT)).collect()
}

fn is_digest(text: &str) -> bool {
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c);
    text.strip_prefix("sha256:").is_some_and(|digits| digits.len() == 64 && digits.chars().all(hex))
}

fn networks(value: &Value) -> Result<(Vec<String>, Vec<String>), &'static str> {
    let side = |name: &str| match value.get(name) {
        None => Ok(Vec::new()),
        Some(side) => {
            let ranges = list(side)?;
            let fits = !ranges.is_empty() && ranges.iter().all(|range| bits_of(range).is_some());
            if fits { Ok(ranges) } else { Err(CORRUPT) }
        }
    };
    let (allow, deny) = (side("allow")?, side("deny")?);
    if allow.is_empty() && deny.is_empty() { Err(CORRUPT) } else { Ok((allow, deny)) }
}

/// An address as a row of `0` and `1`, with a letter for its family in front.
fn bits(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => format!("4{:032b}", v4.to_bits()),
        IpAddr::V6(v6) => {
            v6.to_ipv4_mapped().map_or_else(|| format!("6{:0128b}", v6.to_bits()), |v4| bits(v4.into()))
        }
    }
}

/// The bits that all addresses of a range share.
fn bits_of(range: &str) -> Option<String> {
    let (address, length) = match range.split_once('/') {
        Some((address, length)) => (address, Some(length.parse::<usize>().ok()?)),
        None => (range, None),
    };
    let bits = bits(address.parse().ok()?);
    let length = length.unwrap_or(bits.len() - 1);
    bits.get(..=length).map(String::from)
}

impl Record {
    pub(super) fn networks_allow(&self, ip: Option<&str>) -> bool {
        let Some((allow, deny)) = &self.networks else { return true };
        let Some(address) = ip.and_then(|ip| ip.parse().ok()).map(bits) else { return false };
        let listed = |ranges: &[String]| {
            ranges.iter().any(|range| bits_of(range).is_some_and(|start| address.starts_with(&start)))
        };
        !listed(deny) && (allow.is_empty() || listed(allow))
    }

    pub(super) fn applications_allow(&self, application: Option<&str>) -> bool {
        self.applications.as_ref().is_none_or(|list| list.iter().any(|own| Some(own.as_str()) == application))
    }

    /// The last instant at which the token is not idle yet.
    pub(super) fn idle_deadline(&self) -> Option<Millis> {
        let anchor =
            [Some(self.created_at), self.last_used_at, self.extended_at].into_iter().flatten().max()?;
        Some(anchor + self.idle_after?)
    }
}
