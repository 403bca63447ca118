//! Lifecycle queries: JSON text in, JSON text out.

use portcullis_core::abi::NONE;
use portcullis_core::{Entropy, Instant};
use wasmtime::{TypedFunc, WasmParams};

use crate::base::{Error, Problems};
use crate::sandbox::guest::guest::Guest;

/// The answer, or a refusal that leaves the instance usable.
pub(crate) type Answer = Result<String, Error>;

impl Guest {
    pub(crate) fn apply(
        &mut self,
        policy: u32,
        request: &str,
        now: Instant,
        entropy: Option<&[u8; Entropy::BYTES]>,
        audit_key: Option<&[u8]>,
    ) -> Result<Answer, Error> {
        let entropy = entropy.map_or(&[][..], |entropy| entropy);
        let key = audit_key.unwrap_or_default();
        let lengths = (policy, now.millis(), entropy.len() as u32, key.len() as u32);
        self.answer(
            "apply",
            self.exports.lifecycle.apply.clone(),
            lengths,
            &[entropy, key, request.as_bytes()],
        )
    }

    pub(crate) fn due(&mut self, policy: u32, record: &str, now: Instant) -> Result<Answer, Error> {
        let params = (policy, now.millis());
        self.answer("due", self.exports.lifecycle.due.clone(), params, &[record.as_bytes()])
    }

    pub(crate) fn target(&mut self, policy: u32, request: &str) -> Result<Answer, Error> {
        self.answer("target", self.exports.lifecycle.target.clone(), policy, &[request.as_bytes()])
    }

    pub(crate) fn overview(&mut self, policy: u32, request: &str, now: Instant) -> Result<Answer, Error> {
        let params = (policy, now.millis());
        self.answer("overview", self.exports.lifecycle.overview.clone(), params, &[request.as_bytes()])
    }

    pub(crate) fn reach(&mut self, policy: u32, request: &str) -> Result<Answer, Error> {
        self.answer("reach", self.exports.lifecycle.reach.clone(), policy, &[request.as_bytes()])
    }

    pub(crate) fn verify_trail(&mut self, request: &str, audit_key: Option<&[u8]>) -> Result<Answer, Error> {
        let key = audit_key.unwrap_or_default();
        let function = self.exports.lifecycle.verify_trail.clone();
        self.answer("verify_trail", function, key.len() as u32, &[key, request.as_bytes()])
    }

    pub(crate) fn replay(&mut self, request: &str) -> Result<Answer, Error> {
        self.answer("replay", self.exports.lifecycle.replay.clone(), (), &[request.as_bytes()])
    }

    pub(crate) fn letters(&mut self, request: &str) -> Result<Answer, Error> {
        self.answer("letters", self.exports.lifecycle.letters.clone(), (), &[request.as_bytes()])
    }

    /// Passes the input to the module and takes the answer, which is zeroed in its memory.
    fn answer<P: WasmParams>(
        &mut self,
        name: &'static str,
        function: Option<TypedFunc<P, u32>>,
        params: P,
        input: &[&[u8]],
    ) -> Result<Answer, Error> {
        let Some(function) = function else { return Ok(Err(Error::MissingExport { name })) };
        self.hand_over(input)?;
        match self.machine.call(&function, params)? {
            NONE => Ok(Err(Error::Refused(self.problems()?))),
            1 => self.take_result().map(Ok),
            _ => Err(Error::BadAnswer("neither an answer nor a refusal")),
        }
    }

    fn problems(&mut self) -> Result<Problems, Error> {
        match self.opened(NONE)? {
            Err(problems) => Ok(problems),
            Ok(_) => Err(Error::BadAnswer("it refused a document without a reason")),
        }
    }
}
