//! The token record that the host stores, read field by field.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::base::{Instant, decimal, join};
use crate::credential::{Digest, TokenId};
use crate::document::{
    ObjectReader, Place, Problem, Problems, Value, expected, instant, list, short_text, span, text, texts,
};
use crate::policy::{Grant, Kind, Policy, Rights};
use crate::token::deadlines::{ActiveWindow, Deadlines, Times};
use crate::token::limits::LONGEST_NAME;
use crate::token::network::{Network, Networks};

/// The fields of a record that this version knows, in their order; `critical` may name them.
pub(crate) const FIELDS: &[&str] = &[
    "v",
    "id",
    "kind",
    "tenant",
    "owner",
    "createdBy",
    "name",
    "description",
    "grants",
    "applications",
    "networks",
    "digest",
    "previous",
    "createdAt",
    "secretIssuedAt",
    "secretUsedAt",
    "notBefore",
    "expiresAt",
    "notAfter",
    "idleAfter",
    "lastUsedAt",
    "extendedAt",
    "lock",
    "revoked",
    "renewal",
    "renewedFrom",
    "renewedTo",
    "replaces",
    "reminded",
    "auditHead",
    "revision",
    "lastCommand",
    "endsAt",
    "dueAt",
    "critical",
];

/// A compiled record.
///
/// The fields that every decision reads come first: they end with the second cache line of a token.
#[derive(Debug)]
#[repr(C)]
pub(crate) struct Record {
    pub(crate) id: TokenId,
    pub(crate) digest: Digest,
    pub(crate) kind: u16,
    /// Whether the kind asks for the owner's present rights.
    pub(crate) has_subject: bool,
    pub(crate) window: ActiveWindow,
    pub(crate) restrictions: Option<Box<Restrictions>>,
    pub(crate) rights: Rights,
    pub(crate) deadlines: Deadlines,
    pub(crate) locked: bool,
    pub(crate) revoked: bool,
    pub(crate) owner: String,
    pub(crate) previous: Option<(Digest, Instant)>,
    pub(crate) times: Times,
    pub(crate) revision: u64,
    /// Each grant as written, with its scope if the policy knows it.
    pub(crate) grants: Vec<Grant>,
    pub(crate) warnings: Vec<Problem>,
}

/// Why a record cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableRecord {
    /// Whether a newer version of this library may be able to read it.
    pub unsupported: bool,
    /// The problems; they never repeat the record's contents.
    pub problems: Problems,
}

impl UnreadableRecord {
    pub(crate) fn corrupt(problems: Problems) -> UnreadableRecord {
        UnreadableRecord { unsupported: false, problems }
    }
}

/// Where a token may be used; most tokens are not restricted.
#[derive(Debug, Default)]
pub(crate) struct Restrictions {
    pub(crate) tenant: Option<String>,
    pub(crate) applications: Option<Vec<String>>,
    pub(crate) networks: Option<Networks>,
}

impl Restrictions {
    fn boxed(self) -> Option<Box<Restrictions>> {
        let any = self.tenant.is_some() || self.applications.is_some() || self.networks.is_some();
        any.then(|| Box::new(self))
    }
}

impl Record {
    #[inline]
    pub(crate) fn tenant(&self) -> Option<&str> {
        self.restrictions.as_ref()?.tenant.as_deref()
    }

    #[inline]
    pub(crate) fn applications(&self) -> Option<&[String]> {
        self.restrictions.as_ref()?.applications.as_deref()
    }

    #[inline]
    pub(crate) fn networks(&self) -> Option<&Networks> {
        self.restrictions.as_ref()?.networks.as_ref()
    }

    /// Whether the host should record a use at `now`. Recording is coarse: at
    /// most every `touchEvery`, and often enough that the inactivity clock is
    /// never more than a hundredth of its period ahead of the truth. The first
    /// use of a new secret is always recorded: it completes a renewal.
    #[inline]
    pub(crate) fn wants_touch(&self, with_previous: bool, now: Instant) -> bool {
        self.deadlines.touch_from <= now.millis() || self.times.is_first_use(with_previous)
    }

    pub(crate) fn read(policy: &Policy, record: &Value) -> Result<Record, UnreadableRecord> {
        if let Some(problem) = beyond_this_version(record) {
            return Err(UnreadableRecord { unsupported: true, problems: problem.into() });
        }
        Problems::collect(|problems| Record::read_fields(policy, record, problems))
            .map_err(UnreadableRecord::corrupt)
    }

