//! One running instance of the module. It checks every number and byte that comes from the module.

use portcullis_core::abi::frame::WINDOW;
use portcullis_core::abi::verdict::{MISUSE, OPEN, REASON};
use portcullis_core::abi::{NONE, STORE_UNAVAILABLE};
use portcullis_core::{Attempt, Bounds, Level, Reason, TokenId, Value};
use wasmtime::{InstancePre, Memory, Store};

use crate::base::{Error, Identification, Problems};
use crate::sandbox::engine::InstanceLimits;
use crate::sandbox::frame;
use crate::sandbox::guest::exports::{DecideParams, Exports};
use crate::sandbox::guest::machine::{CallLimits, Instance};

/// A running instance. Drop it after an error.
pub(crate) struct Guest {
    pub(super) machine: Instance,
    pub(super) instance: wasmtime::Instance,
    memory: Memory,
    window: usize,
    pub(super) exports: Exports,
}

impl Guest {
    /// Starts an instance. The module was checked to have no imports.
    pub(crate) fn start(blueprint: &InstancePre<InstanceLimits>, bound: CallLimits) -> Result<Guest, Error> {
        let mut store = Store::new(blueprint.module().engine(), InstanceLimits::new(bound.memory));
        store.limiter(|limits| limits);
        store.set_epoch_deadline(bound.ticks);
        let mut machine = Instance { store, bound };
        let instance = blueprint.instantiate(&mut machine.store).map_err(|error| machine.failure(&error))?;
        let store = &mut machine.store;
        let memory = instance
            .get_memory(&mut *store, "memory")
            .filter(|memory| !memory.ty(&*store).is_64())
            .ok_or(Error::MissingExport { name: "memory" })?;
        let exports = Exports::find(instance, store)?;
        let window = machine.call(&exports.window, ())? as usize;
        let mut guest = Guest { machine, instance, memory, window, exports };
        guest.window()?;
        Ok(guest)
    }

    pub(crate) fn abi_version(&mut self) -> Result<u32, Error> {
        self.machine.call(&self.exports.abi_version, ())
    }

    /// Sets the limits of later calls.
    pub(crate) fn bound(&mut self, bound: CallLimits) {
        self.machine.bound = bound;
    }

    /// Bytes of memory that the instance uses.
    #[inline]
    pub(crate) fn memory(&self) -> usize {
        self.memory.data_size(&self.machine.store)
    }

    pub(crate) fn open_policy(&mut self, document: &str) -> Result<Result<u32, Problems>, Error> {
        self.hand_over(&[document.as_bytes()])?;
        let handle = self.machine.call(&self.exports.policy_open, ())?;
        self.opened(handle)
    }

    /// Opens a record. An invalid record gets a handle, too.
    pub(crate) fn open_token(&mut self, policy: u32, record: &str) -> Result<u32, Error> {
        self.hand_over(&[record.as_bytes()])?;
        let handle = self.machine.call(&self.exports.token_open, policy)?;
        self.opened(handle)?.map_err(|_| Error::BadAnswer("it refused to open a record"))
    }

    pub(crate) fn open_subject(
        &mut self,
        policy: u32,
        document: &str,
    ) -> Result<Result<u32, Problems>, Error> {
        self.hand_over(&[document.as_bytes()])?;
        let handle = self.machine.call(&self.exports.subject_open, policy)?;
        self.opened(handle)
    }

    pub(crate) fn close(&mut self, handle: u32) -> Result<(), Error> {
        match self.machine.call(&self.exports.close, handle)? {
            1 => Ok(()),
            _ => Err(Error::BadAnswer("it does not know its own handle")),
        }
    }

    /// Writes an attempt to the module's window, for the calls that follow.
    #[inline]
    pub(crate) fn write(&mut self, attempt: &Attempt<'_>) -> Result<(), Error> {
        let window = self.window()?;
        frame::write(attempt, window).ok_or(Error::BadAnswer("its window is too small"))
    }

    /// Steps 1 and 2 for the attempt in the window.
    pub(crate) fn identify(&mut self, policy: u32) -> Result<Identification, Error> {
        let verdict = self.machine.call(&self.exports.identify, policy)?;
        if verdict & (REASON | OPEN) == 0 {
            let id = TokenId::parse(&self.result()?);
            return id.map(Identification::Id).ok_or(Error::BadAnswer("an invalid id"));
        }
        sane(verdict & !OPEN).map(Identification::Verdict)
    }

    /// Decides on the attempt in the window.
    #[inline]
    pub(crate) fn decide(&mut self, asked: DecideParams) -> Result<u32, Error> {
        self.machine.call(&self.exports.decide, asked).and_then(sane)
    }

    /// The details of that decision as JSON text.
    pub(crate) fn details(&mut self, asked: DecideParams, level: Level) -> Result<String, Error> {
        let level = match level {
            Level::Public => 0,
            Level::Holder => 1,
            Level::Operator => 2,
        };
        let (policy, token, subject, now) = asked;
        let said = self.machine.call(&self.exports.details, (policy, token, subject, now, level))?;
        self.said(said)
    }

    pub(crate) fn explain(&mut self, asked: DecideParams) -> Result<String, Error> {
        let said = self.machine.call(&self.exports.explain, asked)?;
        self.said(said)
    }

    pub(crate) fn describe(&mut self, handle: u32) -> Result<String, Error> {
        let said = self.machine.call(&self.exports.describe, handle)?;
        self.said(said)
    }

    #[inline]
    fn window(&mut self) -> Result<&mut [u8; WINDOW], Error> {
        let behind = self.memory.data_mut(&mut self.machine.store).get_mut(self.window..);
        behind.and_then(<[u8]>::first_chunk_mut).ok_or(Error::BadAnswer("its window lies outside its memory"))
    }

