//! Queries: they change no token.

use portcullis_core::{Bounds, RefusalCode, TokenId, Value};

use crate::base::Error;
use crate::base::fields::{parse, text};
use crate::store::{ListQuery, Notice, StoreError, TenantFilter};
use crate::tokens::actor::Actor;
use crate::tokens::error::{Refusal, TokensError};
use crate::tokens::execute::json_or_null;
use crate::tokens::tokens::{Tokens, view_of};
use crate::tokens::view::TokenView;

/// The bytes of events that are verified in one call.
const PART: usize = 1 << 20;

/// The bytes of records that are shown in one page: below what the module reads, with room for the rest.
const PAGE: usize = 6 << 20;

/// How to show a list, each part as JSON text as [`Policy::overview`](crate::Policy::overview) takes it. Absent
/// parts get its defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct OverviewQuery<'a> {
    /// Which rows of the page to show: by status, kind, owner, age, or a text to search for.
    pub filter: Option<&'a str>,
    /// The order of the rows.
    pub sort: Option<&'a str>,
    /// Owners' present rights, a list of subjects: tokens of an inactive owner show as suspended.
    pub subjects: Option<&'a str>,
}

/// A page of tokens to show in a list.
#[derive(Debug)]
pub struct OverviewPage {
    /// The rows as JSON text, as [`Policy::overview`](crate::Policy::overview) gives them.
    pub json: String,
    /// The cursor for the next page; `None` on the last one.
    pub next: Option<String>,
}

/// The audit trail of one token.
#[derive(Debug)]
pub struct AuditTrail {
    /// The events in their order, as JSON text.
    pub events: Vec<String>,
    /// Whether the trail is complete and unchanged.
    pub verified: bool,
    /// The report as JSON text: `{ "verified", "events", "head", "faults" }`.
    pub report: String,
}

impl Tokens {
    /// A token without its digests, for an actor who may list it.
    ///
    /// # Errors
    /// Refused as `unknown` if there is no such token, or the actor must not know of it. Otherwise the store or
    /// the rules failed.
    pub fn find(&self, token: &TokenId, by: &Actor) -> Result<TokenView, TokensError> {
        let record = self.record(token)?;
        let view = view_of(record.as_deref());
        match (record, view) {
            (Some(record), Some(view)) if self.may_list(&record, by)? => Ok(view),
            _ => Err(Refusal::new(RefusalCode::Unknown).into()),
        }
    }

    /// A page of the tokens that the actor may list.
    ///
    /// An actor of a tenant sees that tenant's tokens, whatever the query says. A page of large records holds fewer of
    /// them than the query's limit.
    ///
    /// # Errors
    /// The store or the rules failed.
    pub fn overview(
        &self,
        query: &ListQuery,
        listing: OverviewQuery<'_>,
        by: &Actor,
    ) -> Result<OverviewPage, TokensError> {
        let tenants = if by.system { query.tenants.clone() } else { TenantFilter::Only(by.tenant.clone()) };
        let mut query = ListQuery { tenants, ..query.clone() };
        let page = loop {
            let page = self.store().list(&query)?;
            let bytes: usize = page.records.iter().map(String::len).sum();
            if bytes <= PAGE || query.limit <= 1 {
                break page;
            }
            query.limit /= 2;
        };
        Ok(OverviewPage { json: self.rows(&page.records, listing, by)?, next: page.next })
    }

