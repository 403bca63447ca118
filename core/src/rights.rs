//! What a list of grants adds up to under one policy: a bit for each permission.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use crate::order::sort;
use crate::policy::{Catalog, Permission};
use crate::scope::Scope;

/// Grants, compiled: asking costs a bit test, and a look-up where instances are named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rights {
    /// Permissions on all instances.
    everywhere: Box<[u64]>,
    /// Permissions on single instances, sorted.
    on_instances: Vec<(Permission, String)>,
}

impl Rights {
    pub(crate) fn of<'s>(grants: impl IntoIterator<Item = &'s Scope>, catalog: &Catalog) -> Rights {
        let mut everywhere = alloc::vec![0; catalog.permissions.div_ceil(64) as usize].into_boxed_slice();
        let mut on_instances = Vec::new();
        for scope in grants {
            catalog.expand(scope, &mut |permission, instance| match instance {
                None => everywhere[(permission / 64) as usize] |= 1 << (permission % 64),
                Some(instance) => on_instances.push((permission, String::from(instance))),
            });
        }
        sort(&mut on_instances, &Ord::cmp);
        on_instances.dedup();
        Rights { everywhere, on_instances }
    }

    /// Whether the permission is granted, on this instance or on all.
    #[inline]
    pub(crate) fn hold(&self, permission: Permission, instance: Option<&str>) -> bool {
        let everywhere = self
            .everywhere
            .get((permission / 64) as usize)
            .is_some_and(|bits| bits >> (permission % 64) & 1 == 1);
        everywhere || instance.is_some_and(|instance| self.hold_on(permission, instance))
    }

    /// Whether the permission is granted on some instance.
    pub(crate) fn hold_somewhere(&self, permission: Permission) -> bool {
        self.hold(permission, None) || self.on_instances.iter().any(|(granted, _)| *granted == permission)
    }

    fn hold_on(&self, permission: Permission, instance: &str) -> bool {
        self.on_instances
            .binary_search_by(|(granted, on)| {
                granted.cmp(&permission).then_with(|| on.as_str().cmp(instance))
            })
            .is_ok()
    }
}
