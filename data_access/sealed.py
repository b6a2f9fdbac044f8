"""Sealed: what opens another system (a channel's address and secret) is kept so that the database alone does not open it.

The key lies outside the database: ``BOARD_CHANNEL_KEY``, else ``var/board.key``, which the first channel makes, for its owner's eyes only.
So neither a backup, a dump, a replica nor a reader of the tables can write to people in the county's name. Whoever has lost the key
sets the channels up anew; nothing else depends on it.
"""

from __future__ import annotations

import base64
import hashlib
import os
import secrets

from cryptography.fernet import Fernet, InvalidToken

from data_access.accounts import AccountError
from data_access.settings import ROOT

SETTING = "BOARD_CHANNEL_KEY"
FILE = ROOT / "var" / "board.key"
MARK = "sealed:"
SHORTEST_KEY = 32


def is_sealed(kept: str) -> bool:
    return kept.startswith(MARK)


def sealed(text: str) -> str:
    """What is kept of ``text``. Who seals first makes the key. Raises :class:`AccountError` where it cannot be read or made."""
    return MARK + _locks(makes=True).encrypt(text.encode()).decode("ascii")


def unsealed(kept: str) -> str:
    """The text; what was kept before there was a key is text. Raises :class:`AccountError` without the key that it was sealed with."""
    if not is_sealed(kept):
        return kept
    try:
        return _locks(makes=False).decrypt(kept.removeprefix(MARK)).decode()
    except InvalidToken:
        raise AccountError(f"推送通道打不开:{_where()} 不是保存它时的密钥,换回原来的密钥,或删除通道后重新添加") from None


def _where() -> str:
    return SETTING if os.environ.get(SETTING) else str(FILE)


def _locks(*, makes: bool) -> Fernet:
    key = os.environ.get(SETTING) or _key_of_file(makes=makes)
    if len(key) < SHORTEST_KEY:
        raise AccountError(f"{_where()} 里的密钥不足 {SHORTEST_KEY} 位,推送通道不能加密保存")
    return Fernet(base64.urlsafe_b64encode(hashlib.sha256(key.encode()).digest()))


def _key_of_file(*, makes: bool) -> str:
    try:
        if makes and not FILE.exists():
            _made()
        return FILE.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        raise AccountError(f"推送通道打不开:密钥文件 {FILE} 不在,从原来的机器拷回,或删除通道后重新添加") from None
    except OSError:
        raise AccountError(f"推送通道的密钥文件 {FILE} 读写不了:用看板的运行用户来做,并让它归该用户所有") from None


def _made() -> None:
    """Written whole under another name first: of two processes that make it at once one has made it, and both read that one. Made by root
    it is the folder's owner's, as whom the board runs."""
    FILE.parent.mkdir(parents=True, exist_ok=True)
    draft = FILE.with_name(f"{FILE.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        folder = FILE.parent.stat()
        os.chown(draft, folder.st_uid, folder.st_gid)
    try:
        os.link(draft, FILE)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
