"""Which network addresses are one caller."""

import ipaddress


def network(address: str) -> str:
    """The address a caller is counted by: all of an IPv6 line (/64) is one caller, an IPv4 address in IPv6 is itself."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return str(parsed)
    return str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
