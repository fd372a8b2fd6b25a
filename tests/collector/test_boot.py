"""A power cut is recognised by a boot other than the noted one, never at a first start or on an unknown system."""

from __future__ import annotations

from pathlib import Path

from collector.app import CollectorSettings
from collector.journal.boot import booted_since, note_boot
from store.client import Store
from tests.collector.conftest import running
from tests.collector.test_writer import Run, count, record, segment


def test_only_another_boot_counts(tmp_path: Path) -> None:
    running = tmp_path / "boot_id"
    journal = tmp_path / "journal"
    journal.mkdir()
    assert not booted_since(journal, running)  # a system that does not say
    note_boot(journal, running)
    assert not (journal / "boot").exists()
    running.write_text("one\n")
    assert not booted_since(journal, running)  # nothing noted yet
    note_boot(journal, running)
    assert not booted_since(journal, running)
    running.write_text("two\n")
    assert booted_since(journal, running)
    assert booted_since(journal, running)  # until it is noted
    note_boot(journal, running)
    assert not booted_since(journal, running)


def test_a_collector_after_a_power_cut_stores_nothing_twice(
    settings: CollectorSettings, store: Store, run: Run
) -> None:
    """The rows of a segment were on the disk, its token and its new name were not."""
    settings.journal.mkdir()
    path = segment(settings.journal, record(), record())
    store.insert_segment(path.read_bytes(), "as if its token were forgotten")
    (settings.journal / "boot").write_text("another")

    async def work() -> None:
        async with running(settings, store) as (collector, _):
            await collector.drain()

    run(work())
    assert count(store, "touches") == 2
    assert count(store, "points") == 2 * 5
    assert not booted_since(settings.journal)
