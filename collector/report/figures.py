"""What /metrics shows besides the counts by site: the journal, the inserts, and the duration of each step."""

from __future__ import annotations

from collections.abc import Callable, Sized

from collector.histograms import Histogram
from collector.journal.committer import Committer
from collector.journal.writer import Writer
from collector.report.metrics import MetricValue, Timing

CommitterNow = Callable[[], Committer | None]  # None while the collector does not run
WriterNow = Callable[[], Writer | None]


def timings(taking: Histogram, committer: CommitterNow, writer: WriterNow) -> tuple[Timing, ...]:
    """The steps whose durations are shown as histograms."""
    return (
        (
            "parcours_taking_seconds",
            "Time from the head of a request to the journal's queue: admission, body, decoding (one batch in 16)",
            lambda: taking,
        ),
        (
            "parcours_durable_seconds",
            "Time from the journal's queue to the disk; every batch counts as long as the first of its group",
            lambda: getattr(committer(), "waits", None),
        ),
        (
            "parcours_insert_seconds",
            "Duration of the insert of a segment into the store",
            lambda: getattr(writer(), "inserts", None),
        ),
    )


def figures(committer: CommitterNow, writer: WriterNow, known: Sized) -> tuple[MetricValue, ...]:
    """Counters and gauges; 0 while the collector does not run."""

    def of(part: CommitterNow | WriterNow, name: str) -> Callable[[], float]:
        return lambda: float(getattr(part(), name, 0))

    return (
        ("gauge", "parcours_waiting_requests", "Batches waiting for the disk", of(committer, "waiting")),
        ("counter", "parcours_journal_syncs", "Groups of batches written to disk", of(committer, "syncs")),
        (
            "counter",
            "parcours_journal_failures",
            "Groups of batches that could not be written to disk",
            of(committer, "failures"),
        ),
        ("gauge", "parcours_journal_free_bytes", "Free bytes on the journal's disk", of(committer, "free_bytes")),
        ("gauge", "parcours_backlog_segments", "Segments waiting to be inserted", of(writer, "backlog_segments")),
        ("gauge", "parcours_backlog_bytes", "Bytes waiting to be inserted", of(writer, "backlog_bytes")),
        (
            "gauge",
            "parcours_replay_segments",
            "Inserted segments still to be sent again after the start",
            of(writer, "replaying"),
        ),
        ("counter", "parcours_batches_inserted", "Batches inserted since the start", of(writer, "inserted")),
        ("gauge", "parcours_quarantined_files", "Segments in journal/quarantine", of(writer, "quarantined")),
        ("gauge", "parcours_known_batches", "Ids of known batches in memory", lambda: float(len(known))),
    )
