"""import: what happened elsewhere, from files."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from parcours.commands.options import Settings, answer, as_json, with_data
from parcours.connection import Api, connect
from parcours.importing import mapping, matomo, posthog
from parcours.importing.checking import examine
from parcours.importing.items import Source
from parcours.importing.rows import NoReader, columns_of, digest_of, format_of, rows_of, shown
from parcours.importing.sending import Sending
from parcours.importing.state import RefusedLines, State

PARTLY = 5  # exit code: taken, but for some lines


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
@click.option("--map", "columns", multiple=True, callback=_pairs, help="FIELD=COLUMN, where they differ. Repeat.")
@click.option("--set", "fixed", multiple=True, callback=_pairs, help="FIELD=VALUE for every row without one. Repeat.")
@click.option("--timezone", default="UTC", show_default=True, help="Of times that name none, e.g. Europe/Paris.")
@click.option("--state", "folder", type=click.Path(path_type=Path, file_okay=False), help="Folder of the notes.")
@click.option("--dry-run", is_flag=True, help="Only read, and say what would be sent.")
@as_json
@with_data
def import_(
    settings: Settings,
    site: str,
    files: tuple[Path, ...],
    origin: str,
    columns: dict[str, str],
    fixed: dict[str, str],
    timezone: str,
    folder: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Send events of the past from files: .csv .tsv .ndjson .json .parquet (docs/import.md).

    A run that was broken off goes on where it was when the same command is given again, and nothing is
    stored twice. What is refused is in FILE.refused.ndjson with the reason. Fields of a table: name, time,
    value, id, visitor, browser_id, page, touchpoint, variants.

    Exit codes: 0 all was taken, 3 refused, 4 the server is away (run it again), 5 some lines were refused.

    Example: parcours import "Lamp shop" orders.csv --map time=occurred_at --map value=total --set name=order
    """
    try:
        zone = ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError):
        raise click.BadParameter(f"{timezone!r} is no time zone", param_hint="--timezone") from None
    options = {"from": origin, "timezone": timezone, "map": shown(columns), "set": shown(fixed)}

    def source_of(file: Path, digest: str) -> Source:
        if origin == "posthog":
            return posthog.items(rows_of(file), posthog.heights_of(rows_of(file)), columns, digest)
        if origin == "matomo":
            return matomo.items(rows_of(file), digest)
        return mapping.events(rows_of(file), columns, fixed, zone, digest)

    try:
        for file in files:
            _has(file, columns.values())
        if dry_run:
            _say(files, source_of, as_json)
            return
        with connect(settings) as api:
            states = [_send(api, site, file, source_of, options, folder or file.parent) for file in files]
    except NoReader as error:
        raise click.ClickException(str(error)) from None
    told = [{"file": str(file), **told} for file, (told, _) in zip(files, states, strict=True)]
    answer(told, as_json, "\n".join(words for _, words in states))
    if any(one["refused"] for one in told):
        raise click.exceptions.Exit(PARTLY)


def _has(file: Path, wanted: Iterable[str]) -> None:
    """Raise NoReader when a column that was named is none of the file's: its field would be left empty unseen."""
    names = columns_of(file)
    for name in wanted:
        if names is not None and name not in names:
            raise NoReader(f"{file.name} has no column {name!r}; it has {', '.join(n[:60] for n in names[:40])}.")


def _send(
    api: Api, site: str, file: Path, source_of: Callable[[Path, str], Source], options: dict[str, str], folder: Path
) -> tuple[dict[str, object], str]:
    """Import one file; what became of it, for programs and in words."""
    folder.mkdir(parents=True, exist_ok=True)
    digest = digest_of(file)
    note, refused = folder / f"{file.name}.import.json", folder / f"{file.name}.refused.ndjson"
    state = State.read(note, {"file": digest, "site": site, **options})
    source = source_of(file, digest)
    with _progress(file, state) as progress:
        Sending(api, site, state, note, RefusedLines(refused, state.refused_bytes)).send(source.items, progress)
    counts = {"accepted": state.accepted, "duplicates": state.duplicates, "refused": state.refused}
    words = f"{file.name}: {state.accepted} accepted, {state.duplicates} known already, {state.refused} refused"
    words += f", see {refused}" if state.refused else ""
    return counts | {"left_out": dict(source.left_out)}, words + _left_out(source)


def _left_out(source: Source) -> str:
    if not source.left_out:
        return ""
    return "\n  left out: " + ", ".join(f"{name} ({count})" for name, count in source.left_out.most_common(12))


@contextmanager
def _progress(file: Path, state: State) -> Iterator[Callable[[int], None]]:
    """A bar over the lines of the file, on the terminal."""
    lines = _lines_of(file) if format_of(file) in ("csv", "ndjson") and file.suffix != ".gz" else None
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        verb = "going on with" if state.resumed else "sending"
        task = progress.add_task(f"{verb} {file.name}", total=lines)
        yield lambda line: progress.update(task, completed=line)


def _lines_of(file: Path) -> int:
    with file.open("rb") as raw:
        return sum(block.count(b"\n") for block in iter(lambda: raw.read(1 << 20), b""))


def _say(files: tuple[Path, ...], source_of: Callable[[Path, str], Source], as_json: bool) -> None:
    """What would be sent."""
    told, words = [], []
    for file in files:
        source = source_of(file, digest_of(file))
        found = examine(source.items)
        told.append(
            {
                "file": str(file), "events": found.events, "batches": found.batches, "points": found.points,
                "refused": found.refused, "left_out": dict(source.left_out),
            }
        )  # fmt: skip
        words.append(
            f"{file.name}: {found.events} events, {found.batches} batches of views with {found.points} clicks, "
            f"{found.refused} lines that cannot be taken{_left_out(source)}"
        )
        words += [f"  as {item.kind}: {shown(item.body)}" for item in found.first]
        words += [f"  line {bad.line}: {bad.message}" for bad in itertools.islice(found.bad, 5)]
    answer(told, as_json, "\n".join([*words, "Nothing was sent."]))


COMMANDS = (import_,)
