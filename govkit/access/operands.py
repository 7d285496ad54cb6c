"""Read the typed values of conditions: numbers, dates, addresses, booleans and bytes."""

import base64
import binascii
import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    NetmaskValueError,
)

_NUMBER = re.compile(
    r"[+-]?(?:[0-9]{1,400}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?"
)
_DATE = re.compile(
    r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2})"
    r"(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,9}))?)?"
    r"([Zz]|[+-][0-9]{2}:?[0-9]{2})?)?)?)?"
)
_EPOCH = re.compile(r"-?[0-9]{1,15}")
_RANGE = re.compile(r"[0-9A-Fa-f:.]{2,45}(?:/[0-9]{1,3})?")  # no netmask, no zone
_START = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECONDS_FROM = 10**11  # as seconds, the year 5138: nobody writes that; milliseconds, 1973

Address = IPv4Address | IPv6Address
Network = tuple[int, int, int]  # family (4 or 6), first and last address as integers


@lru_cache(maxsize=4096)
def number(text: str) -> Decimal | None:
    """Return a decimal number, or None where a text is not one."""
    return Decimal(text) if _NUMBER.fullmatch(text) else None


@lru_cache(maxsize=4096)
def date(text: str) -> int | None:
    """Return a moment in microseconds since 1970, or None.

    ISO 8601 as the W3C note has it (a year alone up to a fraction of a second, UTC where no zone
    is given), or an epoch: seconds as AWS documents `aws:EpochTime`, and milliseconds from 10¹¹ on,
    which as seconds would be the year 5138. Four digits alone are a year.
    """
    matched = _DATE.fullmatch(text)
    if matched:
        return _calendar(*matched.groups())
    if not _EPOCH.fullmatch(text):
        return None
    figure = int(text)
    return figure * 1_000 if abs(figure) >= _MILLISECONDS_FROM else figure * 1_000_000


def moment(microseconds: int) -> str:
    """Return a text that `date` reads as this moment."""
    try:
        return (_START + timedelta(microseconds=microseconds)).isoformat().replace("+00:00", "Z")
    except OverflowError:
        return str(microseconds // 1_000)


@lru_cache(maxsize=4096)
def address(text: str) -> tuple[int, int] | None:
    """Return (family, number) of one IPv4 or IPv6 address, or None; a range is not an address."""
    try:
        if ":" not in text:
            return 4, int(IPv4Address(text))
        return None if "%" in text else (6, int(IPv6Address(text)))
    except (AddressValueError, ValueError):
        return None


@lru_cache(maxsize=4096)
def network(text: str) -> Network | None:
    """Return (family, first, last) of a CIDR range or a single address, or None.

    Bits beyond the prefix are ignored, as AWS does.
    """
    if not _RANGE.fullmatch(text):
        return None
    try:
        if ":" not in text:
            four = IPv4Network(text, strict=False)
            return 4, int(four.network_address), int(four.broadcast_address)
        six = IPv6Network(text, strict=False)
        return 6, int(six.network_address), int(six.broadcast_address)
    except (AddressValueError, NetmaskValueError, ValueError):
        return None


def boolean(text: str) -> bool | None:
    """Return what `true` or `false` says in any case, or None."""
    return {"true": True, "false": False}.get(text.lower())


def binary(text: str) -> bytes | None:
    """Return the bytes of a base64 text, or None."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _calendar(*groups: str | None) -> int | None:
    year, month, day, hour, minute, second, fraction, zone = groups
    try:
        moment = datetime(
            int(year or 0),
            int(month or 1),
            int(day or 1),
            int(hour or 0),
            int(minute or 0),
            int(second or 0),
            int((fraction or "").ljust(6, "0")[:6]),
            tzinfo=UTC,
        )
    except ValueError:
        return None
    offset = _offset(zone)
    return None if offset is None else (moment - _START) // timedelta(microseconds=1) - offset


def _offset(zone: str | None) -> int | None:
    """Return what a zone is ahead of UTC, in microseconds; None where there is no such zone."""
    if zone in (None, "Z", "z"):
        return 0
    digits = str(zone)[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 23 or minutes > 59:  # noqa: PLR2004 -- hours and minutes of a day
        return None
    sign = -1 if str(zone).startswith("-") else 1
    return sign * (hours * 60 + minutes) * 60_000_000
