"""Runs the program of a sender, and says what it planned.

A program is what a user writes: `<sender>/program.py` or `program.mjs`. It reads DEBRIEF_URL, DEBRIEF_KEY, DEBRIEF_GRPC (host and port),
MODEL_URL (an OpenAI without `/v1`), SESSION (a name that nothing else uses) and, where the server speaks TLS, DEBRIEF_CA (a file), takes a variant as its only argument, and ends with one line
of JSON: what it planned. Every program that asks the model gets the same three replies, in this order; what they say is added to the plan.
"""

import json
import os
import subprocess
from pathlib import Path

from common.fake_models import Reply, ToolCall

HERE = Path(__file__).parent
PROGRAM_SECONDS_MAX = 120

# The whole conversation: the model wants a tool, hears its result, and is asked once more, in a stream.
CONVERSATION = [
    Reply(pieces=[], tools=[ToolCall("get_weather", {"city": "Łódź"}, id="call_weather")], input=57, output=17, cache_read=32, id="wants-tool"),
    Reply(pieces=["It is 21 °C", " in Łódź. ☀️"], input=83, output=29, reasoning=11, id="answers"),
    Reply(pieces=["Take ", "a ", "hat."], input=121, output=7, cache_read=64, id="streams"),
]

VARIANTS = {
    "otel-python": ["http", "gzip", "deflate", "grpc"],
    "otel-openai/2.4": ["default", "experimental"],
    "otel-openai/2.1": ["default"],
    "ai-7": ["context", "enriched"],
    "otel-js": ["json", "protobuf", "grpc"],
}


class Failed(AssertionError):
    """A program that did not end with 0 and a plan."""


def variants(sender):
    """The variants of a sender; one nameless variant if it has no others."""
    return VARIANTS.get(sender, [""])


def senders():
    """Every sender: what is installed says which version of which program it is, as `otel-openai/2.4`."""
    wants = [*HERE.glob("*/requirements.txt"), *HERE.glob("*/*/requirements.txt"), *HERE.glob("*/package.json")]
    return sorted(str(path.parent.relative_to(HERE)) for path in wants)


def run(sender, variant, environment, models, *, url, grpc, key, session, where, ca=None):
    """Run a program in the environment that `setup.sh` made and in the directory `where`. Returns its plan.

    A plan has `session`, `user`, `agent`, `tags`, `llm` (one per call of the model, in order), `tools` and `spans`, as far as the sender tells them.
    """
    source, environment = HERE / sender.split("/")[0], Path(environment)
    if (source / "program.mjs").exists():
        # Node looks for packages beside the program only, so the program goes where a link to its packages can be.
        (where / "program.mjs").write_text((source / "program.mjs").read_text(encoding="utf-8"), encoding="utf-8")
        if not (where / "node_modules").exists():
            (where / "node_modules").symlink_to(environment / "node_modules")
        command = ["node", "--import", (HERE.parent / "common" / "loopback.mjs").as_uri(), "program.mjs"]
    else:
        command = [str(environment / "bin" / "python"), str(source / "program.py")]
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL_", "SDK_TESTS_")) and not name.lower().endswith("_proxy")}
    asks = {
        "DEBRIEF_URL": url, "DEBRIEF_KEY": key, "DEBRIEF_GRPC": grpc, "MODEL_URL": models.url(*CONVERSATION), "SESSION": session,
        "PYTHONPATH": str(HERE.parent), "PYTHONDONTWRITEBYTECODE": "1", "NO_PROXY": "*",
    }
    if ca:
        # What the machine trusts otherwise would come before what the program names (Requests).
        kept = {name: value for name, value in kept.items() if name not in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR")}
        asks["DEBRIEF_CA"] = str(ca)
    ended = subprocess.run(
        command + [variant] * bool(variant), env=kept | asks, cwd=where, capture_output=True, text=True, encoding="utf-8",
        timeout=PROGRAM_SECONDS_MAX, check=False,
    )
    lines = ended.stdout.splitlines()
    if ended.returncode != 0 or not lines or not lines[-1].startswith("{"):
        raise Failed(f"{sender} {variant} ended with {ended.returncode}\n{(ended.stdout + ended.stderr)[-8000:]}")
    return completed(json.loads(lines[-1]))


def completed(plan):
    """A plan with what the model was told to answer. A call that says itself how many tokens it took did not ask the model."""
    replies = iter(CONVERSATION)
    plan["llm"] = [call if "inputTokens" in call else {**planned_reply(next(replies), call["requestModel"]), **call} for call in plan["llm"]]
    return plan


def planned_reply(reply, model):
    """What must be shown of a reply."""
    return {
        "provider": "openai", "requestModel": model, "responseModel": f"{model}-2024-08-06", "responseId": f"chatcmpl-{reply.id}",
        "inputTokens": reply.input, "outputTokens": reply.output, "cacheReadTokens": reply.cache_read, "reasoningTokens": reply.reasoning,
        "output": reply.text, "toolCalls": [{"id": tool.id, "name": tool.name, "arguments": tool.arguments} for tool in reply.tools],
        "finishReason": "tool_calls" if reply.tools else "stop",
    }
