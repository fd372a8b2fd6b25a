"""import: past events from files."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from parcours.commands.options import Settings, answer, as_json, segment, with_data
from parcours.connection import Api, connect
from parcours.importing import mapping, matomo, posthog
from parcours.importing.checking import ServerLimits, examine
from parcours.importing.items import Source
from parcours.importing.progress import ImportProgress, RefusedLines
from parcours.importing.rows import UnreadableFile, as_line, columns_of, digest_of, format_of, rows_of
from parcours.importing.sending import Sending

PARTLY = 5  # exit code: accepted, except for some lines


@dataclass(frozen=True)
class FileFormat:
    """How the rows of a file become events: the product it was exported from, and the mapping of its columns."""

    origin: str
    columns: dict[str, str]  # field → column
    fixed: dict[str, str]  # field → value of rows that have none
    timezone: str

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise click.BadParameter(f"{self.timezone!r} is not a time zone", param_hint="--timezone") from None

    def heights(self, files: Iterable[Path]) -> posthog.Heights:
        """Heights of pages by all files: the event that tells one may be in a later file than the clicks."""
        if self.origin != "posthog":
            return {}
        return posthog.heights_of(row for file in files for row in rows_of(file))

    def source(self, file: Path, heights: posthog.Heights) -> Source:
        """What to send of a file."""
        zone = ZoneInfo(self.timezone)
        if self.origin == "posthog":
            return posthog.items(rows_of(file), heights, self.columns, zone)
        if self.origin == "matomo":
            return matomo.items(rows_of(file), zone)
        return mapping.events(rows_of(file), self.columns, self.fixed, zone)

    def key(self) -> dict[str, str]:
        """What the progress note of a file was written for: another format starts the import again."""
        return {
            "from": self.origin,
            "timezone": self.timezone,
            "map": as_line(self.columns),
            "set": as_line(self.fixed),
        }


def _pairs(_: click.Context, option: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs = dict(text.partition("=")[::2] for text in given)
    for name, value in pairs.items():
        if name not in mapping.FIELDS or not value:
            raise click.BadParameter(f"{name}={value}: write FIELD=…, FIELD one of {', '.join(mapping.FIELDS)}")
    return pairs


@click.command("import")
@click.argument("site")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--from", "origin", type=click.Choice(["table", "posthog", "matomo"]), default="table", show_default=True)
@click.option("--map", "columns", multiple=True, callback=_pairs, help="FIELD=COLUMN if they differ; repeatable.")
@click.option("--set", "fixed", multiple=True, callback=_pairs, help="FIELD=VALUE for rows without one; repeatable.")
@click.option("--timezone", default="UTC", show_default=True, help="Of times without an offset, e.g. Europe/Paris.")
@click.option("--state", "folder", type=click.Path(path_type=Path, file_okay=False), help="Folder for progress notes.")
@click.option("--dry-run", is_flag=True, help="Only read the files and show what would be sent.")
@as_json
@with_data
def import_(
    settings: Settings,
    site: str,
    files: tuple[Path, ...],
    folder: Path | None,
    dry_run: bool,
    as_json: bool,
    **file_format: Any,
) -> None:
    """Send past events from files: .csv .tsv .ndjson .json .parquet (docs/import.md).

    Run an interrupted import again with the same command: it continues where it stopped, and nothing is stored twice.
    Rejected lines are written to FILE.refused.ndjson with the reason. Fields of a table: name, time, value, id,
    visitor, browser_id, page, touchpoint, variants.

    Exit codes: 0 everything was accepted, 3 rejected, 4 the server is unavailable (run it again), 5 some lines were
    rejected, or would be (--dry-run).

    Example: parcours import "Lamp shop" orders.csv --map time=occurred_at --map value=total --set name=order
    """
    how = FileFormat(**file_format)
    try:
        for file in files:
            _check_columns(file, how.columns.values())
        if dry_run:
            if _preview(files, how, ServerLimits(time.time_ns() // 1_000_000, _domains(settings, site)), as_json):
                raise click.exceptions.Exit(PARTLY)
            return
        heights = how.heights(files)
        with connect(settings) as api:
            results = [_send(Target(api, site, folder or file.parent), file, how, heights) for file in files]
    except UnreadableFile as error:
        raise click.ClickException(str(error)) from None
    answer([counts for counts, _ in results], as_json, "\n".join(summary for _, summary in results))
    if any(counts["refused"] for counts, _ in results):
        raise click.exceptions.Exit(PARTLY)


def _check_columns(file: Path, wanted: Iterable[str]) -> None:
    """Raise UnreadableFile if the file lacks a column named by --map: its field would silently stay empty."""
    names = columns_of(file)
    for name in wanted:
        if names is not None and name not in names:
            raise UnreadableFile(f"{file.name} has no column {name!r}; it has {', '.join(n[:60] for n in names[:40])}.")


@dataclass(frozen=True)
class Target:
    """Where an import goes: the site, and the folder of its progress notes and rejected lines."""

    api: Api
    site: str
    folder: Path


def _send(target: Target, file: Path, how: FileFormat, heights: posthog.Heights) -> tuple[dict[str, Any], str]:
    """Import one file; the counts for --json, and the same as a sentence."""
    target.folder.mkdir(parents=True, exist_ok=True)
    digest = digest_of(file)
    note = target.folder / f"{file.name}.import.json"
    refused = target.folder / f"{file.name}.refused.ndjson"
    progress = ImportProgress.read(note, {"file": digest, "site": target.site, **how.key()})
    if progress.finished:
        return _already_imported(file, note, progress)
    source = how.source(file, heights)
    with _progress_bar(file, progress) as advance:
        rejected = RefusedLines(refused, progress.refused_bytes)
        Sending(target.api, target.site, progress, note, rejected, source=file.name).send(source.items, advance)
    counts = {"accepted": progress.accepted, "duplicates": progress.duplicates, "refused": progress.refused}
    summary = f"{file.name}: {progress.accepted} accepted, {progress.duplicates} duplicates, {progress.refused} refused"
    if progress.duplicates and not progress.accepted:
        summary += " (already imported)"
    summary += f", see {refused}" if progress.refused else ""
    return {"file": str(file), **counts, "left_out": dict(source.left_out)}, summary + _left_out(source)


def _already_imported(file: Path, note: Path, earlier: ImportProgress) -> tuple[dict[str, Any], str]:
    """The answer for a file that an earlier run sent to its end: nothing is sent again."""
    known = earlier.accepted + earlier.duplicates
    counts = {"accepted": 0, "duplicates": known, "refused": earlier.refused, "already_imported": True}
    summary = f"{file.name}: already imported ({known + earlier.refused} lines, {earlier.refused} of them refused)"
    summary += f". Nothing was sent; delete {note} to send it again."
    return {"file": str(file), **counts, "left_out": {}}, summary


def _left_out(source: Source) -> str:
    if not source.left_out:
        return ""
    return "\n  left out: " + ", ".join(f"{name} ({count})" for name, count in source.left_out.most_common(12))


@contextmanager
def _progress_bar(file: Path, done: ImportProgress) -> Iterator[Callable[[int], None]]:
    """A bar over the lines of the file, on the terminal."""
    lines = _lines_of(file) if format_of(file) in ("csv", "ndjson") and file.suffix != ".gz" else None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        verb = "continuing" if done.resumed else "sending"
        task = progress.add_task(f"{verb} {file.name}", total=lines)
        yield lambda line: progress.update(task, completed=line)


def _lines_of(file: Path) -> int:
    with file.open("rb") as raw:
        return sum(block.count(b"\n") for block in iter(lambda: raw.read(1 << 20), b""))


def _domains(settings: Settings, site: str) -> list[str] | None:
    """The domains of the site; None where there is no database yet: a dry run creates none."""
    if not (settings.clickhouse_url or Path(settings.location).exists()):
        return None
    with connect(settings) as api:
        domains: list[str] = api.get(f"/sites/{segment(site)}")["domains"]
        return domains


def _preview(files: Sequence[Path], how: FileFormat, limits: ServerLimits, as_json: bool) -> int:
    """Print what would be sent; the number of lines that would be rejected."""
    counts, lines, refused = [], [], 0
    heights = how.heights(files)
    for file in files:
        source = how.source(file, heights)
        found = examine(source.items, limits)
        refused += found.refused
        counts.append(
            {
                "file": str(file), "events": found.events, "batches": found.batches, "points": found.points,
                "refused": found.refused, "left_out": dict(source.left_out),
            }
        )  # fmt: skip
        lines.append(
            f"{file.name}: {found.events} events, {found.batches} batches of views with {found.points} clicks, "
            f"{found.refused} invalid lines{_left_out(source)}"
        )
        lines += [f"  as {item.kind}: {as_line(item.body)}" for item in found.first]
        lines += [f"  line {bad.line}: {bad.message}" for bad in itertools.islice(found.bad, 5)]
    answer(counts, as_json, "\n".join([*lines, "Nothing was sent."]))
    return refused


COMMANDS = (import_,)
