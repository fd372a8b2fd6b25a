"""What the owner's own programs send: events of a backend and imported batches."""

from collector.backend.endpoint import Backend, BatchParts
from collector.backend.senders import Senders
from collector.backend.settings import BackendSettings

__all__ = ["Backend", "BackendSettings", "BatchParts", "Senders"]
