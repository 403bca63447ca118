//! Mail addresses and callbacks that a renewal may have.

use std::net::{Ipv4Addr, Ipv6Addr};

/// One bare mail address: a dotted text, `@`, the name of a host.
pub(super) fn is_mail(text: &str) -> bool {
    let parts: Vec<&str> = text.split('@').collect();
    let [local, domain] = parts[..] else { return false };
    let dotted = |text: &str| text.chars().all(|c| c.is_ascii_graphic() && !"\"(),:;<>[\\]!%".contains(c));
    let whole = !local.starts_with('.') && !local.ends_with('.') && !local.contains("..");
    (1..=64).contains(&local.len()) && text.len() <= 254 && whole && dotted(local) && is_host(domain)
}

/// `https://`, a public host, perhaps a port, perhaps a path or a query. Some policies take any other host too.
pub(super) fn is_callback(text: &str, private_too: bool) -> bool {
    let Some(rest) = text.strip_prefix("https://") else { return false };
    let (authority, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (host, port) = match authority.find(']') {
        Some(end) => (&authority[..=end], authority[end + 1..].strip_prefix(':')),
        None => authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))),
    };
    let whole = host.len() + port.map_or(0, |port| port.len() + 1) == authority.len();
    let port_fits = port.is_none_or(|port| {
        !port.is_empty()
            && port.len() <= 5
            && !port.starts_with('0')
            && port.chars().all(|c| c.is_ascii_digit())
    });
    let last = host.rsplit('.').next().unwrap_or_default().to_lowercase();
    let private = ["arpa", "corp", "home", "internal", "intranet", "lan", "local", "localhost", "private"];
    let public = is_host(host) && host.contains('.') && !private.contains(&&*last);
    let address = host.parse::<Ipv4Addr>().is_ok()
        || host.strip_prefix('[').and_then(|host| host.strip_suffix(']')?.parse::<Ipv6Addr>().ok()).is_some();
    text.len() <= 2_048
        && whole
        && port_fits
        && (public || private_too && (is_host(host) || address))
        && path.chars().all(|c| c.is_ascii_graphic() && c != '\\')
}

/// Labels of letters, digits and inner dashes; the last one begins with a letter.
fn is_host(text: &str) -> bool {
    let labels: Vec<&str> = text.split('.').collect();
    text.len() <= 253
        && labels.iter().all(|label| {
            (1..=63).contains(&label.len())
                && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        })
        && labels.last().is_some_and(|last| last.starts_with(|c: char| c.is_ascii_alphabetic()))
}
