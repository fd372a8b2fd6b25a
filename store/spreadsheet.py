"""Cells of CSV files that a spreadsheet must not run.

A spreadsheet runs text that begins like a formula, and names, paths and addresses come from visitors' browsers:
https://owasp.org/www-community/attacks/CSV_Injection
"""

from __future__ import annotations

# The wide signs count as formulas in East Asian spreadsheets; the hyphen is last, as a character class needs it.
FORMULA_STARTS = "=+@\t\r\n＝＋－＠-"


def harmless(cell: object) -> object:
    """The cell, with an apostrophe in front if it is text that begins like a formula. Numbers stay as they are."""
    return "'" + cell if isinstance(cell, str) and cell.startswith(tuple(FORMULA_STARTS)) else cell


def harmless_sql(column: str) -> str:
    """The same in SQL, for a column of text."""
    return f"if(match({column}, '^[{FORMULA_STARTS}]'), concat('\\'', {column}), {column}) AS {column}"
