//! Where notices and calls may go: one recipient, and a host outside one's own network.

use crate::token::Network;

/// Longest mail address, in bytes.
const LONGEST_MAIL: usize = 254;
/// Longest callback, in bytes.
const LONGEST_CALLBACK: usize = 2_048;

/// The last labels of names that lead to this machine or stay inside a network.
const PRIVATE: [&str; 9] =
    ["localhost", "local", "internal", "intranet", "private", "corp", "home", "lan", "arpa"];

/// Whether the text is one bare address: no second recipient, name, comment, quotes, route or line end.
pub(crate) fn is_mail(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"#$&'*+-/=?^_`{|}~".contains(&byte);
    let atom = |atom: &str| !atom.is_empty() && atom.bytes().all(fits);
    text.len() <= LONGEST_MAIL
        && text.split_once('@').is_some_and(|(local, domain)| {
            local.len() <= 64 && local.split('.').all(atom) && last_label(domain).is_some()
        })
}

/// Where a callback goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Callback {
    /// To a public host name.
    Public,
    /// To an address, or to a name that may lead to this machine or stay inside a network.
    Private,
}

/// Where the text leads, if it is an https address without an account.
///
/// An address is written in the usual way: a decimal number is none. Where a name leads is for the sender to check.
pub(crate) fn callback(text: &str) -> Option<Callback> {
    let rest = text.strip_prefix("https://").filter(|_| text.len() <= LONGEST_CALLBACK)?;
    let end = rest.bytes().position(|byte| byte == b'/' || byte == b'?').unwrap_or(rest.len());
    let (authority, path) = rest.split_at(end);
    let with_port = authority.rsplit_once(':').filter(|_| !authority.ends_with(']'));
    let (host, port) = with_port.unwrap_or((authority, "443"));
    let fits = (1..=5).contains(&port.len())
        && !port.starts_with('0')
        && port.bytes().all(|byte| byte.is_ascii_digit())
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let goes = match last_label(host) {
        Some(last)
            if last.len() < host.len() && !PRIVATE.iter().any(|own| own.eq_ignore_ascii_case(last)) =>
        {
            Callback::Public
        }
        Some(_) => Callback::Private,
        None => {
            let in_brackets = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
            let address = in_brackets.unwrap_or(host);
            Network::parse(address).filter(|_| address.contains(':') == in_brackets.is_some())?;
            Callback::Private
        }
    };
    fits.then_some(goes)
}

/// The last label of a host name. It begins with a letter, so that no reader takes it for a number.
#[inline(never)]
fn last_label(host: &str) -> Option<&str> {
    let mut last = "";
    for label in host.split('.') {
        let fits = label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        if !fits || !(1..=63).contains(&label.len()) || label.starts_with('-') || label.ends_with('-') {
            return None;
        }
        last = label;
    }
    let named = last.bytes().next().is_some_and(|first| first.is_ascii_alphabetic());
    (named && host.len() <= 253).then_some(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sea_15_a_recipient_is_one_bare_address() {
        for mail in [
            "ops@example.com",
            "o'brien+erp@mail.example.co.uk",
            "root@localhost",
            "a.b@xn--bcher-kva.example",
        ] {
            assert!(is_mail(mail), "{mail}");
        }
        let local = alloc::format!("{}@example.com", "a".repeat(65));
        for mail in [
            "",
            "ops",
            "@example.com",
            "ops@",
            "ops@example.com\r\nBcc: eve@example.org",
            "ops@example.com\n",
            "ops@example.com,eve@example.org",
            "ops@example.com;eve@example.org",
            "ops@example.com eve@example.org",
            "Ops <ops@example.com>",
            "<ops@example.com>",
            "\"ops\"@example.com",
            "ops(team)@example.com",
            "ops@example.com?bcc=eve@example.org",
            "mailto:ops@example.com",
            "a@b@example.com",
            "eve%example.org@example.com",
            "example.org!eve@example.com",
            ".ops@example.com",
            "ops.@example.com",
            "o..ps@example.com",
            "ops@-example.com",
            "ops@example..com",
            "ops@[127.0.0.1]",
            "ops@127.0.0.1",
            "ops@ex\u{ff0e}com",
            "ops\u{ff20}example.com",
            "ops@example.com\u{ff0c}eve@example.org",
            "ops@example.com\u{2028}",
            "\u{fc}@example.com",
            local.as_str(),
        ] {
            assert!(!is_mail(mail), "{mail:?}");
        }
    }

    #[test]
    fn sea_15_a_callback_goes_to_a_public_host_name() {
        for callback in [
            "https://erp.example.com",
            "https://erp.example.com/renew?token=1&x=%20",
            "https://erp.example.com:8443/renew",
            "https://1.example.com/",
            "https://localhost.example.com",
            "https://x.xn--p1ai/",
        ] {
            assert_eq!(super::callback(callback), Some(Callback::Public), "{callback}");
        }
        for callback in [
            "https://localhost",
            "https://LOCALHOST/",
            "https://api.localhost:443/",
            "https://erp.local",
            "https://erp.internal/",
            "https://router.home.arpa",
            "https://erp",
            "https://127.0.0.1/",
            "https://10.0.0.1",
            "https://192.168.1.1:8443",
            "https://172.16.0.1/",
            "https://169.254.169.254/latest/meta-data",
            "https://0.0.0.0",
            "https://8.8.8.8/",
            "https://[::1]/",
            "https://[fe80::1]",
            "https://[fd00::1]:443",
            "https://[::ffff:127.0.0.1]",
            "https://[::ffff:7f00:1]/",
            "https://[2001:db8::1]",
        ] {
            assert_eq!(super::callback(callback), Some(Callback::Private), "{callback}");
        }
        for callback in [
            "",
            "https://",
            "http://erp.example.com",
            "HTTPS://erp.example.com",
            "https:erp.example.com",
            "ftp://erp.example.com",
            "https://localhost.",
            "https://127.1",
            "https://127.0.0.1.",
            "https://2130706433/",
            "https://0x7f000001",
            "https://0x7f.1",
            "https://017700000001",
            "https://ada@erp.example.com",
            "https://ada:pw@erp.example.com/",
            "https://erp.example.com@127.0.0.1/",
            "https://erp.example.com#@127.0.0.1",
            "https://erp.example.com\\@127.0.0.1",
            "https://erp.example.com/a\\b",
            "https://erp.example.com:",
            "https://erp.example.com:0",
            "https://erp.example.com:+443",
            "https://erp.example.com/a b",
            "https://erp.example.com/\r\nHost: x",
            "https://erp%2eexample.com",
            "https://erp.example\u{3002}com",
            "https://\u{2460}27.0.0.1",
            "https://-erp.example.com",
            "https://erp..example.com",
            "https://::1",
            "https://1::2:443",
            "https://[10.0.0.1]",
            "https://[::1",
            "https://[::1]x",
            "https://[::1]:",
            "https://[fe80::1%25eth0]/",
        ] {
            assert_eq!(super::callback(callback), None, "{callback:?}");
        }
    }
}
