//! Revokes many tokens, a page at a time.

use portcullis_core::{Problem, RefusalCode};

use crate::base::Error;
use crate::store::{ListQuery, Record, StatusFilter, TenantFilter};
use crate::tokens::error::{Refusal, TokensError};
use crate::tokens::{Command, CommandFailure, CommandOptions, Tokens};

/// The result for one page of tokens.
#[derive(Debug, Default)]
pub struct RevokeWhereResult {
    /// Tokens that this call revoked.
    pub revoked: usize,
    /// Tokens that it could not revoke.
    pub failed: Vec<CommandFailure>,
    /// The cursor for the next page; `None` on the last one.
    pub next: Option<String>,
}

impl Tokens {
    /// Revokes the tokens that match a query, at most its limit: all that one owner holds, or all that were made
    /// before a leak was closed. Call it again with [`RevokeWhereResult::next`] as [`ListQuery::after`] until
    /// that is `None`. Under one command id it can be resumed after a crash.
    ///
    /// An actor of a tenant revokes only that tenant's tokens, whatever the query says.
    ///
    /// # Errors
    /// The store failed, or the query has no filter: give an owner, a tenant, a kind or a time.
    pub fn revoke_where<'a>(
        &self,
        query: &ListQuery,
        by: impl Into<CommandOptions<'a>>,
    ) -> Result<RevokeWhereResult, TokensError> {
        let by = by.into();
        let Some(actor) = by.actor else { return Err(Refusal::new(RefusalCode::NotAllowed).into()) };
        let tenants =
            if actor.system { query.tenants.clone() } else { TenantFilter::Only(actor.tenant.clone()) };
        let query = ListQuery { tenants, ..query.clone() };
        let ListQuery { tenants, owner, kind, status: _, created_before, now: _, after: _, limit: _ } =
            &query;
        if matches!(tenants, TenantFilter::Every | TenantFilter::Only(None))
            && owner.is_none()
            && kind.is_none()
            && created_before.is_none()
        {
            let problem = Problem::new("too_wide", "name an owner, a tenant, a kind or a time before which");
            return Err(Error::Refused(problem.into()).into());
        }
        let page = self.store().list(&query)?;
        let mut revoked = RevokeWhereResult { next: page.next, ..RevokeWhereResult::default() };
        for record in &page.records {
            let Some(record) = Record::parse(record) else {
                let error = Refusal::new(RefusalCode::CorruptRecord).into();
                revoked.failed.push(CommandFailure { token: None, error });
                continue;
            };
            if StatusFilter::of(&record, query.now) == StatusFilter::Revoked {
                continue;
            }
            match self.execute(Command::Revoke(*record.id()), by) {
                Ok(done) => revoked.revoked += usize::from(!done.repeated),
                Err(error) => revoked.failed.push(CommandFailure { token: Some(*record.id()), error }),
            }
        }
        Ok(revoked)
    }
}
