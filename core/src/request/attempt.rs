//! The parts of a request that a decision reads.

use core::fmt;

/// One attempt: borrowed from the request, nothing copied.
///
/// Decisions trust these values. Take `tenant`, `application` and `ip` from a
/// source that the client cannot forge: the connection, the host name, or a
/// header that your own proxy sets.
#[derive(Clone, Copy, Default)]
pub struct Attempt<'a> {
    /// The method as received; case counts.
    pub method: &'a [u8],
    /// Path and query as received, and as your router reads them.
    pub target: &'a [u8],
    /// The Authorization field. Join several field lines with `", "`
    /// (RFC 9110 section 5.3); that makes them malformed, as they must be.
    pub authorization: Option<&'a [u8]>,
    /// The header that the policy names as a transport, joined the same way.
    pub header: Option<&'a [u8]>,
    /// The tenant that the request is for; absent equals only absent.
    pub tenant: Option<&'a str>,
    /// The application that asks.
    pub application: Option<&'a str>,
    /// The client's address, without a port.
    pub ip: Option<&'a str>,
    /// Scopes to ask for instead of a route: all of them are needed.
    pub needs: Option<&'a str>,
}

impl<'a> Attempt<'a> {
    /// A request with this method and target.
    pub fn http(method: &'a str, target: &'a str) -> Attempt<'a> {
        Attempt { method: method.as_bytes(), target: target.as_bytes(), ..Attempt::default() }
    }

    /// A question for permissions directly, such as `"license:read"`, without a route.
    pub fn needs(scopes: &'a str) -> Attempt<'a> {
        Attempt { needs: Some(scopes), ..Attempt::default() }
    }

    /// With the value of the Authorization field.
    pub fn authorization(self, value: &'a str) -> Attempt<'a> {
        Attempt { authorization: Some(value.as_bytes()), ..self }
    }

    /// With the value of the header that the policy names as a transport.
    pub fn header(self, value: &'a str) -> Attempt<'a> {
        Attempt { header: Some(value.as_bytes()), ..self }
    }

    /// In this tenant.
    pub fn tenant(self, tenant: &'a str) -> Attempt<'a> {
        Attempt { tenant: Some(tenant), ..self }
    }

    /// By this application.
    pub fn application(self, application: &'a str) -> Attempt<'a> {
        Attempt { application: Some(application), ..self }
    }

    /// From this address.
    pub fn ip(self, ip: &'a str) -> Attempt<'a> {
        Attempt { ip: Some(ip), ..self }
    }
}

impl fmt::Debug for Attempt<'_> {
    /// Method and path; neither credentials nor the query, which may hold one.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Every field is named, so that a new one cannot be forgotten here.
        let Attempt { method, target, authorization: _, header: _, tenant, application, ip, needs } = self;
        out.debug_struct("Attempt")
            .field("method", &alloc::string::String::from_utf8_lossy(method))
            .field(
                "path",
                &alloc::string::String::from_utf8_lossy(crate::request::path::before_query(target)),
            )
            .field("tenant", tenant)
            .field("application", application)
            .field("ip", ip)
            .field("needs", needs)
            .finish_non_exhaustive()
    }
}
