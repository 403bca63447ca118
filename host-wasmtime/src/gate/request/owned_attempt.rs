//! A request, owned for as long as its decision lives.

use portcullis_core::Attempt;

use crate::gate::frameworks::RouteTaken;
use crate::gate::request::request::{GateRequest, head};
use portcullis_core::abi::frame::{CREDENTIAL, METHOD, TARGET};

/// An attempt that owns its data. It holds a token, so it has no `Debug`.
#[derive(Clone)]
pub(crate) struct OwnedAttempt {
    pub(crate) method: Box<[u8]>,
    pub(crate) target: Box<[u8]>,
    authorization: Option<Box<[u8]>>,
    header: Option<Box<[u8]>>,
    pub(crate) needs: Option<Box<str>>,
    pub(crate) tenant: Option<Box<str>>,
    pub(crate) application: Option<Box<str>>,
    pub(crate) ip: Option<Box<str>>,
    pub(crate) taken: RouteTaken,
}

impl OwnedAttempt {
    /// Copies from a request only what a decision reads.
    pub(crate) fn of(
        incoming: &GateRequest<'_>,
        header: Option<&str>,
        target: &str,
        needs: Option<&str>,
        taken: RouteTaken,
    ) -> OwnedAttempt {
        OwnedAttempt {
            method: head(incoming.method.as_str().as_bytes(), METHOD).into(),
            target: head(target.as_bytes(), TARGET).into(),
            authorization: incoming.joined("authorization", CREDENTIAL),
            header: header.and_then(|name| incoming.joined(name, CREDENTIAL)),
            needs: needs.map(Into::into),
            tenant: None,
            application: None,
            ip: None,
            // Scopes that are required instead of those of a route hold for every route.
            taken: if needs.is_some() { RouteTaken::Unrouted } else { taken },
        }
    }

    pub(crate) fn credentials(&self) -> impl std::hash::Hash + use<'_> {
        (&self.authorization, &self.header, &self.target)
    }

    /// The same request without a path, which is always denied.
    pub(crate) fn without_path(&self) -> OwnedAttempt {
        OwnedAttempt { target: Box::default(), ..self.clone() }
    }

    pub(crate) fn attempt(&self) -> Attempt<'_> {
        Attempt {
            method: &self.method,
            target: &self.target,
            authorization: self.authorization.as_deref(),
            header: self.header.as_deref(),
            tenant: self.tenant.as_deref(),
            application: self.application.as_deref(),
            ip: self.ip.as_deref(),
            needs: self.needs.as_deref(),
        }
    }
}
