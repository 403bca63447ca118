//! The parts of a request that a gate reads.

use std::borrow::Cow;
use std::net::SocketAddr;

use http::request::Parts;
use http::{Extensions, HeaderMap, HeaderName, Method, Request, Uri};

use crate::gate::request::address::address_in;

/// A request without its body. The gate and its callbacks see nothing more.
#[derive(Clone, Copy)]
pub struct GateRequest<'r> {
    /// The method as received.
    pub method: &'r Method,
    /// The request target as received, or as a layer in front rewrote it.
    pub uri: &'r Uri,
    /// The header fields.
    pub headers: &'r HeaderMap,
    /// Extensions set by the server and the layers in front, such as the connection's address.
    pub extensions: &'r Extensions,
}

impl<'r, B> From<&'r Request<B>> for GateRequest<'r> {
    fn from(request: &'r Request<B>) -> GateRequest<'r> {
        GateRequest {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }
}

impl<'r> From<&'r Parts> for GateRequest<'r> {
    fn from(parts: &'r Parts) -> GateRequest<'r> {
        let Parts { method, uri, headers, extensions, .. } = parts;
        GateRequest { method, uri, headers, extensions }
    }
}

/// The address of the connection. Put it into the request's extensions if your server does not record it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

/// Where the gate reads the client's address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientIp {
    /// From the connection: [`Peer`], or what axum's `into_make_service_with_connect_info::<SocketAddr>` records.
    #[default]
    Connection,
    /// From `X-Forwarded-For`, which this many of your own proxies append to. The gate counts from the right and
    /// takes the address that your outermost proxy saw. Anything further left comes from the client and is
    /// ignored. With 0 proxies it takes the connection's address. An entry may have a port, brackets or quotes. If
    /// it is not an address, the request counts as having no address.
    Forwarded {
        /// How many of your own proxies are in front.
        proxies: usize,
    },
    /// From a header that your platform sets and no client can. If it occurs more than once, or holds more than an
    /// address with or without a port, there is no address.
    Field(HeaderName),
}

const FORWARDED: HeaderName = HeaderName::from_static("x-forwarded-for");

impl GateRequest<'_> {
    /// The value of a header as text. `None` if it is absent, not text, or occurs more than once.
    pub fn field(&self, name: impl http::header::AsHeaderName) -> Option<&str> {
        let mut lines = self.headers.get_all(name).iter();
        let value = lines.next()?;
        if lines.next().is_some() { None } else { value.to_str().ok() }
    }

    /// Path and query as received. An absolute `http` target without user information is reduced to its path. Any
    /// other target that is not a path stays as it is and is denied.
    pub(crate) fn target_of(uri: &Uri) -> Cow<'_, str> {
        let path = uri.path_and_query().map(|path| path.as_str());
        match (uri.scheme_str(), uri.authority(), path) {
            (None, None, Some(path)) => path.into(),
            (Some("http" | "https"), Some(authority), Some(path)) if !authority.as_str().contains('@') => {
                path.into()
            }
            _ => uri.to_string().into(),
        }
    }

    /// All lines of a header joined into one list (RFC 9110 section 5.3), so that two tokens are never reduced to
    /// one. It stops once the list is too long.
    pub(crate) fn joined(&self, name: &str, limit: usize) -> Option<Box<[u8]>> {
        let mut lines = self.headers.get_all(name).iter().map(|line| line.as_bytes());
        let mut joined = head(lines.next()?, limit).to_vec();
        for line in lines {
            if joined.len() > limit {
                break;
            }
            joined.extend_from_slice(b", ");
            joined.extend_from_slice(head(line, limit));
        }
        Some(joined.into())
    }

    pub(crate) fn address(&self, from: &ClientIp) -> Option<String> {
        match from {
            ClientIp::Connection | ClientIp::Forwarded { proxies: 0 } => self.connection(),
            ClientIp::Forwarded { proxies } => {
                let lines = self.headers.get_all(FORWARDED);
                let hops: Option<Vec<&str>> = lines.iter().map(|line| line.to_str().ok()).collect();
                let hops = hops?.join(",");
                address_in(hops.rsplit(',').nth(proxies - 1)?)
            }
            ClientIp::Field(name) => self.field(name).and_then(address_in),
        }
    }

    fn connection(&self) -> Option<String> {
        let peer = self.extensions.get::<Peer>().map(|Peer(address)| *address);
        #[cfg(feature = "axum")]
        let peer = peer.or_else(|| {
            let recorded = self.extensions.get::<::axum::extract::ConnectInfo<SocketAddr>>();
            recorded.map(|recorded| recorded.0)
        });
        peer.map(|address| address.ip().to_string())
    }
}

