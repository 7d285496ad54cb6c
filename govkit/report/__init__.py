"""SHELF of report formats: one file per format, each exporting `FORMAT`; and how errors are told."""

from govkit.report._check import check, check_text
from govkit.report._check_rows import check_csv, check_junit
from govkit.report._comparison_text import comparison_text
from govkit.report._credentials import credentials, credentials_text
from govkit.report._differences import difference, differences
from govkit.report._documents import findings, history, run
from govkit.report._errors import error_text
from govkit.report._exemptions import exemptions, exemptions_text, ways_out, ways_out_text
from govkit.report._format import PLAIN, Document, Format, Style, format_named, formats
from govkit.report._ink import clean
from govkit.report._limits_text import limits_text
from govkit.report._ocsf import check_ocsf
from govkit.report._packing_text import packing_text
from govkit.report._redact import Redactor
from govkit.report._run_text import done_already, step_line, step_words, waiting_line
from govkit.report._schemas import SCHEMAS, schema
from govkit.report._tests import tests, tests_junit, tests_text
from govkit.report._tree import Node, drawn
from govkit.report._why_text import effective_text, why_text
from govkit.report.json import told as _json

CHECKS = {
    "text": check_text,
    "json": _json,
    "csv": check_csv,
    "junit": check_junit,
    "ocsf": check_ocsf,
}
TESTS = {"text": tests_text, "json": _json, "junit": tests_junit}

__all__ = [
    "CHECKS",
    "PLAIN",
    "SCHEMAS",
    "TESTS",
    "Document",
    "Format",
    "Node",
    "Redactor",
    "Style",
    "check",
    "clean",
    "comparison_text",
    "credentials",
    "credentials_text",
    "difference",
    "differences",
    "done_already",
    "drawn",
    "effective_text",
    "error_text",
    "exemptions",
    "exemptions_text",
    "findings",
    "format_named",
    "formats",
    "history",
    "limits_text",
    "packing_text",
    "run",
    "schema",
    "step_line",
    "step_words",
    "tests",
    "waiting_line",
    "ways_out",
    "ways_out_text",
    "why_text",
]
