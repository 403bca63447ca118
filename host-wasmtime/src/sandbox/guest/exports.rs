//! The module's exports, with their types.

use wasmtime::{TypedFunc, WasmParams, WasmResults};

use crate::base::Error;
use crate::sandbox::engine::InstanceLimits;

/// The parameters of a decision: handles of policy, token and subject, and the time in milliseconds.
pub(crate) type DecideParams = (u32, u32, u32, i64);

pub(super) struct Exports {
    pub(super) window: TypedFunc<(), u32>,
    pub(super) abi_version: TypedFunc<(), u32>,
    pub(super) input: TypedFunc<u32, u32>,
    pub(super) result: TypedFunc<(), u64>,
    pub(super) policy_open: TypedFunc<(), u32>,
    pub(super) token_open: TypedFunc<u32, u32>,
    pub(super) subject_open: TypedFunc<u32, u32>,
    pub(super) close: TypedFunc<u32, u32>,
    pub(super) identify: TypedFunc<u32, u32>,
    pub(super) decide: TypedFunc<DecideParams, u32>,
    pub(super) details: TypedFunc<(u32, u32, u32, i64, u32), u32>,
    pub(super) explain: TypedFunc<DecideParams, u32>,
    pub(super) describe: TypedFunc<u32, u32>,
}

impl Exports {
    pub(super) fn find(find: &mut Finder<'_>) -> Result<Exports, Error> {
        Ok(Exports {
            window: find.function("window")?,
            abi_version: find.function("abi_version")?,
            input: find.function("input")?,
            result: find.function("result")?,
            policy_open: find.function("policy_open")?,
            token_open: find.function("token_open")?,
            subject_open: find.function("subject_open")?,
            close: find.function("close")?,
            identify: find.function("identify")?,
            decide: find.function("decide")?,
            details: find.function("details")?,
            explain: find.function("explain")?,
            describe: find.function("describe")?,
        })
    }
}

/// Finds the exports and checks their types.
pub(super) struct Finder<'s> {
    pub(super) instance: wasmtime::Instance,
    pub(super) store: &'s mut wasmtime::Store<InstanceLimits>,
}

impl Finder<'_> {
    fn function<P: WasmParams, R: WasmResults>(
        &mut self,
        name: &'static str,
    ) -> Result<TypedFunc<P, R>, Error> {
        let found = self.instance.get_typed_func(&mut *self.store, name);
        found.map_err(|_| Error::MissingExport { name })
    }
}
