"""JSON, for programs: the published documents, equal to the byte for equal documents."""

import json
import re

from govkit.errors import BugError
from govkit.report._format import Document, Format, Style

# Legal in JSON and acted upon elsewhere: 8-bit terminal controls, what turns the direction of
# writing or is invisible, halves of surrogate pairs (no UTF-8), and `<` inside a script element.
_ACTED_UPON = re.compile(
    "[\x7f-\x9f\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e007f<]"
)


def told(document: Document, style: Style) -> str:  # noqa: ARG001 - a teller's signature
    """Return the document as JSON text that survives UTF-8, terminals and HTML.

    `BugError` where the document holds what JSON does not have (NaN, a set).
    """
    try:
        text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise BugError("A document that is not JSON", str(error)) from error
    return _ACTED_UPON.sub(_escaped, text) + "\n"


def _escaped(found: re.Match[str]) -> str:
    return json.dumps(found[0])[1:-1] if found[0] != "<" else "\\u003c"


FORMAT = Format(
    name="json", plan=told, drift=told, differences=told, findings=told, run=told, history=told
)
