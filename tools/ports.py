"""Where the web server listens, HOST and PORT of the environment, and its other settings."""

import os
import socket
import sys
from typing import Any

from config import ConfigError, Reader


def number(name: str, default: float, least: float = 1, most: float = 65535, kind: type = int) -> Any:
    """Return a number of the environment.

    Raises:
        SystemExit: it is none, or none that can be.
    """
    reader = Reader(os.environ)
    found = reader.number(name, default, least, most, kind)
    try:
        reader.check()
    except ConfigError as error:
        sys.exit(str(error))
    return found


def listening_place() -> tuple[str, int]:
    """Return host and port.

    Raises:
        SystemExit: somebody listens there. The system would let us share the port, requests and all.
    """
    host, port = os.environ.get("HOST", "127.0.0.1"), number("PORT", 8000)
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Cannot serve at {host}:{port}: {error.strerror}. Choose another with PORT=...")
    return host, port
