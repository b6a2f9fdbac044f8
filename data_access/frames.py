"""From a statement to a small frame."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
from sqlalchemy import Connection, Executable


def frame(connection: Connection, statement: Executable, columns: Sequence[str], dtypes: dict[str, Any] | None = None) -> pd.DataFrame:
    """Run a statement; columns in the order selected, ``dtypes`` enforced also where there are no rows."""
    result = pd.DataFrame(connection.execute(statement).all(), columns=list(columns))
    return result.astype(dtypes) if dtypes else result
