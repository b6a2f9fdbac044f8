"""The markup of panels, kept ready: looking at a part's values costs a twentieth of writing them as HTML."""

from __future__ import annotations

import copyreg
import io
import pickle
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from hashlib import blake2b
from typing import Any
from weakref import ref

import pandas as pd
from markupsafe import Markup

from metrics.definition import Indicator

MOST_BYTES = 32 * 2**20
"""32 MB: a panel's markup takes 2 to 60 KB, all pages of a county over one period about 1 MB."""


_FRAMES: dict[int, tuple[ref[pd.DataFrame], str]] = {}
"""Frames that have been shown and still are somewhere, by identity, each with the digest of its values."""


def _frame_digest(frame: pd.DataFrame) -> str:
    """A frame is what is costly to look at, and most are shared: as long as one lives it is looked at once. None is changed once shown
    (``tests/test_app_pages.py`` holds that for every page). When it goes its entry does, before another can have its identity."""
    at = id(frame)
    if at not in _FRAMES:
        digest_of_it = blake2b(pickle.dumps(frame), digest_size=16).hexdigest()
        _FRAMES[at] = ref(frame, lambda _: _FRAMES.pop(at, None)), digest_of_it
    return _FRAMES[at][1]


class _Values(pickle.Pickler):
    """Writes down what a part shows: equal parts give equal bytes. An indicator is one of the registry, so its id says all."""

    dispatch_table = {
        **copyreg.dispatch_table,
        Indicator: lambda shown: (str, (shown.id,)),
        pd.DataFrame: lambda shown: (str, (_frame_digest(shown),)),
    }


def digest(parts: Sequence[Any]) -> bytes:
    """Tells parts apart by the values they show."""
    values = io.BytesIO()
    _Values(values, pickle.HIGHEST_PROTOCOL).dump(parts)
    return blake2b(values.getbuffer(), digest_size=16).digest()


class KeptMarkup:
    """Markup by what it shows and whom it is for. Shared by all readers; beyond ``most_bytes`` the least lately shown goes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most, self._bytes = most_bytes, 0
        self._kept: OrderedDict[Hashable, Markup] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: Hashable, write: Callable[[], Markup]) -> Markup:
        """What is kept under ``key``, else what ``write()`` returns. Two threads at once may both write: they write the same."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = write()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._bytes += sys.getsizeof(made)
            while self._bytes > self._most:
                self._bytes -= sys.getsizeof(self._kept.popitem(last=False)[1])
        return made


KEPT_MARKUP = KeptMarkup()
"""What this process keeps."""
