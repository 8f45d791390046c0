"""The server under test: the real binary, on a free port, in a data directory of its own."""

import os
import queue
import shutil
import signal
import subprocess
import tempfile
import threading
import time
import uuid
from pathlib import Path

LISTENING = "Debrief is listening on "
START_SECONDS_MAX = 60
STOP_SECONDS_MAX = 60


class Server:
    """One running server. `url` and `key` are all that a client needs."""

    def __init__(self, data=None, key=None, flags=()):
        self.binary = os.environ.get("DEBRIEF_BIN")
        assert self.binary and Path(self.binary).exists(), "set DEBRIEF_BIN to the debrief binary under test"
        self.home = Path(tempfile.mkdtemp(prefix="debrief-sdk-"))
        self.data = data or self.home / "data"
        self.key = key or str(uuid.uuid4())
        self.output = []
        self.errors = open(self.home / "stderr", "w+", encoding="utf-8", errors="replace")
        self.process = subprocess.Popen(
            [self.binary, "serve", "--listen", "127.0.0.1:0", "--data", str(self.data), *flags],
            env={**os.environ, "DEBRIEF_BOOTSTRAP_KEY": self.key},
            stdout=subprocess.PIPE, stderr=self.errors, text=True,
        )
        self.url = self._wait_for_address()

    def _wait_for_address(self):
        lines = queue.Queue()

        def read():
            for line in self.process.stdout:
                lines.put(line)
            lines.put(None)

        self.reader = threading.Thread(target=read, daemon=True)
        self.reader.start()
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                line = lines.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                self.process.kill()
                raise AssertionError(f"no address within {START_SECONDS_MAX} s{self._said()}") from None
            if line is None:
                raise AssertionError(f"the server ended with {self.process.wait()} before it listened{self._said()}")
            self.output.append(line.rstrip())
            if LISTENING in line:
                return line.split(LISTENING, 1)[1].split()[0].rstrip("/")

    def _said(self):
        self.errors.flush()
        self.errors.seek(0)
        return f"\nstdout:\n{chr(10).join(self.output)}\nstderr:\n{self.errors.read()[-4000:]}"

    def stop(self):
        """Ask it to drain and end; it must do so cleanly."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self.process.kill()
                raise AssertionError(f"still running {STOP_SECONDS_MAX} s after SIGTERM{self._said()}") from None
        code = self.process.returncode
        assert code == 0, f"the server ended with {code} instead of 0 after SIGTERM{self._said()}"

    def discard(self):
        """Remove what it left on disk. Call after `stop`."""
        self.errors.close()
        shutil.rmtree(self.home, ignore_errors=True)
