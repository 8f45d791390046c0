"""Anthropic's messages, plain and beta, as far as its SDK looks at them."""

import json


def messages(asked, reply):
    """`POST /v1/messages`. Anthropic counts cached input apart from `input_tokens`."""
    content = [{"type": "text", "text": reply.text}] if reply.text else []
    content += [{"type": "tool_use", "id": tool.id, "name": tool.name, "input": tool.arguments} for tool in reply.tools]
    usage = {
        "input_tokens": reply.input - reply.cache_read - reply.cache_write,
        "cache_read_input_tokens": reply.cache_read, "cache_creation_input_tokens": reply.cache_write,
        "output_tokens": reply.output,
    }
    done = {
        "id": f"msg_{reply.id}", "type": "message", "role": "assistant", "model": asked["model"], "content": content,
        "stop_reason": "tool_use" if reply.tools else "end_turn", "stop_sequence": None, "usage": usage,
    }
    if not asked.get("stream"):
        return done
    events = [{"type": "message_start", "message": {**done, "content": [], "stop_reason": None, "usage": {**usage, "output_tokens": 1}}}]
    for at, block in enumerate(content):
        events += block_events(at, block, reply)
    events.append({"type": "message_delta", "delta": {"stop_reason": done["stop_reason"], "stop_sequence": None}, "usage": {"output_tokens": reply.output}})
    events.append({"type": "message_stop"})
    return [f"event: {event['type']}\ndata: {json.dumps(event)}\n\n" for event in events]


def block_events(at, block, reply):
    if block["type"] == "text":
        start, deltas = {"type": "text", "text": ""}, [{"type": "text_delta", "text": piece} for piece in reply.pieces]
    else:
        start, deltas = {**block, "input": {}}, [{"type": "input_json_delta", "partial_json": json.dumps(block["input"])}]
    yield {"type": "content_block_start", "index": at, "content_block": start}
    for delta in deltas:
        yield {"type": "content_block_delta", "index": at, "delta": delta}
    yield {"type": "content_block_stop", "index": at}
