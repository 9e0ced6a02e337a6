//! Which network addresses a callback may go to.
//!
//! A merchant chooses where its callbacks go. Without this guard it could make the gateway knock on the gateway's own neighbours:
//! the metadata service of a cloud, a database without a password. The table follows IANA's special-purpose registries for IPv4 and
//! IPv6 (RFC 6890 and its updates), with everything that carries an IPv4 address inside an IPv6 one, and multicast.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// (network, length of its prefix, what it is).
type Row<A> = (A, u32, &'static str);

const V4: &[Row<Ipv4Addr>] = &[
    (Ipv4Addr::UNSPECIFIED, 8, "an unspecified"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "a private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "a carrier's shared"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "a loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "a link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "a private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "a protocol assignment"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "a documentation"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "an AS112"),
    (Ipv4Addr::new(192, 52, 193, 0), 24, "a multicast tunnel"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "a private"),
    (Ipv4Addr::new(192, 175, 48, 0), 24, "an AS112"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "a benchmarking"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "a documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "a documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "a multicast"),
    (Ipv4Addr::BROADCAST, 32, "a broadcast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "a reserved"),
];

const V6: &[Row<Ipv6Addr>] = &[
    (Ipv6Addr::UNSPECIFIED, 128, "an unspecified"),
    (Ipv6Addr::LOCALHOST, 128, "a loopback"),
    (Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96, "an IPv4-mapped"),
    (Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96, "an IPv4-translated"),
    (Ipv6Addr::UNSPECIFIED, 96, "an IPv4-compatible"),
    (Ipv6Addr::new(0x64, 0xff9b, 0, 0, 0, 0, 0, 0), 96, "a NAT64"),
    (Ipv6Addr::new(0x64, 0xff9b, 1, 0, 0, 0, 0, 0), 48, "a NAT64"),
    (Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, 0), 64, "a discard-only"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "a Teredo"),
    (Ipv6Addr::new(0x2001, 2, 0, 0, 0, 0, 0, 0), 48, "a benchmarking"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "a protocol assignment"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "a documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "a 6to4"),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48, "an AS112"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "a documentation"),
    (Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0), 7, "a private"),
    (Ipv6Addr::new(0xfe80, 0, 0, 0, 0, 0, 0, 0), 10, "a link-local"),
    (Ipv6Addr::new(0xfec0, 0, 0, 0, 0, 0, 0, 0), 10, "a site-local"),
    (Ipv6Addr::new(0xff00, 0, 0, 0, 0, 0, 0, 0), 8, "a multicast"),
];

/// The only part of IPv6 that is given out as global unicast.
const GLOBAL_V6: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What makes the address special, with its article (`a private`); `None` for an address of the public Internet.
pub(super) fn special_purpose(address: IpAddr) -> Option<&'static str> {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            V4.iter().find(|(network, length, _)| within_v4(bits, *network, *length)).map(|row| row.2)
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let listed = V6.iter().find(|(network, length, _)| within_v6(bits, *network, *length)).map(|row| row.2);
            let global = within_v6(bits, GLOBAL_V6.0, GLOBAL_V6.1);
            listed.or((!global).then_some("a reserved"))
        }
    }
}

/// No prefix in the tables is of length 0, so the shift is always less than the width.
fn within_v4(bits: u32, network: Ipv4Addr, length: u32) -> bool {
    (bits ^ network.to_bits()) >> (32 - length) == 0
}

fn within_v6(bits: u128, network: Ipv6Addr, length: u32) -> bool {
    (bits ^ network.to_bits()) >> (128 - length) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str) -> Option<&'static str> {
        special_purpose(text.parse().expect("an address"))
    }

    #[test]
    fn the_public_internet_is_allowed() {
        for address in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.1",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.1",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "2a00:1450::1",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2400::1",
        ] {
            assert_eq!(of(address), None, "{address}");
        }
    }

    #[test]
    fn special_addresses_are_refused_by_name() {
        for (address, kind) in [
            ("0.0.0.0", "an unspecified"),
            ("10.0.0.1", "a private"),
            ("10.255.255.255", "a private"),
            ("100.64.0.1", "a carrier's shared"),
            ("100.127.255.255", "a carrier's shared"),
            ("127.0.0.1", "a loopback"),
            ("127.255.255.254", "a loopback"),
            ("169.254.169.254", "a link-local"),
            ("172.16.0.1", "a private"),
            ("172.31.255.255", "a private"),
            ("192.0.0.8", "a protocol assignment"),
            ("192.0.2.1", "a documentation"),
            ("192.88.99.1", "a 6to4 relay"),
            ("192.168.1.1", "a private"),
            ("198.18.0.1", "a benchmarking"),
            ("198.19.255.255", "a benchmarking"),
            ("198.51.100.7", "a documentation"),
            ("203.0.113.7", "a documentation"),
            ("224.0.0.1", "a multicast"),
            ("239.255.255.255", "a multicast"),
            ("240.0.0.1", "a reserved"),
            ("255.255.255.255", "a broadcast"),
            ("::", "an unspecified"),
            ("::1", "a loopback"),
            ("::127.0.0.1", "an IPv4-compatible"),
            ("::ffff:127.0.0.1", "an IPv4-mapped"),
            ("::ffff:8.8.8.8", "an IPv4-mapped"),
            ("::ffff:0:10.0.0.1", "an IPv4-translated"),
            ("64:ff9b::10.0.0.1", "a NAT64"),
            ("64:ff9b:1::1", "a NAT64"),
            ("100::1", "a discard-only"),
            ("2001::1", "a Teredo"),
            ("2001:2::1", "a benchmarking"),
            ("2001:10::1", "a protocol assignment"),
            ("2001:db8::1", "a documentation"),
            ("2002:7f00:1::", "a 6to4"),
            ("3fff::1", "a documentation"),
            ("4000::1", "a reserved"),
            ("5f00::1", "a reserved"),
            ("fc00::1", "a private"),
            ("fd12:3456::1", "a private"),
            ("fe80::1", "a link-local"),
            ("fec0::1", "a site-local"),
            ("ff02::1", "a multicast"),
        ] {
            assert_eq!(of(address), Some(kind), "{address}");
        }
    }
}