    /// Which instances a token may access with a permission such as `base:read`: the result of
    /// [`Policy::reach`](crate::Policy::reach), as JSON text. `subject` is the owner's document, for kinds that
    /// need one.
    ///
    /// # Errors
    /// There is no such token, or the store or the rules failed.
    pub fn reach(
        &self,
        token: &TokenId,
        permission: &str,
        subject: Option<&str>,
    ) -> Result<String, TokensError> {
        let record = self.record(token)?.ok_or_else(|| Refusal::new(RefusalCode::Unknown))?;
        let record = json_or_null(Some(&record));
        let (permission, subject) = (Value::from(permission).to_json(), json_or_null(subject));
        let request = format!(r#"{{"record":{record},"permission":{permission},"subject":{subject}}}"#);
        Ok(self.policy().reach(&request)?)
    }

    /// The audit trail of a token, for an actor who may list it. It is verified if it leads to the record
    /// or, for a deleted token, to the tombstone.
    ///
    /// # Errors
    /// Refused as `unknown` if there is no such token, or the actor must not know of it. Otherwise the store or
    /// the rules failed. A trail that was tampered with is a result, not an error.
    pub fn trail(&self, token: &TokenId, by: &Actor) -> Result<AuditTrail, TokensError> {
        let unknown = || Refusal::new(RefusalCode::Unknown);
        let (role, stored) = match self.record(token)? {
            Some(record) => ("record", record),
            None => ("tombstone", self.store().tombstone(token)?.ok_or_else(unknown)?),
        };
        if !self.may_list(&stored, by)? {
            return Err(unknown().into());
        }
        let events = self.store().trail(token)?;
        let fields = Value::parse(&stored, Bounds::RECORD).map_err(|_| unreadable())?;
        let head = Value::from(text(&fields, "auditHead")).to_json();
        let trail = format!(r#""head":{head},"token":"{}","{role}":{stored}"#, token.as_str());
        let mut after = String::new();
        let mut parts = parts_of(&events).into_iter().peekable();
        while let Some(part) = parts.next() {
            let (list, more) = (part.join(","), parts.peek().is_some());
            let request = format!(r#"{{"events":[{list}],{trail}{after},"more":{more}}}"#);
            let report = self.policy().verify_trail(&request, self.audit_key())?;
            let found = parse(&report)?;
            match (found.get("state"), found.get("verified")) {
                (Some(state), _) if more => after = format!(r#","after":{}"#, state.to_json()),
                // The last part, or one with faults.
                (_, Some(Value::Bool(verified))) => {
                    let verified = *verified;
                    return Ok(AuditTrail { events, verified, report });
                }
                _ => break,
            }
        }
        Err(Error::BadAnswer("an invalid report on a trail").into())
    }

    /// The oldest notices that were not acknowledged. Send them, then acknowledge their keys. After a crash in
    /// between you get them again, so a mailer that remembers keys sends each one once.
    ///
    /// # Errors
    /// The store failed.
    pub fn outbox(&self, limit: usize) -> Result<Vec<Notice>, TokensError> {
        Ok(self.store().outbox(limit)?)
    }

    /// Removes notices that were sent from the outbox.
    ///
    /// # Errors
    /// The store failed.
    pub fn acknowledge(&self, keys: &[String]) -> Result<(), TokensError> {
        Ok(self.store().acknowledge(keys)?)
    }

    /// Letters for these notices, one per recipient, in English and German, as JSON text.
    ///
    /// # Errors
    /// The rules failed.
    pub fn letters(&self, notices: &[Notice]) -> Result<String, TokensError> {
        let list: Vec<&str> = notices.iter().map(|notice| notice.json.as_str()).collect();
        Ok(self.policy().letters(&format!(r#"{{"notices":[{}]}}"#, list.join(",")))?)
    }

    fn may_list(&self, record: &str, by: &Actor) -> Result<bool, TokensError> {
        let rows = self.rows(&[record.into()], OverviewQuery::default(), by)?;
        match Value::parse(&rows, Bounds::POLICY).ok().as_ref().and_then(|rows| rows.get("rows")) {
            Some(Value::List(rows)) => Ok(!rows.is_empty()),
            _ => Err(Error::BadAnswer("invalid rows").into()),
        }
    }

    fn rows(
        &self,
        records: &[String],
        listing: OverviewQuery<'_>,
        by: &Actor,
    ) -> Result<String, TokensError> {
        let OverviewQuery { filter, sort, subjects } = listing;
        let records: Vec<&str> = records.iter().map(|record| json_or_null(Some(record))).collect();
        let (records, actor) = (records.join(","), by.to_value().to_json());
        let [filter, sort, subjects] = [filter, sort, subjects].map(json_or_null);
        let request = format!(
            r#"{{"records":[{records}],"actor":{actor},"filter":{filter},"sort":{sort},"subjects":{subjects}}}"#
        );
        Ok(self.policy().overview(&request, self.now())?)
    }
}

/// The events in parts, each well below what the module reads at once.
fn parts_of(events: &[String]) -> Vec<&[String]> {
    let (mut parts, mut start, mut length) = (Vec::new(), 0, 0);
    for (place, event) in events.iter().enumerate() {
        if length > PART {
            parts.push(&events[start..place]);
            (start, length) = (place, 0);
        }
        length += event.len();
    }
    parts.push(&events[start..]);
    parts
}

fn unreadable() -> StoreError {
    StoreError::new("what is kept of a token cannot be read")
}
