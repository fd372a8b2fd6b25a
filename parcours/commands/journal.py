"""journal: the segments that the collector keeps on disk, and those that the database rejected."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from collector.journal.inventory import STATES, JournalSegment, damaged, find, inventory, records_of
from collector.journal.quarantine import NotQuarantined, Quarantine
from collector.journal.segments import JournalRecord
from parcours.commands.options import Settings, answer, as_json, with_data

_KINDS = {"click": "e", "hover": "e", "input": "e", "submit": "e", "custom": "n", "resize": "w", "error": "t"}


@click.group()
def journal() -> None:
    """Inspect the collector's journal; put back or discard the segments set aside.

    Works on the data folder, with or without a running server.

    Example: parcours journal list
    """


@journal.command("list")
@as_json
@with_data
def list_(settings: Settings, as_json: bool) -> None:
    """List the segments by state and site, and each one that was set aside.

    open: being written. sealed: waiting for the database. done: in the database, kept for ten minutes.
    quarantined: rejected by the database.

    Example: parcours journal list --data /var/lib/parcours
    """
    folder = _folder(settings)
    found, broken = inventory(folder), damaged(folder)
    lines = [f"{'':<12}{'segments':>9}{'batches':>10}{'bytes':>10}{'oldest':>10}"]
    for state in STATES:
        those = [one for one in found if one.state == state]
        batches, size = sum(one.batches.total() for one in those), sum(one.size for one in those)
        oldest = _ago(max(one.age for one in those)) if those else "–"
        lines.append(f"{state:<12}{len(those):>9}{batches:>10}{_bytes(size):>10}{oldest:>10}")
    lines += _sites(found)
    aside = [one for one in found if one.state == "quarantined"]
    if aside:
        lines += ["", "Set aside:"]
        lines += [f"  {one.path.stem}  {one.batches.total()} batches  {_why(one)}" for one in aside]
        lines += ["`parcours journal show NAME` shows its content, `replay NAME` sends it to the database again."]
    lines += [f"Damaged on disk; the readable part is stored: {path}" for path in broken]
    answer([_plain(one) for one in found], as_json, "\n".join(lines))


@journal.command("show")
@click.argument("name")
@click.option("--batch", type=click.IntRange(1), help="Print this batch as JSON; the first is 1.")
@as_json
@with_data
def show(settings: Settings, name: str, batch: int | None, as_json: bool) -> None:
    """Show the batches of a segment, and why it was set aside.

    Example: parcours journal show 1764000000000000-1a2b3c4d --batch 2
    """
    folder = _folder(settings)
    path = find(folder, name)
    if path is None:
        raise click.ClickException(f"{name} is not in {folder}: see `parcours journal list`.")
    records = records_of(path)
    if batch is not None:
        if batch > len(records):
            raise click.ClickException(f"{path.name} has {len(records)} batches: there is no batch {batch}.")
        click.echo(json.dumps(_whole(records[batch - 1]), ensure_ascii=False, indent=2))
        return
    why = Quarantine(folder).why(path)
    lines = [f"{path}: {len(records)} batches"]
    if why:
        lines.append(f"Set aside {_moment(why.time)} after {why.attempts} attempts: {why.error}")
    lines += [f"{number:>4}  {_summary(record)}" for number, record in enumerate(records, 1)]
    shown = {
        "segment": path.stem,
        "why": msgspec.to_builtins(why) if why else None,
        "batches": [_whole(record) for record in records] if as_json else [],
    }
    answer(shown, as_json, "\n".join(lines))


@journal.command("replay")
@click.argument("name", required=False)
@click.option("--all", "everything", is_flag=True, help="All segments set aside.")
@with_data
def replay(settings: Settings, name: str | None, everything: bool) -> None:
    """Put segments back that were set aside: they are sent to the database again, and stored once.

    A running server picks them up within a second, otherwise the next start does.

    Example: parcours journal replay --all
    """
    quarantine = Quarantine(_folder(settings))
    if bool(name) == everything:
        raise click.UsageError("Give a NAME from `parcours journal list`, or --all.")
    chosen = [_named(quarantine, name)] if name else quarantine.segments()
    for path in chosen:
        click.echo(f"Put back: {quarantine.put_back(path)}")
    if not chosen:
        click.echo("Nothing is set aside.")


@journal.command("discard")
@click.argument("name")
@click.confirmation_option(prompt="Delete these batches permanently?")
@with_data
def discard(settings: Settings, name: str) -> None:
    """Delete a segment that was set aside. `discarded.log` in the journal records when, how many and why.

    Example: parcours journal discard 1764000000000000-1a2b3c4d --yes
    """
    quarantine = Quarantine(_folder(settings))
    batches = quarantine.discard(_named(quarantine, name))
    click.echo(f"Discarded: {batches} batches of {name}.")


@journal.command("verify")
@as_json
@with_data
def verify(settings: Settings, as_json: bool) -> None:
    """Read every segment and check its lengths and checksums. Exit code 1 if one is damaged.

    Example: parcours journal verify
    """
    folder = _folder(settings)
    found, broken = inventory(folder), damaged(folder)
    torn = [one for one in found if not one.whole]
    lines = [f"✗ {one.path}: {_torn(one)}" for one in torn]
    lines += [f"✗ {path}: a copy of a segment damaged on disk" for path in broken]
    good = len(found) - len(torn)
    lines.append(f"{good} of {len(found)} segments are whole, with {sum(s.batches.total() for s in found)} batches.")
    answer([_plain(one) | {"good_bytes": one.good, "whole": one.whole} for one in found], as_json, "\n".join(lines))
    if broken or any(one.state != "open" for one in torn):
        raise click.exceptions.Exit(1)


COMMANDS = (journal,)


def _folder(settings: Settings) -> Path:
    folder = settings.data / "journal"
    if not folder.is_dir():
        raise click.ClickException(
            f"{folder} does not exist: no collector has run there. Choose another folder with --data."
        )
    return folder


def _named(quarantine: Quarantine, name: str) -> Path:
    try:
        return quarantine.find(name)
    except NotQuarantined as error:
        raise click.ClickException(f"{error}.") from None


def _sites(found: list[JournalSegment]) -> list[str]:
    """One line for each site: its batches by state."""
    by_site: dict[int, Counter[str]] = {}
    for one in found:
        for site, batches in one.batches.items():
            by_site.setdefault(site, Counter())[one.state] += batches
    lines = [
        f"  site {site}: " + ", ".join(f"{counts[state]} {state}" for state in STATES if counts[state])
        for site, counts in sorted(by_site.items())
    ]
    return ["", *lines] if lines else []


def _why(one: JournalSegment) -> str:
    return f"{_moment(one.why.time)}, {one.why.error}" if one.why else "reason unknown"


def _torn(one: JournalSegment) -> str:
    damage = f"{one.size - one.good} of {one.size} bytes are unreadable after batch {one.batches.total()}"
    if one.state == "open":
        return f"{damage}; it is being written, or the next start cuts it there (they were never acknowledged)"
    return f"{damage}; it was damaged on disk"


def _summary(record: JournalRecord) -> str:
    """One line about a batch, or a note that it is unreadable."""
    whole = _whole(record)
    x, b = whole["x"], whole["b"]
    if not isinstance(x, dict) or not isinstance(b, dict):
        return f"{_moment(record.received)}  unreadable: {len(record.body)} bytes"
    held = [f"{len(b[kind][key])} {kind}" for kind, key in _KINDS.items() if _is_columns(b.get(kind), key)]
    held += ["scroll"] if b.get("scroll") else []
    marks = [str(x[mark]) for mark in ("device", "browser", "bot") if x.get(mark)]
    where = f"site {x.get('site')}  {x.get('page')}  batch {b.get('seq')}"
    return f"{_moment(record.received)}  {where}  {' '.join(marks)}  {', '.join(held) or 'nothing but the view'}"


def _is_columns(value: Any, key: str) -> bool:
    return isinstance(value, dict) and isinstance(value.get(key), list) and bool(value[key])


def _whole(record: JournalRecord) -> dict[str, Any]:
    return {"received": record.received, "x": _decoded(record.x), "b": _decoded(record.body)}


def _decoded(text: bytes) -> Any:
    try:
        return msgspec.json.decode(text)
    except msgspec.DecodeError:
        return text.decode("utf-8", "replace")


def _plain(one: JournalSegment) -> dict[str, Any]:
    return {
        "segment": one.path.stem,
        "state": one.state,
        "bytes": one.size,
        "age_seconds": round(one.age, 1),
        "batches": {str(site): n for site, n in sorted(one.batches.items())},
        "why": msgspec.to_builtins(one.why) if one.why else None,
    }


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _ago(seconds: float) -> str:
    for name, length in (("d", 86_400), ("h", 3600), ("min", 60)):
        if seconds >= length:
            return f"{seconds / length:.1f} {name}"
    return f"{seconds:.1f} s"


def _bytes(size: float) -> str:
    for unit in ("B", "kB", "MB"):
        if size < 1000:
            return f"{size:.0f} {unit}"
        size /= 1000
    return f"{size:.1f} GB"
