//! Networks that a token may be used from.

use alloc::vec::Vec;
use core::net::IpAddr;

/// A range of addresses in CIDR form, such as `10.0.0.0/8` or `2001:db8::/32`.
///
/// Addresses are compared as values: an IPv4 address inside IPv6
/// (`::ffff:10.0.0.1`) is that IPv4 address. Leading zeros, zone ids and host
/// bits behind the prefix are refused, because readers disagree about them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    first: IpAddr,
    prefix: u8,
}

impl Network {
    /// Reads `address/prefix`, or one address.
    pub fn parse(text: &str) -> Option<Network> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match prefix {
            Some(digits)
                if digits.len() <= 3
                    && digits.bytes().all(|b| b.is_ascii_digit())
                    && (digits == "0" || !digits.starts_with('0')) =>
            {
                digits.parse::<u8>().ok().filter(|prefix| *prefix <= width)?
            }
            Some(_) => return None,
            None => width,
        };
        let network = match (address, address.to_canonical()) {
            (IpAddr::V6(_), mapped @ IpAddr::V4(_)) if prefix >= 96 => {
                Network { first: mapped, prefix: prefix - 96 }
            }
            (as_written, _) => Network { first: as_written, prefix },
        };
        (network.lead(network.first) == network.bits(network.first)).then_some(network)
    }

    /// Whether the address lies in this range.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        address.is_ipv4() == self.first.is_ipv4() && self.lead(address) == self.lead(self.first)
    }

    /// Whether every address of `other` lies in this range.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn covers(&self, other: &Network) -> bool {
        self.prefix <= other.prefix && self.contains(other.first)
    }

    fn bits(&self, address: IpAddr) -> u128 {
        match address {
            IpAddr::V4(v4) => u128::from(v4.to_bits()) << 96,
            IpAddr::V6(v6) => v6.to_bits(),
        }
    }

    /// The address with all bits after the prefix cleared.
    fn lead(&self, address: IpAddr) -> u128 {
        self.bits(address) & u128::MAX.checked_shl(128 - u32::from(self.prefix)).unwrap_or(0)
    }
}

/// Where a token may be used from: inside one of `allow` (when given) and outside every `deny`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Networks {
    /// Absent: from everywhere.
    pub allow: Option<Vec<Network>>,
    /// Beats `allow`.
    pub deny: Vec<Network>,
}

impl Networks {
    /// Whether every address allowed here is allowed by `other`. Ranges are compared one
    /// by one: a range that only two ranges of `other` cover together counts as outside.
    #[cfg(feature = "lifecycle")]
    pub(crate) fn within(&self, other: &Networks) -> bool {
        let covered = |by: &[Network], network: &Network| by.iter().any(|range| range.covers(network));
        let allowed = match (&self.allow, &other.allow) {
            (_, None) => true,
            (None, Some(_)) => false,
            (Some(own), Some(others)) => own.iter().all(|network| covered(others, network)),
        };
        allowed && other.deny.iter().all(|network| covered(&self.deny, network))
    }

    /// Whether a request from `ip` may pass. An unknown or unreadable address may
    /// not, because the restriction cannot be checked.
    pub fn admits(&self, ip: Option<&str>) -> bool {
        let Some(ip) = ip.and_then(|text| text.parse::<IpAddr>().ok()) else { return false };
        let within = |networks: &[Network]| networks.iter().any(|network| network.contains(ip));
        self.allow.as_deref().is_none_or(within) && !within(&self.deny)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scp_07_addresses_are_compared_as_values() {
        let inside = |network: &str, ip: &str| {
            let allow = Some(alloc::vec![Network::parse(network).expect(network)]);
            Networks { allow, deny: Vec::new() }.admits(Some(ip))
        };
        for (network, ip) in [
            ("10.0.0.0/8", "10.255.0.1"),
            ("10.0.0.0/8", "::ffff:10.0.0.1"),
            ("::ffff:10.0.0.0/104", "10.1.2.3"),
            ("0.0.0.0/0", "203.0.113.9"),
            ("2001:db8::/32", "2001:db8:1::1"),
            ("10.0.0.1", "10.0.0.1"),
            ("::/0", "2001::1"),
        ] {
            assert!(inside(network, ip), "{network} {ip}");
        }
        for (network, ip) in [
            ("10.0.0.0/8", "11.0.0.1"),
            ("0.0.0.0/0", "2001::1"),
            ("::/0", "10.0.0.1"),
            ("10.0.0.0/8", "010.0.0.1"),
            ("10.0.0.0/8", "10.0.0.1%eth0"),
            ("10.0.0.0/8", ""),
            ("10.0.0.0/8", " 10.0.0.1"),
            ("10.0.0.0/8", "10.1"),
        ] {
            assert!(!inside(network, ip), "{network} {ip}");
        }
    }

    #[test]
    #[cfg(feature = "lifecycle")]
    fn a_part_of_a_network_lies_within_it() {
        let networks = |allow: &[&str], deny: &[&str]| {
            let read = |texts: &[&str]| texts.iter().map(|text| Network::parse(text).expect(text)).collect();
            Networks { allow: (!allow.is_empty()).then(|| read(allow)), deny: read(deny) }
        };
        let parent = networks(&["10.0.0.0/8", "2001:db8::/32"], &["10.9.0.0/16"]);
        assert!(networks(&["10.1.0.0/16"], &["10.9.0.0/16"]).within(&parent));
        assert!(networks(&["10.1.0.0/16", "2001:db8:1::/48"], &["10.0.0.0/9"]).within(&parent));
        assert!(!networks(&["10.1.0.0/16"], &[]).within(&parent), "a denied range is open");
        assert!(!networks(&["10.1.0.0/16"], &["10.9.1.0/24"]).within(&parent), "part of it is open");
        assert!(!networks(&["11.0.0.0/8"], &["10.9.0.0/16"]).within(&parent));
        assert!(!networks(&["0.0.0.0/0"], &["10.9.0.0/16"]).within(&parent), "wider than the parent");
        assert!(!networks(&["::/0"], &["10.9.0.0/16"]).within(&parent));
        assert!(!networks(&[], &["10.9.0.0/16"]).within(&parent), "from everywhere");
        assert!(networks(&["192.0.2.1"], &[]).within(&Networks::default()));
    }

    #[test]
    fn scp_07_ranges_that_readers_disagree_about_are_refused() {
        for text in [
            "10.0.0.1/8",
            "10.0.0.0/33",
            "010.0.0.0/8",
            "fe80::1%eth0/64",
            "10.0.0.0/",
            "10.0.0.0/+8",
            "10.0.0.0/08",
            "::/129",
            "",
            "/8",
            "a.b",
        ] {
            assert_eq!(Network::parse(text), None, "{text}");
        }
    }
}
