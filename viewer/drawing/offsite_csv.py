"""The rejected lines of an off-site file as CSV, in cells that a spreadsheet does not run."""

from __future__ import annotations

import csv
import io

from rules.faults import Fault
from store.offsite import OffsiteReport
from store.spreadsheet import harmless

COLUMNS = ("line", "column", "code", "message")


def report_csv(report: OffsiteReport) -> bytes:
    """One row for each kept line, then one for those that were only counted."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for one in report.first:
        sentence = Fault(one.column, one.code, one.values).sentence
        writer.writerow([one.line, harmless(one.column), one.code, harmless(sentence)])
    left_out = sum(one.lines for one in report.kinds) - len(report.first)
    if left_out:
        writer.writerow(["", "", "", f"{left_out} more lines were rejected"])
    return out.getvalue().encode()
