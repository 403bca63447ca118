//! The module's exports, with their types.

use wasmtime::TypedFunc;

use crate::base::Error;
use crate::sandbox::engine::InstanceLimits;

/// The parameters of a decision: handles of policy, token and subject, and the time in milliseconds.
pub(crate) type DecideParams = (u32, u32, u32, i64);

/// Declares the exports, and finds them under their names with the types that are stated here.
macro_rules! exports {
    ($($name:ident: $params:ty => $result:ty,)*) => {
        pub(super) struct Exports {
            $(pub(super) $name: TypedFunc<$params, $result>,)*
        }

        impl Exports {
            pub(super) fn find(
                instance: wasmtime::Instance,
                store: &mut wasmtime::Store<InstanceLimits>,
            ) -> Result<Exports, Error> {
                $(
                    let name = stringify!($name);
                    let found = instance.get_typed_func(&mut *store, name);
                    let $name = found.map_err(|_| Error::MissingExport { name })?;
                )*
                Ok(Exports { $($name),* })
            }
        }
    };
}

exports! {
    window: () => u32,
    abi_version: () => u32,
    input: u32 => u32,
    result: () => u64,
    policy_open: () => u32,
    token_open: u32 => u32,
    subject_open: u32 => u32,
    close: u32 => u32,
    identify: u32 => u32,
    decide: DecideParams => u32,
    details: (u32, u32, u32, i64, u32) => u32,
    explain: DecideParams => u32,
    describe: u32 => u32,
}
