"""Records what the senders export: `python otlp/record.py [SENDER…]`, in the environment of `otlp/requirements.txt`.

Every request becomes one line of a file in the recordings that the tests of `crates/telemetry` read. Bodies are OTLP JSON, also where the sender
spoke protobuf. Names of this machine are replaced by made-up ones; a name that is left over is an error.
"""

import getpass
import json
import re
import socket
import subprocess
import sys
import tempfile
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from common.loopback import only_loopback  # noqa: E402

only_loopback()

import grpc  # noqa: E402

import programs  # noqa: E402
import wire  # noqa: E402
from common.fake_models import FakeModels  # noqa: E402
from common.tap import whole_body  # noqa: E402

SUITE = Path(__file__).parent.parent
RECORDINGS = SUITE.parent / "crates" / "telemetry" / "tests" / "recordings"
FILE_BYTES_MAX = 60_000
# Folders of one machine only; written apart, as no file may mention them.
PRIVATE = [f"/{folder}/" for folder in ("home", "root", "work", "tmp", "Users")]
KEY = "00000000-0000-4000-8000-00000000beef"

# What a header says about the sender or the request; the others are of the connection.
TELLING = re.compile(r"user-agent|authorization|trace-id|traceparent|x-.*|.*ingestion.*|transfer-encoding|grpc-.*")


class Recorder:
    """Takes every POST and every OTLP call over gRPC, answers as OTLP requires, and keeps `requests`."""

    def __init__(self):
        self.requests, self._lock = [], threading.Lock()
        recorder = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = whole_body(self)
                headers = {name.lower(): value for name, value in self.headers.items()}
                recorder.keep(self.path, headers, wire.inflated(body, headers.get("content-encoding")))
                kind, answer = recorder.answer(self.path, headers.get("content-type", ""))
                self.send_response(200)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._http.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self._grpc = grpc.server(ThreadPoolExecutor(2))
        self._grpc.add_generic_rpc_handlers([AnyExport(self)])
        self.grpc = f"127.0.0.1:{self._grpc.add_insecure_port('127.0.0.1:0')}"
        self._grpc.start()

    def keep(self, path, headers, body):
        """Remember one request."""
        kind = headers.get("content-type", "").split(";")[0]
        content = wire.decoded(path, kind, body)
        telling = {name: value for name, value in sorted(headers.items()) if TELLING.fullmatch(name)}
        request = {"path": path, "contentType": kind, "encoding": headers.get("content-encoding"), "headers": telling, "body": content}
        with self._lock:
            self.requests.append(request)

    def answer(self, path, kind):
        """Content type and body of the answer: OTLP's in the request's encoding, and the two routes of AgentOps beside it."""
        if path.startswith("/v3/auth/token"):
            return "application/json", json.dumps({"token": "a.b.c", "project_id": KEY, "project_prem_status": "pro"}).encode()
        if path.startswith("/v4/"):
            return "application/json", b'{"url":"http://127.0.0.1/stored","size":1}'
        if "json" in kind:
            return "application/json", b"{}"
        return "application/x-protobuf", b""

    def close(self):
        """Stop listening."""
        self._http.shutdown()
        self._http.server_close()
        self._grpc.stop(None)


class AnyExport(grpc.GenericRpcHandler):
    """The three export calls, whatever was exported."""

    def __init__(self, recorder):
        self.recorder = recorder

    def service(self, details):
        signal = wire.GRPC.get(details.method)
        if signal is None:
            return None
        asked, answer = wire.REQUESTS[signal]

        def export(body, context):
            headers = dict(context.invocation_metadata()) | {"content-type": "application/grpc"}
            self.recorder.keep(details.method, headers, body)
            return answer()

        return grpc.unary_unary_rpc_method_handler(export, None, answer.SerializeToString)


def scrubbed(value, names):
    """A value without this machine: attributes about it are made up, and so is each of `names` in any text."""
    if isinstance(value, list):
        return [scrubbed(one, names) for one in value]
    if isinstance(value, dict):
        if re.match(r"(host|process|os|cpu|memory|disk)\.", str(value.get("key"))):
            return {"key": value["key"], "value": {kind: made_up(kind) for kind in value["value"]}}
        return {name: scrubbed(one, names) for name, one in value.items()}
    if isinstance(value, str):
        for name, instead in names:
            value = name.sub(instead, value)
    return value


def made_up(kind):
    return {"stringValue": "some", "intValue": "1", "doubleValue": 1.0, "boolValue": True, "arrayValue": {"values": []}}[kind]


def machine_names(environment, where):
    """What must not be in a recording, and what stands there instead."""
    places = [(environment, "/srv/app/.venv"), (where, "/srv/app"), (SUITE, "/srv/app"), (Path.home(), "/srv")]
    names = [(re.compile(re.escape(str(real))), instead) for place, instead in places for real in {Path(place), Path(place).resolve()}]
    names.append((re.compile(r"/[\w./-]+/lib/python3"), "/usr/lib/python3"))
    names.append((re.compile(r"127\.0\.0\.1:\d+"), "127.0.0.1:4318"))
    names.append((re.compile(rf"\b{re.escape(socket.gethostname())}\b"), "some-host"))
    return names


def record(sender, variant, models):
    """Write the recording of one program."""
    environment, name = environment_of(sender), "-".join([*sender.split("/"), *[variant] * bool(variant)])
    recorder = Recorder()
    with tempfile.TemporaryDirectory() as where:
        session = f"{name}-{uuid.uuid4().hex[:8]}"
        plan = programs.run(
            sender, variant, environment, models, url=recorder.url, grpc=recorder.grpc, key=KEY, session=session, where=Path(where),
        )
        recorder.close()
        names = machine_names(environment, where)
    lines = [json.dumps({"planned": plan}, ensure_ascii=False)]
    lines += [json.dumps(scrubbed(request, names), ensure_ascii=False, separators=(",", ":")) for request in recorder.requests]
    text = "\n".join(lines) + "\n"
    left = [word for word in [*PRIVATE, socket.gethostname(), f"/{getpass.getuser()}"] if word in text]
    assert not left, f"{sender} {variant}: names of this machine are left: {left}"
    assert len(text.encode()) <= FILE_BYTES_MAX, f"{sender} {variant}: {len(text.encode())} bytes are more than {FILE_BYTES_MAX}"
    RECORDINGS.mkdir(parents=True, exist_ok=True)
    file = RECORDINGS / f"{name}.jsonl"
    file.write_text(text, encoding="utf-8")
    spans = sum(len(wire.spans(request["body"])) for request in recorder.requests)
    print(f"{file.name}: {len(recorder.requests)} requests, {spans} spans, {len(text.encode())} bytes")


def environment_of(sender):
    """The directory that `setup.sh` makes for a sender, ready."""
    return subprocess.run([str(SUITE / "setup.sh"), f"otlp/{sender}"], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def main():
    models = FakeModels()
    for sender in sys.argv[1:] or programs.senders():
        for variant in programs.variants(sender):
            record(sender, variant, models)
    models.close()


if __name__ == "__main__":
    main()
