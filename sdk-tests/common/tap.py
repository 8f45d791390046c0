"""A recording reverse proxy between an SDK and the server.

What a test expects to find stored is what the tap saw the SDK send, never a guess written by hand.
"""

import http.client
import json
import threading
import urllib.parse
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOP_BY_HOP = {"connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-authorization"}


@dataclass
class Call:
    """One request and its answer. `headers` and `answered` have lower-case names."""

    method: str
    path: str
    headers: dict
    body: bytes
    status: int
    answered: dict
    reply: bytes

    @property
    def json(self):
        """The request body."""
        return json.loads(self.body) if self.body else None

    @property
    def answer(self):
        """The response body."""
        return json.loads(self.reply) if self.reply else None

    @property
    def bearer(self):
        """The bearer token it carried, or None."""
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token if scheme.lower() == "bearer" else None

    def __str__(self):
        return f"{self.method} {self.path} → {self.status} {self.reply[:600]!r}\n  sent {self.body[:1500]!r}"


def whole_body(handler):
    """The body of the request that an `http.server` handler is reading. Node's OTLP exporters send it in chunks."""
    if "chunked" not in handler.headers.get("transfer-encoding", "").lower():
        return handler.rfile.read(int(handler.headers.get("content-length") or 0))
    body = b""
    while size := int(handler.rfile.readline().split(b";")[0], 16):
        body += handler.rfile.read(size)
        handler.rfile.readline()
    while handler.rfile.readline().strip():
        pass
    return body


class Tap:
    """Forwards to `upstream` and keeps every call in `calls`, in the order in which they were answered."""

    def __init__(self, upstream):
        self.calls, self._lock = [], threading.Lock()
        host = urllib.parse.urlsplit(upstream).netloc
        tap = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def forward(self):
                body = whole_body(self)
                headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP_BY_HOP}
                headers["Host"] = host
                connection = http.client.HTTPConnection(host, timeout=60)
                connection.request(self.command, self.path, body=body or None, headers=headers)
                answer = connection.getresponse()
                reply = answer.read()
                connection.close()
                call = Call(
                    self.command, self.path, {name.lower(): value for name, value in self.headers.items()}, body,
                    answer.status, {name.lower(): value for name, value in answer.getheaders()}, reply,
                )
                with tap._lock:
                    tap.calls.append(call)
                self.send_response(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in HOP_BY_HOP | {"content-length", "date", "server"}:
                        self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = forward

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def to(self, method, path):
        """The calls of one route so far. Percent-encoding in `path` is significant."""
        with self._lock:
            return [call for call in self.calls if call.method == method and call.path == path]

    def accepted(self, method, path):
        """Like `to`; every one of them must have been answered 200, as some SDKs take nothing else for success."""
        calls = self.to(method, path)
        refused = [str(call) for call in calls if call.status != 200]
        assert not refused, f"{len(refused)} of {len(calls)} calls were not answered 200:\n" + "\n".join(refused)
        return calls

    def close(self):
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()
