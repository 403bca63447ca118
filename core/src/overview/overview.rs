//! Tokens in a list for people: one row each, filtered and sorted.

use alloc::vec::Vec;

use crate::base::{Instant, sort};
use crate::document::{ObjectReader, Place, Problems, Value, items, list, map};
use crate::lifecycle::Actor;
use crate::overview::query::{Filter, Sort};
use crate::overview::row::{self, Row};
use crate::policy::Policy;
use crate::token::{Subject, TokenState};

impl Policy {
    /// The rows of a list of tokens: `{"rows": […], "total": n}` (XE18, PL2).
    ///
    /// The request is `{"records": […], "actor": …, "subjects"?: […], "filter"?, "sort"?}`.
    /// Who may see a row is said by the kind's `may.list` and the wall between tenants;
    /// other records are left out, and `total` counts the rest before the filter. A record that
    /// cannot be read has a row all the same, with the status `unreadable` and why.
    /// Subjects are owners' present rights; without its own a token of a kind with a
    /// subject shows the status that it has while its owner is active. No row holds a digest.
    ///
    /// A filter holds `status`, `kind`, `owner`, `ageLevel` (one word or several) and
    /// `search`, which looks for a text in name, description, owner and id, whatever
    /// the case. `sort` is `{"by", "descending"?}`; equal rows are in the order of ids.
    ///
    /// # Errors
    /// The request itself is of another form.
    pub fn overview(&self, request: &Value, now: Instant) -> Result<Value, Problems> {
        let mut problems = Problems::default();
        let overview = self.read_overview(request, now, &mut problems);
        problems.into_result(())?;
        Ok(overview.unwrap_or(Value::Null))
    }

    fn read_overview(&self, request: &Value, now: Instant, problems: &mut Problems) -> Option<Value> {
        let mut request = ObjectReader::read(request, Place::Root, problems)?;
        let records = request.required("records", problems, items);
        let actor = request.required("actor", problems, |value, at, problems| {
            Actor::read(self, value, now).map_err(|refused| problems.add_nested(at, refused)).ok()
        });
        let subjects = request.optional("subjects", problems, |value, at, problems| {
            let open = |value: &Value, at: &Place<'_>, problems: &mut Problems| {
                self.open_subject(value).map_err(|refused| problems.add_nested(at, refused)).ok()
            };
            list(open)(value, at, problems)
        });
        let filter = request.optional("filter", problems, Filter::read).unwrap_or_default();
        let order = request.optional("sort", problems, Sort::read).unwrap_or_default();
        request.finish(problems);
        let (records, actor, subjects) = (records?, actor?, subjects.unwrap_or_default());
        if !problems.is_empty() {
            return None;
        }
        let mut rows: Vec<Row<'_>> =
            records.iter().filter_map(|record| self.row(record, &actor, &subjects, now)).collect();
        row::link(&mut rows);
        let total = rows.len();
        rows.retain(|row| filter.admits(row));
        sort(&mut rows, &|a, b| order.compare(a, b));
        Some(map!([("rows", rows.iter().map(Row::to_value).collect()), ("total", Value::Int(total as i64)),]))
    }

    /// The row of a record, if the actor may see it.
    fn row<'v>(
        &'v self,
        record: &'v Value,
        actor: &Actor<'_>,
        subjects: &[Subject],
        now: Instant,
    ) -> Option<Row<'v>> {
        let text = |name| record.get(name).and_then(Value::as_text);
        actor.reaches(text("tenant")).ok()?;
        let owner = text("owner");
        match TokenState::read(self, record) {
            Ok(token) => actor.may_list(token.kind, owner).then(|| {
                let inactive = |subject: &Subject| subject.id == token.record.owner && !subject.active;
                let suspended = token.record.has_subject && subjects.iter().any(inactive);
                Row::of(self, token, suspended, now)
            }),
            // If its kind cannot be read, an actor who may list any kind sees it.
            Err(unreadable) => {
                let own = self.kinds().iter().find(|kind| Some(kind.name.as_str()) == text("kind"));
                let may = match own {
                    Some(kind) => actor.may_list(kind, owner),
                    None => self.kinds().iter().any(|kind| actor.may_list(kind, owner)),
                };
                may.then(|| Row::unreadable(record, &unreadable))
            }
        }
    }
}
