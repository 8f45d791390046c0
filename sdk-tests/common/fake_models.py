"""A model provider on loopback: OpenAI, Anthropic and Gemini, plain and streaming.

A test plans a `Reply` and gets a base URL that answers with it, in whichever provider's shape the SDK asks for. Token counts are
given once, in OpenTelemetry's meaning (`input` includes cached tokens, `output` includes reasoning), and each provider's
arithmetic is applied when the reply is rendered: the numbers of the plan are the numbers Debrief must show.
"""

import json
import threading
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from common import fake_anthropic, fake_gemini, fake_openai


@dataclass
class ToolCall:
    """A tool that the model wants called."""

    name: str
    arguments: dict
    id: str = "call_1"


@dataclass
class Reply:
    """What the model answers. `pieces` are the chunks of a stream; together they are the text."""

    pieces: list = field(default_factory=lambda: ["The capital of ", "France is ", "Paris."])
    tools: list = field(default_factory=list)
    input: int = 24
    output: int = 9
    cache_read: int = 0
    cache_write: int = 0
    reasoning: int = 0
    id: str = "reply-1"
    status: int = 200

    @property
    def text(self):
        """The whole text, None if there is none."""
        return "".join(self.pieces) or None


class FakeModels:
    """Answers every provider's paths below `/<plan>/`."""

    def __init__(self):
        self.plans, self.asked, self._lock = [], [], threading.Lock()
        fake = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                asked = json.loads(self.rfile.read(int(self.headers.get("content-length") or 0)))
                _, plan, path = self.path.split("/", 2)
                fake.asked.append((path, asked))
                reply = fake.next_of(int(plan))
                if reply.status != 200:
                    return self.say(reply.status, "application/json", b'{"error":{"message":"planned failure","type":"planned"}}')
                answer = render(path, asked, reply)
                if isinstance(answer, list):
                    return self.say(200, "text/event-stream", "".join(answer).encode())
                return self.say(200, "application/json", json.dumps(answer).encode())

            def say(self, status, kind, body):
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()

    def url(self, *replies):
        """The base URL (without any `/v1`) under which every provider answers with `replies`, one after another; the last one repeats."""
        with self._lock:
            self.plans.append(list(replies))
            return f"http://127.0.0.1:{self._server.server_port}/{len(self.plans) - 1}"

    def next_of(self, plan):
        """The reply whose turn it is."""
        with self._lock:
            left = self.plans[plan]
            return left.pop(0) if len(left) > 1 else left[0]

    def close(self):
        """Stop listening."""
        self._server.shutdown()
        self._server.server_close()


def render(path, asked, reply):
    """The answer to one request: a JSON object, or a list of server-sent events."""
    route = path.split("?", 1)[0]
    if route.endswith("/chat/completions"):
        return fake_openai.chat(asked, reply)
    if route.endswith("/responses"):
        return fake_openai.responses(asked, reply)
    if route.endswith("/messages"):
        return fake_anthropic.messages(asked, reply)
    if route.endswith(":generateContent"):
        return fake_gemini.content(reply)
    if route.endswith(":streamGenerateContent"):
        return fake_gemini.stream(reply)
    if route.endswith("/interactions"):
        return fake_gemini.interaction(asked, reply)
    raise AssertionError(f"no provider answers {path}")
