"""Answers as bytes: frames as Arrow, what holds them as JSON, so that a database can keep them and nothing in it can run.

Layout: the length of the JSON part (eight digits), the JSON part, then the frames' Arrow streams one behind the other. In the JSON part
lists, texts, numbers and truth stand for themselves; everything else is an object with its kind.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

_LENGTH_DIGITS = 8
_SIMPLE = (bool, int, float, str, type(None))
_OBJECT_KINDS = ("string", "large_string", "date32", "boolean", "integer", "null")
"""What an object column may hold to come back as it was."""
_COME_BACK: set[tuple[Any, ...]] = set()
"""Columns, their types here and in Arrow, and the index, of frames that were seen to come back as they were: some hundreds in a program."""


class Unpackable(TypeError):
    """A value that would not come back as it was: it is kept in memory alone."""


def packed(value: Any) -> bytes:
    """Bytes from which :func:`unpacked` makes an equal value. Raises :class:`Unpackable`."""
    frames: list[bytes] = []
    tree = json.dumps(_tree(value, frames), ensure_ascii=False, separators=(",", ":")).encode()
    return f"{len(tree):0{_LENGTH_DIGITS}d}".encode() + tree + b"".join(frames)


def unpacked(content: bytes, types: Mapping[str, type]) -> Any:
    """The value of :func:`packed`; ``types`` are the dataclasses and enumerations that may be among it, by name.

    Raises ``ValueError`` for bytes that are none (``pyarrow.ArrowInvalid`` is one), ``KeyError`` for a type that is not known.
    """
    start = _LENGTH_DIGITS + int(content[:_LENGTH_DIGITS])
    stream = pa.BufferReader(content[start:])
    return _value(json.loads(content[_LENGTH_DIGITS:start]), stream, types)


def _tree(value: Any, frames: list[bytes]) -> Any:
    if isinstance(value, Enum):
        return {"enum": type(value).__name__, "is": value.value}
    if type(value) in _SIMPLE:
        return value
    if isinstance(value, np.bool_ | np.integer | np.floating):
        return value.item()
    if isinstance(value, pd.DataFrame):
        stream, objects = _stream(value)
        frames.append(stream)
        return {"frame": objects}
    if isinstance(value, list):
        return [_tree(each, frames) for each in value]
    if isinstance(value, dict):
        return {"map": [[_tree(key, frames), _tree(held, frames)] for key, held in value.items()]}
    for name, kind in _PLAIN_KINDS.items():
        if type(value) is kind:
            return {name: _plain(value, frames)}
    if is_dataclass(value) and not isinstance(value, type):
        return {"type": type(value).__name__, "of": {field.name: _tree(getattr(value, field.name), frames) for field in fields(value)}}
    raise Unpackable(f"a {type(value).__name__}")


_PLAIN_KINDS: dict[str, type] = {"at": datetime, "day": date, "span": timedelta, "tuple": tuple, "set": frozenset}


def _plain(value: Any, frames: list[bytes]) -> Any:
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, date):
        return value.isoformat()
    return [_tree(each, frames) for each in value]


def _stream(frame: pd.DataFrame) -> tuple[bytes, list[str]]:
    """A frame as an Arrow stream, and its columns of objects. Raises :class:`Unpackable` where it would come back as another one."""
    try:
        table = pa.Table.from_pandas(frame)
    except (pa.ArrowException, ValueError, TypeError) as problem:
        raise Unpackable(str(problem)) from problem
    kinds = {str(name): str(kind) for name, kind in frame.dtypes.items()}
    objects = [name for name, kind in kinds.items() if kind == "object"]
    shape = tuple(kinds.items()), tuple(str(kind) for kind in table.schema.types), type(frame.index)
    if shape not in _COME_BACK:
        back = _frame(table, objects)
        strange = {name: str(table.schema.field(name).type) for name in objects if not _comes_back(table.schema.field(name).type)}
        strange |= {name: kind for name, kind in kinds.items() if str(back.dtypes[name]) != kind}
        if strange or not back.index.equals(frame.index):
            raise Unpackable(f"a frame with {strange or type(frame.index)}")
        _COME_BACK.add(shape)
    sink: Any = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression="zstd")) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes()), objects


def _frame(table: Any, objects: list[str]) -> pd.DataFrame:
    """Arrow's frame; columns of objects hold None where nothing is known."""
    frame: pd.DataFrame = table.to_pandas()
    for name in objects:
        frame[name] = pd.Series(table[name].to_pylist(), index=frame.index, dtype="object")
    return frame


def _comes_back(kind: Any) -> bool:
    return any(getattr(pa.types, f"is_{name}")(kind) for name in _OBJECT_KINDS)


def _value(tree: Any, stream: pa.BufferReader, types: Mapping[str, type]) -> Any:
    if isinstance(tree, list):
        return [_value(each, stream, types) for each in tree]
    if not isinstance(tree, dict):
        return tree
    kind, held = next(iter(tree.items()))
    return _READ[kind](tree, held, stream, types)


_READ: dict[str, Callable[..., Any]] = {
    "frame": lambda _tree_, held, stream, _types: _frame(pa.ipc.open_stream(stream).read_all(), held),
    "map": lambda _tree_, held, stream, types: {_value(key, stream, types): _value(each, stream, types) for key, each in held},
    "tuple": lambda _tree_, held, stream, types: tuple(_value(each, stream, types) for each in held),
    "set": lambda _tree_, held, stream, types: frozenset(_value(each, stream, types) for each in held),
    "at": lambda _tree_, held, _stream_, _types: datetime.fromisoformat(held),
    "day": lambda _tree_, held, _stream_, _types: date.fromisoformat(held),
    "span": lambda _tree_, held, _stream_, _types: timedelta(seconds=held),
    "enum": lambda tree, held, _stream_, types: types[held](tree["is"]),
    "type": lambda tree, held, stream, types: types[held](**{name: _value(each, stream, types) for name, each in tree["of"].items()}),
}


MOST_DEEP = 12
_OBJECT_BYTES = 200
"""What an object without anything countable in it is taken for."""
_FRAME_BYTES, _COLUMN_BYTES = 2500, 1600
"""What pandas and Arrow keep of a frame and of each column beside the rows: most of what an answer of a few rows takes."""
_FEW_ROWS, _CELL_BYTES = 20, 70
"""The cells of a few rows are not worth measuring, which takes longer than the rest of keeping them: each is taken for a name."""


def bytes_of(value: Any, deep: int = 0) -> int:
    """About how much memory a value takes: frames with their texts, and what holds them, are counted; shared parts twice."""
    if isinstance(value, pd.DataFrame):
        rows, columns = value.shape
        cells = rows * columns * _CELL_BYTES if rows <= _FEW_ROWS else int(value.memory_usage(deep=True).sum())
        return cells + _FRAME_BYTES + _COLUMN_BYTES * columns
    if isinstance(value, str | bytes):
        return len(value) + 50
    if isinstance(value, np.ndarray):
        return int(value.nbytes) + 100
    if deep >= MOST_DEEP or isinstance(value, type):
        return _OBJECT_BYTES
    if isinstance(value, Mapping):
        return 100 + sum(bytes_of(key, deep + 1) + bytes_of(each, deep + 1) for key, each in value.items())
    if isinstance(value, list | tuple | set | frozenset):
        return 60 + sum(bytes_of(each, deep + 1) for each in value)
    if is_dataclass(value):
        return 60 + sum(bytes_of(getattr(value, field.name), deep + 1) for field in fields(value))
    return _OBJECT_BYTES if hasattr(value, "__dict__") else 30
