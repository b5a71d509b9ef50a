"""Where the web server listens: HOST and PORT of the environment."""

import os
import socket
import sys


def listening_place() -> tuple[str, int]:
    """Return host and port.

    Raises:
        SystemExit: somebody listens there. The system would let us share the port, requests and all.
    """
    host, port = os.environ.get("HOST", "127.0.0.1"), int(os.environ.get("PORT", "8000"))
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            sys.exit(f"Cannot serve at {host}:{port}: {error.strerror}. Choose another with PORT=...")
    return host, port
