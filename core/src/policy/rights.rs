//! What a list of grants adds up to under one policy: a bit for each permission.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
#[cfg(feature = "lifecycle")]
use core::ops::Range;

use crate::base::sort;
use crate::document::{Place, Problems, Value, texts};
use crate::policy::catalog::{Catalog, Permission};
use crate::policy::grants::Part;
use crate::policy::routes::{Instance, Need};
use crate::policy::scope::Scope;

/// Grants, compiled: asking costs a bit test, and a look-up where instances are named.
#[derive(Clone, Debug, Default)]
#[repr(C)]
pub(crate) struct Rights {
    /// The first permissions on all instances: where most policies end, without a pointer to follow.
    first: [u64; FIRST],
    /// The rest of them.
    rest: Box<[u64]>,
    /// Permissions on single instances, sorted.
    on_instances: Vec<(Permission, String)>,
}

/// The most grants of a token, a subject or an actor.
pub(crate) const MOST_GRANTS: usize = 1_024;

/// The most permissions that the grants of a token, a subject or an actor stand for: each action of a grant is
/// counted on each resource and on each instance, and what is granted twice counts once.
pub(crate) const MOST_PERMISSIONS: usize = 131_072;

const TOO_MANY: &str = "expected at most 1,024 grants that stand for at most 131,072 permissions";

/// A grant as it is written, with its scope where the policy knows it.
pub(crate) type Grant = (String, Option<Scope>);

/// Words of permissions that stand in the rights themselves: 256 of them.
const FIRST: usize = 4;

