"""Every way out of the guardrails, as a document and in words: whose it is and until when, or that nobody says."""

from collections.abc import Iterable, Iterator, Sequence

from govkit.model.wanted import SideDoor, Wanted, Way
from govkit.report._documents import FORMAT_VERSION
from govkit.report._format import Document
from govkit.report._ink import cleaned
from govkit.report._words import count, origin

SORTS = {
    "break-glass": "Break-glass",
    "baseline.except": "Left out of the baseline",
    "manage.ignore": "Ignored",
    "preview": "In preview",
    "pin": "Pinned",
}
_NOBODY = "no owner, no end"


def exemptions(wanted: Wanted) -> Document:
    """Return the exemptions of a layout as JSON."""
    return {
        "format_version": FORMAT_VERSION,
        "layout": wanted.path,
        "exemptions": [_way(one, wanted) for one in wanted.exemptions],
    }


def ways_out(wanted: Wanted, pins: Iterable[SideDoor] | None) -> Document:
    """Return every way out as JSON; `pins` are None where AWS was not asked for them."""
    doors = [*wanted.side_doors, *(pins or ())]
    return {
        **exemptions(wanted),
        "side_doors": [
            {
                "sort": one.sort,
                "what": one.what,
                "owner": one.owner,
                "until": one.until,
                "origin": None if one.where is None else one.where.to_json(),
            }
            for one in doors
        ],
        "pins_read": pins is not None,
    }


def _way(one: Way, wanted: Wanted) -> Document:
    return {
        "key": one.key,
        "guardrails": list(one.guardrails),
        "accounts": list(one.accounts),
        "ous": list(one.ous),
        "principals": list(one.principals),
        "widens": one.widens,
        "reason": one.reason,
        "owner": one.owner,
        "ticket": one.ticket,
        "granted": one.granted.isoformat(),
        "expires": one.expires.isoformat(),
        "days_left": (one.expires - wanted.as_of).days,
        "origin": None if one.where is None else one.where.to_json(),
    }


def exemptions_text(document: Document) -> str:
    """Return the exemptions in words, each with its owner, its last day and its reason."""
    told = [_told(one) for one in cleaned(document)["exemptions"]]
    return "\n".join(told) if told else "No exemptions.\n"


def ways_out_text(document: Document) -> str:
    """Return every way out in words: the exemptions, then each other sort, or that there is none."""
    found = cleaned(document)
    return exemptions_text(document) + "\n" + "".join(f"{line}\n" for line in _doors(found))


def _doors(found: Document) -> Iterator[str]:
    for sort, title in SORTS.items():
        if sort == "pin" and not found["pins_read"]:
            yield f"{title}: AWS was not asked. See: govkit show exemptions --live"
            continue
        there = [one for one in found["side_doors"] if one["sort"] == sort]
        yield f"{title}:" if there else f"{title}: nothing."
        yield from (f"    {_door(one)}" for one in there)


def _door(one: Document) -> str:
    said = [f"by {one['owner']}"] if one["owner"] else []
    said += [f"until {one['until']}"] if one["until"] else []
    where = f" ({origin(one['origin'])})" if one["origin"] else ""
    return f"{one['what']}; {', '.join(said) or _NOBODY}{where}"


def _told(one: Document) -> str:
    days = one["days_left"]
    left = f"{count(days, 'day')} left" if days >= 0 else f"expired {count(-days, 'day')} ago"
    ticket = f", {one['ticket']}" if one["ticket"] else ""
    return (
        f"{one['key']}: {'widens' if one['widens'] else 'lifts'} {', '.join(one['guardrails'])} "
        f"for {_whom(one)}\n"
        f"    until {one['expires']} ({left}), granted {one['granted']} to {one['owner']}{ticket}\n"
        f"    {one['reason']}\n"
    )


def _whom(one: Document) -> str:
    places: Sequence[str] = [*one["accounts"], *one["ous"]]
    principals = f"{', '.join(one['principals'])} in " if one["principals"] else ""
    return principals + ", ".join(places)
