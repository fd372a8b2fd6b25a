"""What /metrics shows beside the counts by site: of the journal, of the inserts, and how long each step takes."""

from __future__ import annotations

from collections.abc import Callable, Sized

from collector.histograms import Histogram
from collector.journal.committer import Committer
from collector.journal.writer import Writer
from collector.report.metrics import MetricValue, Timing

CommitterNow = Callable[[], Committer | None]  # None while the collector does not run
WriterNow = Callable[[], Writer | None]


def timings(taking: Histogram, committer: CommitterNow, writer: WriterNow) -> tuple[Timing, ...]:
    """Whose times are shown as histograms."""
    return (
        (
            "parcours_taking_seconds",
            "From the head of a request to the journal's queue: admission, body, decoding (one batch in 16)",
            lambda: taking,
        ),
        (
            "parcours_durable_seconds",
            "From the journal's queue to the disk, of each batch as long as the first of its group",
            lambda: getattr(committer(), "waits", None),
        ),
        ("parcours_insert_seconds", "Insert of a segment into the store", lambda: getattr(writer(), "inserts", None)),
    )


def figures(committer: CommitterNow, writer: WriterNow, known: Sized) -> tuple[MetricValue, ...]:
    """Counters and gauges; 0 while the collector does not run."""

    def of(part: CommitterNow | WriterNow, name: str) -> Callable[[], float]:
        return lambda: float(getattr(part(), name, 0))

    return (
        ("gauge", "parcours_waiting_requests", "Requests that wait for the disk", of(committer, "waiting")),
        ("counter", "parcours_journal_syncs", "Groups of batches made durable", of(committer, "syncs")),
        ("counter", "parcours_journal_failures", "Groups that could not be made durable", of(committer, "failures")),
        ("gauge", "parcours_journal_free_bytes", "Free on the journal's disk", of(committer, "free_bytes")),
        ("gauge", "parcours_backlog_segments", "Sealed, not yet in the store", of(writer, "backlog_segments")),
        ("gauge", "parcours_backlog_bytes", "Sealed, not yet in the store", of(writer, "backlog_bytes")),
        ("gauge", "parcours_replay_segments", "Kept segments still to be sent again", of(writer, "replaying")),
        ("counter", "parcours_batches_inserted", "Batches in the store since the start", of(writer, "inserted")),
        ("gauge", "parcours_quarantined_files", "Set aside in journal/quarantine", of(writer, "quarantined")),
        ("gauge", "parcours_known_batches", "Batch ids in memory", lambda: float(len(known))),
    )