    /// Copies a document to the module's input, in pieces.
    pub(super) fn hand_over(&mut self, document: &[&[u8]]) -> Result<(), Error> {
        let length = document.iter().map(|piece| piece.len()).sum();
        let bytes = u32::try_from(length).map_err(|_| Error::BadAnswer("a document too large"))?;
        let start = self.machine.call(&self.exports.input, bytes)? as usize;
        let behind = self.memory.data_mut(&mut self.machine.store).get_mut(start..);
        match behind.and_then(|behind| behind.get_mut(..length)) {
            Some(mut place) if start != 0 => {
                for piece in document {
                    let (front, rest) = place.split_at_mut(piece.len());
                    front.copy_from_slice(piece);
                    place = rest;
                }
                Ok(())
            }
            Some(_) | None => Err(Error::BadAnswer("its input lies outside its memory")),
        }
    }

    /// A handle, or the problems with the document.
    pub(super) fn opened(&mut self, handle: u32) -> Result<Result<u32, Problems>, Error> {
        match handle {
            NONE => {
                let list = Value::parse(&self.result()?, Bounds::POLICY).ok();
                let problems = list.as_ref().and_then(Problems::read);
                problems.map(Err).ok_or(Error::BadAnswer("it refused a document without a reason"))
            }
            STORE_UNAVAILABLE => Err(Error::BadAnswer("an invalid handle")),
            handle => Ok(Ok(handle)),
        }
    }

    fn said(&mut self, said: u32) -> Result<String, Error> {
        match said {
            1 => self.result(),
            _ => Err(Error::BadAnswer("it does not know its own handles")),
        }
    }

    /// The module's result text.
    fn result(&mut self) -> Result<String, Error> {
        let text = std::str::from_utf8(self.said_bytes()?);
        text.map(String::from).map_err(|_| Error::BadAnswer("its result is no text"))
    }

    /// The result text, zeroed in the module's memory since it may hold a secret.
    pub(super) fn take_result(&mut self) -> Result<String, Error> {
        let text = self.result();
        self.said_bytes()?.fill(0);
        text
    }

    fn said_bytes(&mut self) -> Result<&mut [u8], Error> {
        let packed = self.machine.call(&self.exports.result, ())?;
        let (start, length) = ((packed >> 32) as usize, packed as u32 as usize);
        let behind = self.memory.data_mut(&mut self.machine.store).get_mut(start..);
        let bytes = behind.and_then(|behind| behind.get_mut(..length));
        bytes.ok_or(Error::BadAnswer("its result lies outside its memory"))
    }
}

/// A verdict whose reason the module can give, or that has none.
#[inline]
fn sane(verdict: u32) -> Result<u32, Error> {
    match verdict & REASON {
        0 => Ok(verdict),
        MISUSE => Err(Error::BadAnswer("it calls its own handles misuse")),
        number => match Reason::from_number(number as u8) {
            Some(reason) if reason != Reason::ModuleFailed => Ok(verdict),
            Some(_) | None => Err(Error::BadAnswer("an unknown reason")),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use wasmtime::{Linker, Module};

    use super::*;
    use crate::sandbox::engine;

    const MODULE: &str = r#"(module
        (memory (export "memory") 40)
        (func (export "abi_version") (result i32) i32.const 1)
        (func (export "window") (result i32) i32.const 4096)
        (func (export "input") (param i32) (result i32) i32.const 65536)
        (func (export "result") (result i64) i64.const 0)
        (func (export "policy_open") (result i32) i32.const 1)
        (func (export "token_open") (param i32) (result i32) i32.const 2)
        (func (export "subject_open") (param i32) (result i32) i32.const 3)
        (func (export "close") (param i32) (result i32) i32.const 1)
        (func (export "identify") (param i32) (result i32) i32.const 2)
        (func (export "decide") (param i32 i32 i32 i64) (result i32) unreachable)
        (func (export "details") (param i32 i32 i32 i64 i32) (result i32) i32.const 1)
        (func (export "explain") (param i32 i32 i32 i64) (result i32) i32.const 1)
        (func (export "describe") (param i32) (result i32) i32.const 1))"#;

    fn holds(guest: &Guest, canary: &[u8]) -> bool {
        guest.memory.data(&guest.machine.store).windows(canary.len()).any(|bytes| bytes == canary)
    }

    #[test]
    fn wsm_08_an_instance_sees_nothing_of_the_previous_one() {
        let bound = CallLimits::new(16 << 20, Duration::from_secs(5));
        let canary = b"lib_pat_canary";
        for engine in [engine::pooling(), engine::one_by_one()] {
            let engine = engine.expect("an engine");
            let module = Module::new(&engine, wat::parse_str(MODULE).expect("text")).expect("a module");
            let blueprint = Linker::new(&engine).instantiate_pre(&module).expect("no imports");
            for _ in 0..5 {
                let mut guest = Guest::start(&blueprint, bound).expect("a guest");
                assert!(!holds(&guest, canary));
                guest.open_token(1, r#"{"name":"lib_pat_canary"}"#).expect("opened");
                guest.write(&Attempt { authorization: Some(canary), ..Attempt::http("", "") }).expect("room");
                assert!(holds(&guest, canary));
                assert!(matches!(guest.decide((1, 2, 0, 0)), Err(Error::Trapped(_))));
            }
            let guests = [(); 4].map(|()| Guest::start(&blueprint, bound).expect("a guest"));
            assert!(!guests.iter().any(|guest| holds(guest, canary)));
        }
    }
}
