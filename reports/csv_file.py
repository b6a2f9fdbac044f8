"""CSV that a double click opens in Chinese."""

from __future__ import annotations

import csv
import io

from metrics.wording import is_missing
from reports.tables import Column, Kind, Table, cell_text
from reports.wording import clean, formula_safe


def csv_bytes(table: Table) -> bytes:
    """UTF-8 with a byte order mark, CRLF, text that could be a formula disarmed.

    Shares stay numbers (0.619047…) so that the file can be computed with; missing cells are empty.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([formula_safe(clean(column.heading)) for column in table.file_columns])
    for row in table.cells():
        writer.writerow([_cell(value, column) for value, column in zip(row, table.file_columns, strict=True)])
    return out.getvalue().encode("utf-8-sig", "replace")


def _cell(value: object, column: Column) -> object:
    if is_missing(value):
        return ""
    if column.kind is Kind.COUNT:
        return int(value)  # type: ignore[call-overload]
    if column.is_number:
        return float(value)  # type: ignore[arg-type]
    return formula_safe(cell_text(value, column))
