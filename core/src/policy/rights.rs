//! What a list of grants adds up to under one policy: a bit for each permission.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::base::sort;
use crate::policy::catalog::{Catalog, Permission};
use crate::policy::routes::{Instance, Need};
use crate::policy::scope::Scope;

/// Grants, compiled: asking costs a bit test, and a look-up where instances are named.
#[derive(Clone, Debug)]
#[repr(C)]
pub(crate) struct Rights {
    /// The first permissions on all instances: where most policies end, without a pointer to follow.
    first: [u64; FIRST],
    /// The rest of them.
    rest: Box<[u64]>,
    /// Permissions on single instances, sorted.
    on_instances: Vec<(Permission, String)>,
}

/// Words of permissions that stand in the rights themselves: 256 of them.
const FIRST: usize = 4;

impl Rights {
    pub(crate) fn of<'s>(grants: impl IntoIterator<Item = &'s Scope>, catalog: &Catalog) -> Rights {
        let words = (catalog.permissions.div_ceil(64) as usize).saturating_sub(FIRST);
        let mut rights = Rights {
            first: [0; FIRST],
            rest: alloc::vec![0; words].into_boxed_slice(),
            on_instances: Vec::new(),
        };
        for scope in grants {
            catalog.expand(scope, &mut |permission, instance| rights.add(permission, instance));
        }
        sort(&mut rights.on_instances, &Ord::cmp);
        rights.on_instances.dedup();
        rights
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

    /// The instances on which the permission is granted one by one, in byte order.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn instances(&self, permission: Permission) -> impl Iterator<Item = &str> {
        let on = self.on_instances.iter().filter(move |(granted, _)| *granted == permission);
        on.map(|(_, instance)| instance.as_str())
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