    fn read_fields(policy: &Policy, record: &Value, problems: &mut Problems) -> Option<Record> {
        let mut record = ObjectReader::read(record, Place::Root, problems)?;
        record.required("v", problems, crate::document::count);
        record.optional("critical", problems, texts);
        let id = record.required("id", problems, |value, at, problems| {
            let id = value.as_text().and_then(TokenId::parse);
            if id.is_none() {
                expected(problems, at, "16 base62 characters");
            }
            id
        });
        let kind =
            record.required("kind", problems, |value, at, problems| read_kind(policy, value, at, problems));
        let tenant = record.optional("tenant", problems, short_text(LONGEST_NAME));
        let owner = record.required("owner", problems, short_text(LONGEST_NAME));
        let grants = record.required("grants", problems, |value, at, problems| {
            Rights::read(value, &policy.catalog, at, problems)
        });
        let applications =
            record.optional("applications", problems, not_empty(list(short_text(LONGEST_NAME))));
        let networks = record.optional("networks", problems, read_networks);
        let digest = record.required("digest", problems, read_digest);
        let previous = record.optional("previous", problems, |value, at, problems| {
            let mut previous = ObjectReader::read(value, *at, problems)?;
            let digest = previous.required("digest", problems, read_digest);
            Some((digest?, previous.required("until", problems, instant)?))
        });
        let created_at = record.required("createdAt", problems, instant);
        let mut optional = |name| record.optional(name, problems, instant);
        let [secret_issued_at, secret_used_at, not_before, last_used_at, extended_at] =
            ["secretIssuedAt", "secretUsedAt", "notBefore", "lastUsedAt", "extendedAt"].map(&mut optional);
        let expires_at = read_expiry(&mut record, kind.and_then(|kind| policy.kind(kind)), problems);
        let idle_after = record.optional("idleAfter", problems, span);
        let locked = record.optional("lock", problems, ObjectReader::is_object).is_some();
        let revoked = record.optional("revoked", problems, ObjectReader::is_object).is_some();
        let revision = record.required("revision", problems, crate::document::count);
        let (rights, grants) = grants?;
        let warnings = warnings_of(policy, &grants);
        let (id, kind, owner, digest, revision) = (id?, kind?, owner?, digest?, revision?);
        let times = Times {
            created_at: created_at?,
            secret_issued_at,
            secret_used_at,
            not_before,
            expires_at,
            idle_after,
            last_used_at,
            extended_at,
        };
        let declared = policy.kind(kind)?;
        let deadlines = Deadlines::of(&times, declared);
        let stopped = locked || revoked;
        Some(Record {
            id,
            digest,
            kind,
            has_subject: declared.has_subject,
            window: if stopped { ActiveWindow::NONE } else { ActiveWindow::of(&times, &deadlines) },
            restrictions: Restrictions { tenant, applications, networks }.boxed(),
            rights,
            deadlines,
            locked,
            revoked,
            owner,
            previous,
            times,
            revision: revision.into(),
            grants,
            warnings,
        })
    }
}

/// A version or a critical field that this version does not know.
fn beyond_this_version(record: &Value) -> Option<Problem> {
    if let Some(Value::Int(version)) = record.get("v")
        && *version != 1
    {
        return Some(Problem::at(
            "/v",
            "unsupported_record",
            "the record has another version; update this library".into(),
        ));
    }
    let Some(Value::List(critical)) = record.get("critical") else { return None };
    let unknown =
        critical.iter().position(|field| !field.as_text().is_some_and(|field| FIELDS.contains(&field)));
    unknown.map(|i| {
        let path = join(&["/critical/", &decimal(i as u64)]);
        Problem::at(
            &path,
            "unsupported_record",
            "the record has a critical field that this version does not know".into(),
        )
    })
}

fn read_kind(policy: &Policy, value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<u16> {
    let name = text(value, at, problems)?;
    let number = policy.kinds().iter().position(|kind| kind.name == name);
    if number.is_none() {
        problems.add(at, "unknown_kind", "the policy has no kind with this name".into());
    }
    number.map(|number| number as u16)
}

pub(crate) fn read_digest(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Digest> {
    let digest = value.as_text().and_then(Digest::parse);
    if digest.is_none() {
        expected(problems, at, "\"sha256:\" and 64 lower-case hexadecimal digits");
    }
    digest
}

/// `expiresAt` is required. It may be `null` only if tokens of the kind need not expire.
fn read_expiry(
    record: &mut ObjectReader<'_, '_>,
    kind: Option<&Kind>,
    problems: &mut Problems,
) -> Option<Instant> {
    let at = Place::Root.field("expiresAt");
    match record.raw("expiresAt") {
        None => {
            problems.add(
                &Place::Root,
                "missing_field",
                "the field \"expiresAt\" is required; null means never".into(),
            );
            None
        }
        Some(Value::Null) => {
            if kind.is_some_and(|kind| kind.lifetime.default.is_some()) {
                problems.add(&at, "never_expires", "tokens of this kind must expire".into());
            }
            None
        }
        Some(value) => instant(value, &at, problems),
    }
}

fn read_networks(value: &Value, at: &Place<'_>, problems: &mut Problems) -> Option<Networks> {
    let mut networks = ObjectReader::read(value, *at, problems)?;
    let network = |value: &Value, at: &Place<'_>, problems: &mut Problems| {
        let network = value.as_text().and_then(Network::parse);
        if network.is_none() {
            expected(problems, at, "an address range such as 10.0.0.0/8, with no bits set after the prefix");
        }
        network
    };
    let allow = networks.optional("allow", problems, not_empty(list(network)));
    let deny = networks.optional("deny", problems, not_empty(list(network)));
    if allow.is_none() && deny.is_none() {
        expected(problems, at, "\"allow\" or \"deny\"");
    }
    networks.finish(problems);
    Some(Networks { allow, deny: deny.unwrap_or_default() })
}

/// One reader takes an empty list for "none", another for "all".
fn not_empty<T>(
    read: impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<Vec<T>>,
) -> impl Fn(&Value, &Place<'_>, &mut Problems) -> Option<Vec<T>> {
    move |value, at, problems| {
        let items = read(value, at, problems)?;
        if items.is_empty() {
            expected(problems, at, "at least one item; leave the field out for no restriction");
        }
        Some(items)
    }
}

/// What the author of the grants should look at.
fn warnings_of(policy: &Policy, grants: &[Grant]) -> Vec<Problem> {
    let mut warnings = Vec::new();
    for (i, (text, scope)) in grants.iter().enumerate() {
        let path = || join(&["/grants/", &decimal(i as u64)]);
        if scope.is_none() {
            warnings.push(Problem::at(
                &path(),
                "unknown_scope",
                "the policy does not know this scope; it grants nothing".into(),
            ));
        } else if policy.catalog.present(text) != *text {
            warnings.push(Problem::at(&path(), "renamed", "the scope uses a former name".into()));
        }
    }
    warnings
}