/// One byte over the limit is enough to detect a value that is too long.
pub(crate) fn head(bytes: &[u8], limit: usize) -> &[u8] {
    bytes.get(..=limit).unwrap_or(bytes)
}

impl std::fmt::Debug for GateRequest<'_> {
    /// Method and path only: headers and the query may hold a token.
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Incoming({} {})", self.method, self.uri.path())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(from: &ClientIp, lines: &[&str]) -> Option<String> {
        let mut request = Request::new(());
        for line in lines {
            request.headers_mut().append(FORWARDED, line.parse().expect("a value"));
        }
        request.extensions_mut().insert(Peer(([192, 0, 2, 7], 4711).into()));
        GateRequest::from(&request).address(from)
    }

    #[test]
    fn forwarded_addresses_are_counted_from_the_right() {
        let behind = |proxies| ClientIp::Forwarded { proxies };
        let lines = ["6.6.6.6, 203.0.113.9", " 10.0.0.1 "];
        assert_eq!(address(&behind(1), &lines).as_deref(), Some("10.0.0.1"));
        assert_eq!(address(&behind(2), &lines).as_deref(), Some("203.0.113.9"));
        assert_eq!(address(&behind(3), &lines).as_deref(), Some("6.6.6.6"));
        assert_eq!(address(&behind(4), &lines), None);
        assert_eq!(address(&behind(1), &[]), None);
        assert_eq!(address(&behind(1), &["1.1.1.1, "]), None);
        assert_eq!(address(&behind(1), &["6.6.6.6, \"[2001:db8::1]:4711\""]).as_deref(), Some("2001:db8::1"));
        assert_eq!(address(&behind(2), &["6.6.6.6, unknown, 10.0.0.1"]), None);
        for direct in [behind(0), ClientIp::Connection] {
            assert_eq!(address(&direct, &lines).as_deref(), Some("192.0.2.7"));
        }
        let field = ClientIp::Field(FORWARDED);
        assert_eq!(address(&field, &["2001:db8::1 "]).as_deref(), Some("2001:db8::1"));
        assert_eq!(address(&field, &lines), None);
    }

    #[test]
    fn rte_11_only_an_unambiguous_absolute_target_is_reduced_to_its_path() {
        let target = |text: &str| GateRequest::target_of(&text.parse().expect("a target")).into_owned();
        assert_eq!(target("/a?b=/c"), "/a?b=/c");
        assert_eq!(target("//evil.test/a"), "//evil.test/a");
        assert_eq!(target("http://api.test/a?b"), "/a?b");
        assert_eq!(target("https://api.test"), "/");
        for odd in ["http://u:p@api.test/a", "ftp://api.test/a", "api.test:443", "*"] {
            assert!(!target(odd).starts_with('/'), "{odd}");
        }
    }

    #[test]
    fn hdr_09_copying_stops_once_a_value_is_too_long() {
        let mut request = Request::new(());
        let long = "x".repeat(1 << 20);
        for _ in 0..3 {
            request.headers_mut().append("authorization", long.parse().expect("a value"));
        }
        assert_eq!(
            GateRequest::from(&request).joined("authorization", 4_096).map(|value| value.len()),
            Some(4_097)
        );
        assert_eq!(GateRequest::from(&request).joined("x-other", 4_096), None);
    }
}
