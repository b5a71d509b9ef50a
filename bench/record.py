"""The audit streams of the loaded cases, linked as `teleconsult.audit` links them."""

import hmac
import json
from typing import Any

Row = tuple[Any, ...]
START = "0" * 64
_dense = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode
_plain = json.JSONEncoder().encode


class Streams:
    """The heads of all streams, and the rows that lengthen them."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self.heads: dict[str, tuple[int, str]] = {}

    def row(self, stream: str, at: str, word: str, user_id: int | None, subject: str, data: dict[str, Any]) -> Row:
        """Return the next row of a stream; `at` is the moment as SQLite keeps it."""
        length, before = self.heads.get(stream, (0, START))
        address = f"10.0.{user_id % 250}.7" if user_id else ""
        told = [
            before,
            stream,
            length + 1,
            f"{at.replace(' ', 'T')}+00:00",
            word,
            user_id,
            None,
            subject,
            address,
            data,
        ]
        linked = self._hmac(_dense(told))
        self.heads[stream] = (length + 1, linked)
        return (stream, length + 1, at, word, user_id, None, subject, address, _plain(data), linked)

    def digest(self, *texts: str) -> str:
        """Return what stands for texts in the record."""
        return self._hmac("\x1f".join(texts))[:32]

    def close(self, stream: str) -> Row:
        """Return the head of a stream that grows no more, and forget it."""
        return (stream, *self.heads.pop(stream))

    def _hmac(self, words: str) -> str:
        return hmac.digest(self._key, words.encode(), "sha256").hex()
