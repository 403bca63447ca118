//! The address in a header field, as proxies write it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// The address without port, brackets and quotes; `None` if the text is anything else than one address.
pub(crate) fn address_in(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let bracketed = || text.strip_prefix('[')?.strip_suffix(']')?.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    // A scope belongs to one machine's interface, and no network has one.
    let with_port =
        || text.parse::<SocketAddr>().ok().filter(|_| !text.contains('%')).map(|address| address.ip());
    let v4 = || text.parse::<Ipv4Addr>().ok().map(IpAddr::V4);
    let v6 = || text.parse::<Ipv6Addr>().ok().map(IpAddr::V6);
    let address = v4().or_else(v6).or_else(bracketed).or_else(with_port)?;
    Some(address.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sea_09_an_address_is_read_as_proxies_write_it_and_garbage_is_none() {
        for (text, address) in [
            ("192.0.2.7", "192.0.2.7"),
            (" 192.0.2.7 ", "192.0.2.7"),
            ("192.0.2.7:4711", "192.0.2.7"),
            ("\"192.0.2.7:4711\"", "192.0.2.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:DB8:0::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:4711", "2001:db8::1"),
            ("\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("::ffff:192.0.2.7", "::ffff:192.0.2.7"),
        ] {
            assert_eq!(address_in(text).as_deref(), Some(address), "{text}");
        }
        for garbage in [
            "",
            " ",
            "\"",
            "\"\"",
            "unknown",
            "_hidden",
            "localhost",
            "192.0.2.7, 192.0.2.8",
            "192.0.2.7 192.0.2.8",
            "192.0.2.7:",
            "192.0.2.7:x",
            "192.0.2.7:65536",
            "192.0.2.07",
            "0xc0.0.2.7",
            "3221225991",
            "192.0.2",
            "192.0.2.7/24",
            "\"192.0.2.7",
            "[192.0.2.7]",
            "[192.0.2.7]:80",
            "[2001:db8::1",
            "2001:db8::1]",
            "[[2001:db8::1]]",
            "[2001:db8::1]:",
            "[2001:db8::1]4711",
            "2001:db8::1%eth0",
            "[fe80::1%1]:80",
            "for=192.0.2.7",
            "192.0.2.7\0",
            "\u{661}92.0.2.7",
        ] {
            assert_eq!(address_in(garbage), None, "{garbage}");
        }
    }
}