impl Rights {
    /// What the grants of a policy add up to.
    pub(crate) fn of<'s>(grants: impl IntoIterator<Item = &'s Scope>, catalog: &'s Catalog) -> Rights {
        Rights::at_most(usize::MAX, &distinct(&mut grants.into_iter(), catalog), catalog).unwrap_or_default()
    }

    /// Reads the grants of a token, a subject or an actor, each with its scope if the policy knows it, and adds them
    /// up. A list that is too long, or that stands for too much, is a problem.
    pub(crate) fn read(
        value: &Value,
        catalog: &Catalog,
        at: &Place<'_>,
        problems: &mut Problems,
    ) -> Option<(Rights, Vec<Grant>)> {
        let texts = texts(value, at, problems)?;
        let mut grants = Vec::new();
        if texts.len() <= MOST_GRANTS {
            for text in texts {
                let scope = Scope::parse(&text).filter(|scope| catalog.knows(scope));
                grants.push((text, scope));
            }
            let known = grants.iter().filter_map(|(_, scope)| scope.as_ref());
            if let Some(rights) = Rights::bounded(known, catalog) {
                return Some((rights, grants));
            }
        }
        problems.add(at, "too_many", TOO_MANY.into());
        None
    }

    /// What grants add up to; `None` if they stand for too much.
    pub(crate) fn bounded<'s>(
        grants: impl IntoIterator<Item = &'s Scope>,
        catalog: &'s Catalog,
    ) -> Option<Rights> {
        Rights::at_most(MOST_PERMISSIONS, &distinct(&mut grants.into_iter(), catalog), catalog)
    }

    fn at_most(most: usize, parts: &[Part<'_>], catalog: &Catalog) -> Option<Rights> {
        let words = (catalog.permissions.div_ceil(64) as usize).saturating_sub(FIRST);
        let mut rights = Rights { rest: alloc::vec![0; words].into_boxed_slice(), ..Rights::default() };
        let mut granted = 0;
        for part in parts {
            catalog.grant(part, &mut |permission, instance| {
                granted += 1;
                rights.add(permission, instance);
            });
            if granted > most {
                return None;
            }
        }
        sort(&mut rights.on_instances, &Ord::cmp);
        rights.on_instances.dedup();
        Some(rights)
    }

    fn add(&mut self, permission: Permission, instance: Option<&str>) {
        let word = (permission / 64) as usize;
        match instance {
            Some(instance) => self.on_instances.push((permission, String::from(instance))),
            None => {
                if let Some(word) = self.first.iter_mut().chain(&mut self.rest).nth(word) {
                    *word |= 1 << (permission % 64);
                }
            }
        }
    }

    /// Whether the permission is granted, on this instance or on all.
    #[inline]
    pub(crate) fn allow(&self, permission: Permission, instance: Option<&str>) -> bool {
        let word = (permission / 64) as usize;
        let bits = self.first.get(word).or_else(|| self.rest.get(word - FIRST)).copied().unwrap_or(0);
        bits >> (permission % 64) & 1 == 1
            || instance.is_some_and(|instance| self.allow_on_instance(permission, instance))
    }

    /// Whether the permission is granted on some instance.
    pub(crate) fn allow_somewhere(&self, permission: Permission) -> bool {
        self.allow(permission, None) || self.on_instances.iter().any(|(granted, _)| *granted == permission)
    }

    /// The permissions among these that are granted on single instances.
    #[cfg(feature = "lifecycle")]
    fn on_instances_of(&self, among: Range<Permission>) -> &[(Permission, String)] {
        let [begin, end] = [among.start, among.end]
            .map(|bound| self.on_instances.partition_point(|(permission, _)| *permission < bound));
        self.on_instances.get(begin..end).unwrap_or_default()
    }

    /// Whether the scope grants one of these permissions, on an instance that these rights reach.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn meet(&self, scope: &Scope, catalog: &Catalog) -> bool {
        let mut meet = false;
        for part in distinct(&mut [scope].into_iter(), catalog) {
            catalog.grant(&part, &mut |permission, instance| {
                meet |= match instance {
                    None => self.allow_somewhere(permission),
                    Some(_) => self.allow(permission, instance),
                };
            });
        }
        meet
    }

    /// The instances on which one of these permissions is granted: those of one permission in byte order.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn instances(&self, among: Range<Permission>) -> impl Iterator<Item = &str> {
        self.on_instances_of(among).iter().map(|(_, instance)| instance.as_str())
    }

    fn allow_on_instance(&self, permission: Permission, instance: &str) -> bool {
        self.on_instances
            .binary_search_by(|(granted, on)| {
                granted.cmp(&permission).then_with(|| on.as_str().cmp(instance))
            })
            .is_ok()
    }

    /// The alternative of which the fewest needs are missing, the first of equals.
    pub(crate) fn nearest<'n>(
        &self,
        alternatives: impl Iterator<Item = &'n Vec<Need>>,
        parameters: &[String],
    ) -> &'n [Need] {
        alternatives.min_by_key(|needs| self.lacking(needs, parameters).count()).map_or(&[], Vec::as_slice)
    }

    /// The fewest needs that would have to be met besides: one on all instances stands for those on single ones.
    pub(crate) fn lacking<'n>(
        &self,
        needs: &'n [Need],
        parameters: &[String],
    ) -> impl Iterator<Item = &'n Need> {
        let covered = |place: usize, need: &Need| {
            needs.iter().enumerate().any(|(other_place, other)| {
                let same = need.instance.value(parameters) == other.instance.value(parameters);
                other.permission == need.permission
                    && (same && other_place < place || !same && other.instance == Instance::All)
            })
        };
        let needs = needs.iter().enumerate();
        let lacking =
            needs.filter(move |(place, need)| !self.allow_need(need, parameters) && !covered(*place, need));
        lacking.map(|(_, need)| need)
    }

    /// Whether all needs are met.
    #[inline]
    pub(crate) fn allow_all(&self, needs: &[Need], parameters: &[String]) -> bool {
        needs.iter().all(|need| self.allow_need(need, parameters))
    }

    /// Whether one need is met, its instance taken from the path where it stands there.
    #[inline]
    pub(crate) fn allow_need(&self, need: &Need, parameters: &[String]) -> bool {
        self.allow(need.permission, need.instance.value(parameters))
    }
}

/// The parts of the grants that are known, each once.
fn distinct<'s>(scopes: &mut dyn Iterator<Item = &'s Scope>, catalog: &'s Catalog) -> Vec<Part<'s>> {
    let mut parts = Vec::new();
    let mut repeats_set = catalog.repeats_set();
    for scope in scopes {
        if !repeats_set(scope) {
            catalog.add_parts(scope, &mut parts);
        }
    }
    sort(&mut parts, &Ord::cmp);
    parts.dedup();
    parts
}
