"""Any store that speaks S3. Imported only where one is used: boto3 costs 30 MB and a third of a second."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from teleconsult.errors import StorageAway, StorageFault, StorageFull, StorageLost

CHUNK = 256 * 1024
PART = 8 * 1024 * 1024
"""Bytes of one part sent to S3; its least is 5 MiB but for the last."""


class _Store:
    """Says in the product's words what a store refuses: no such object, no room, or no answer that helps."""

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: Any, error: BaseException | None, _at: Any) -> None:
        if isinstance(error, ClientError):
            code, status = _refusal(error)
            if code in ("NoSuchKey", "404"):
                raise StorageLost(code) from error
            # Each kind of store has its own word for it: QuotaExceeded, XMinioStorageFull, InsufficientStorage.
            full = status == 507 or "Quota" in code or "StorageFull" in code
            raise (StorageFull if full else StorageAway)(code) from error
        if isinstance(error, BotoCoreError):
            raise StorageAway(type(error).__name__) from error


_store = _Store()


def _refusal(error: ClientError) -> tuple[str, int]:
    said: Any = error.response
    return str(said.get("Error", {}).get("Code", "")), said.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)


class S3Storage:
    """A bucket. Parts of 8 MiB are sent as they fill, so that memory stays the same for any size."""

    def __init__(self, bucket: str, settings: dict[str, Any]) -> None:
        self._bucket = bucket
        self._client: Any = boto3.client(
            "s3",
            endpoint_url=settings["S3_ENDPOINT"] or None,
            region_name=settings["S3_REGION"],
            aws_access_key_id=settings["S3_ACCESS_KEY"],
            aws_secret_access_key=settings["S3_SECRET_KEY"],
            config=Config(
                signature_version="s3v4",
                s3={"addressing_style": "path"},
                connect_timeout=5,
                read_timeout=30,
                retries={"max_attempts": 3, "mode": "standard"},
            ),
        )

    def sink(self, key: str) -> "_PartSink":
        """Begin an object."""
        return _PartSink(self._client, self._bucket, key)

    def read(self, key: str, start: int, stop: int) -> Iterator[bytes]:
        """Yield the bytes from `start` up to, not with, `stop`."""
        with _store:
            answer = self._client.get_object(Bucket=self._bucket, Key=key, Range=f"bytes={start}-{stop - 1}")
        return _chunks(answer["Body"])

    def size(self, key: str) -> int:
        """Return how many bytes an object has."""
        try:
            with _store:
                return int(self._client.head_object(Bucket=self._bucket, Key=key)["ContentLength"])
        except StorageLost:
            # The answer to HEAD has no words: a bucket that is not there, or misspelt, looks like a loss of every file.
            with _store:
                self._client.list_objects_v2(Bucket=self._bucket, MaxKeys=1)
            raise

    def delete(self, key: str) -> None:
        """Remove an object; one that is not there is well."""
        with _store:
            self._client.delete_object(Bucket=self._bucket, Key=key)

    def stored(self) -> Iterator[tuple[str, datetime]]:
        """Yield every object with the time it was written."""
        with _store:
            for page in self._client.get_paginator("list_objects_v2").paginate(Bucket=self._bucket):
                for row in page.get("Contents", ()):
                    yield row["Key"], row["LastModified"]


def _chunks(body: Any) -> Iterator[bytes]:
    with _store:
        while data := body.read(CHUNK):
            yield data


class _PartSink:
    def __init__(self, client: Any, bucket: str, key: str) -> None:
        self._client, self._place = client, {"Bucket": bucket, "Key": key}
        self._buffer = bytearray()
        self._upload: str | None = None
        self._parts: list[dict[str, Any]] = []

    def write(self, data: bytes) -> int:
        self._buffer += data
        if len(self._buffer) >= PART:
            with _store:
                self._send()
        return len(data)

    def _send(self) -> None:
        if self._upload is None:
            self._upload = self._client.create_multipart_upload(**self._place)["UploadId"]
        number = len(self._parts) + 1
        answer = self._client.upload_part(
            **self._place, UploadId=self._upload, PartNumber=number, Body=bytes(self._buffer)
        )
        self._parts.append({"ETag": answer["ETag"], "PartNumber": number})
        self._buffer.clear()

    def keep(self) -> None:
        with _store:
            if self._upload is None:
                self._client.put_object(**self._place, Body=bytes(self._buffer))
                return
            if self._buffer:
                self._send()
            self._client.complete_multipart_upload(
                **self._place, UploadId=self._upload, MultipartUpload={"Parts": self._parts}
            )

    def drop(self) -> None:
        self._buffer.clear()
        if self._upload is not None:
            # A store that does not answer keeps the parts until its own rule for unfinished uploads removes them.
            with suppress(StorageFault), _store:
                self._client.abort_multipart_upload(**self._place, UploadId=self._upload)
