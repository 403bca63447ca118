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
        let address = read_address(address)?;
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
        let Some(ip) = ip.and_then(read_address) else { return false };
        let within = |networks: &[Network]| networks.iter().any(|network| network.contains(ip));
        self.allow.as_deref().is_none_or(within) && !within(&self.deny)
    }
}

/// An address as the standard library reads it, in a third of its code.
#[inline(never)]
fn read_address(text: &str) -> Option<IpAddr> {
    let bytes = text.as_bytes();
    if !bytes.contains(&b':') {
        return read_v4(bytes).map(|bits| IpAddr::V4(bits.into()));
    }
    let gap = bytes.windows(2).position(|pair| pair == b"::");
    let (head, tail) = match gap {
        Some(gap) => (&bytes[..gap], &bytes[gap + 2..]),
        None => (bytes, &bytes[..0]),
    };
    // An IPv4 address stands at the very end.
    let (first, before) = read_groups(head, gap.is_none())?;
    let (last, behind) = read_groups(tail, true)?;
    if gap.is_some() && 8 <= before + behind || gap.is_none() && before != 8 {
        return None;
    }
    let bits = first.checked_shl(128 - 16 * before).unwrap_or(0) | last;
    Some(IpAddr::V6(bits.into()))
}

/// Groups of hexadecimal digits with `:` between them, at most eight: as one number, and how many.
#[inline(never)]
fn read_groups(text: &[u8], may_end_in_v4: bool) -> Option<(u128, u32)> {
    let (mut bits, mut count) = (0, 0);
    let mut rest = text;
    while !rest.is_empty() || 0 < count {
        let end = rest.iter().position(|byte| *byte == b':').unwrap_or(rest.len());
        let part = &rest[..end];
        let (number, groups) = match may_end_in_v4 && end == rest.len() && part.contains(&b'.') {
            true => (read_v4(part)?, 2),
            false => (read_digits(part, 16, 4)?, 1),
        };
        bits = bits << (16 * groups) | u128::from(number);
        count += groups;
        if 8 < count {
            return None;
        }
        match rest.get(end + 1..) {
            Some(after) => rest = after,
            None => break,
        }
    }
    Some((bits, count))
}

/// Four numbers up to 255 with `.` between them, without leading zeros.
fn read_v4(text: &[u8]) -> Option<u32> {
    let mut count = 0;
    let mut bits = 0;
    for part in text.split(|byte| *byte == b'.') {
        let number = read_digits(part, 10, 3)?;
        if 255 < number || part.len() > 1 && part[0] == b'0' {
            return None;
        }
        bits = bits << 8 | number;
        count += 1;
    }
    (count == 4).then_some(bits)
}

fn read_digits(text: &[u8], radix: u32, most: usize) -> Option<u32> {
    if !(1..=most).contains(&text.len()) {
        return None;
    }
    text.iter().try_fold(0, |number, digit| Some(number * radix + char::from(*digit).to_digit(radix)?))
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
    fn scp_07_addresses_are_read_as_the_standard_library_does() {
        let written = [
            "0.0.0.0",
            "255.255.255.255",
            "10.0.0.1",
            "256.0.0.1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "1..2.3",
            "1.2.3.4 ",
            "::",
            "::1",
            "1::",
            "1::8",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3::4:5:6:7:8",
            "1:2:3:4::5:6:7",
            "1:2:3:4:5:6:7::",
            "::2:3:4:5:6:7:8",
            "::1:2:3:4:5:6:7:8",
            ":::",
            "1::2::3",
            ":1::2",
            "1:",
            "::ffff:10.0.0.1",
            "::ffff:10.0.0.01",
            "1:2:3:4:5:6:1.2.3.4",
            "1:2:3:4:5:6:7:1.2.3.4",
            "::1.2.3.4:5",
            "1.2.3.4::",
            "1:2:3:4:5:1.2.3.4",
            "::1.2.3",
            "::g",
            "::12345",
            "::FfFf",
            "fe80::1%eth0",
            "[::1]",
            "1:2:3:4:5:6:7:1.2",
            "",
            "1.2.3.4:80",
            ":",
            "::1:",
            "0:0:0:0:0:0:0:0",
            "00001::",
            "::0000",
            "1.2.3.4::1",
            "::1.2.3.4",
        ];
        let mut seed = 7_u32;
        for text in written {
            assert_eq!(read_address(text), text.parse().ok(), "{text}");
            // And with any byte put in the place of another.
            for _ in 0..400 {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let mut bytes = text.as_bytes().to_vec();
                if let Some(byte) = bytes.get_mut((seed >> 8) as usize % text.len().max(1)) {
                    *byte = b"0123459af:.:.g% "[(seed >> 24) as usize % 16];
                }
                let text = core::str::from_utf8(&bytes).unwrap();
                assert_eq!(read_address(text), text.parse().ok(), "{text}");
            }
        }
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
