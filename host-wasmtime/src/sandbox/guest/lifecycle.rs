//! Lifecycle queries: JSON text in, JSON text out.

use portcullis_core::abi::NONE;
use wasmtime::WasmParams;

use crate::base::{Answer, Error, LifecycleQuery, Problems};
use crate::sandbox::guest::guest::Guest;

impl Guest {
    pub(crate) fn lifecycle(&mut self, policy: u32, query: LifecycleQuery<'_>) -> Result<Answer, Error> {
        match query {
            LifecycleQuery::Apply { request, now, entropy, audit_key } => {
                let entropy = entropy.map_or(&[][..], |entropy| entropy);
                let key = audit_key.unwrap_or_default();
                let params = (policy, now.millis(), entropy.len() as u32, key.len() as u32);
                self.answer("apply", params, &[entropy, key, request.as_bytes()])
            }
            LifecycleQuery::Due { record, now } => {
                self.answer("due", (policy, now.millis()), &[record.as_bytes()])
            }
            LifecycleQuery::Target { request } => self.answer("target", policy, &[request.as_bytes()]),
            LifecycleQuery::Overview { request, now } => {
                self.answer("overview", (policy, now.millis()), &[request.as_bytes()])
            }
            LifecycleQuery::Reach { request } => self.answer("reach", policy, &[request.as_bytes()]),
            LifecycleQuery::VerifyTrail { request, audit_key } => {
                let key = audit_key.unwrap_or_default();
                self.answer("verify_trail", key.len() as u32, &[key, request.as_bytes()])
            }
            LifecycleQuery::Replay { request } => self.answer("replay", (), &[request.as_bytes()]),
            LifecycleQuery::Letters { request } => self.answer("letters", (), &[request.as_bytes()]),
        }
    }

    /// Passes the input to the module and takes the answer, which is zeroed in its memory. A module without the
    /// feature `lifecycle` lacks these exports, and still decides.
    fn answer<P: WasmParams>(
        &mut self,
        name: &'static str,
        params: P,
        input: &[&[u8]],
    ) -> Result<Answer, Error> {
        let found = self.instance.get_typed_func::<P, u32>(&mut self.machine.store, name);
        let Ok(function) = found else { return Ok(Err(Error::MissingExport { name })) };
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
