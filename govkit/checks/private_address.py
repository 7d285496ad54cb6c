"""`aws:SourceIp` is compared with a private address.

## Why it matters

AWS fills `aws:SourceIp` with the public address that a request comes from. From inside a VPC, by
its endpoints, the key is absent. A private range never matches.

## What to do

Write public ranges, and for traffic from VPCs test `aws:SourceVpc` or `aws:VpcSourceIp`.
"""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_network

from govkit.access.operands import Network, network
from govkit.access.operators import Family, operator
from govkit.checks._check import Check, Confidence, Remark, tests
from govkit.checks._paper import Asked, Written
from govkit.model.finding import Severity

_PRIVATE = tuple(
    ip_network(one)
    for one in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7")
)


def _look(_statement: Written, asked: Asked) -> Iterator[Remark]:
    if asked.name != "aws:sourceip" or operator(asked.test.operator).family is not Family.ADDRESS:
        return
    for item in asked.operands:
        found = network(item.text)
        if found is not None and any(_within(found, one) for one in _PRIVATE):
            yield Remark(item.path, f"{item.text} is private, and {asked.key} is a public address.")


def _within(found: Network, private: IPv4Network | IPv6Network) -> bool:
    family, first, last = found
    begin, end = int(private.network_address), int(private.broadcast_address)
    return family == private.version and begin <= first and last <= end


CHECK = Check(
    code="GK262",
    name="private-address",
    severity=Severity.WARNING,
    confidence=Confidence.CERTAIN,
    fix="Write public ranges, or test aws:VpcSourceIp.",
    look=tests(_look),
    aws=(
        "error_private_ip_address",
        "error_private_not_ip_address",
        "suggestion_private_ip_address_subset",
        "suggestion_private_not_ip_address_subset",
    ),
)
