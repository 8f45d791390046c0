"""Gemini's generateContent and interactions, as far as its SDK looks at them."""

import json


def content(reply):
    """`POST /v1beta/models/{model}:generateContent`."""
    parts = [{"text": reply.text}] if reply.text else []
    return answer(reply, parts + tool_parts(reply), "STOP")


def stream(reply):
    """`…:streamGenerateContent?alt=sse`. Each chunk repeats the usage so far, as the provider does."""
    chunks = [[{"text": piece}] for piece in reply.pieces] or [[]]
    chunks[-1] += tool_parts(reply)
    last = len(chunks) - 1
    return [f"data: {json.dumps(answer(reply, parts, 'STOP' if at == last else None))}\n\n" for at, parts in enumerate(chunks)]


def tool_parts(reply):
    return [{"functionCall": {"id": tool.id, "name": tool.name, "args": tool.arguments}} for tool in reply.tools]


def answer(reply, parts, finish):
    candidate = {"index": 0, "content": {"role": "model", "parts": parts}}
    if finish:
        candidate["finishReason"] = finish
    return {"candidates": [candidate], "modelVersion": "gemini-2.0-flash-001", "responseId": f"gem_{reply.id}", "usageMetadata": usage(reply)}


def usage(reply):
    """Gemini counts thoughts apart from the candidates."""
    counts = {
        "promptTokenCount": reply.input, "candidatesTokenCount": reply.output - reply.reasoning,
        "totalTokenCount": reply.input + reply.output,
    }
    if reply.cache_read:
        counts["cachedContentTokenCount"] = reply.cache_read
    if reply.reasoning:
        counts["thoughtsTokenCount"] = reply.reasoning
    return counts


def interaction(asked, reply):
    """`POST /v1beta/interactions`."""
    outputs = [{"type": "text", "text": reply.text}] if reply.text else []
    outputs += [{"type": "function_call", "id": tool.id, "name": tool.name, "arguments": tool.arguments} for tool in reply.tools]
    now = "2026-01-20T14:30:00Z"
    done = {
        "id": f"int_{reply.id}", "object": "interaction", "status": "completed", "model": asked["model"], "role": "model",
        "created": now, "updated": now, "outputs": outputs,
        "usage": {
            "total_input_tokens": reply.input, "total_output_tokens": reply.output - reply.reasoning,
            "total_cached_tokens": reply.cache_read, "total_thought_tokens": reply.reasoning,
            "total_tokens": reply.input + reply.output,
        },
    }
    if not asked.get("stream"):
        return done
    begun = {**done, "status": "in_progress", "outputs": [], "usage": None}
    events = [{"event_type": "interaction.start", "interaction": begun}]
    for piece in reply.pieces:
        events.append({"event_type": "content.delta", "index": 0, "delta": {"type": "text", "text": piece}})
    events.append({"event_type": "interaction.complete", "interaction": done})
    return [f"event: {event['event_type']}\ndata: {json.dumps(event)}\n\n" for event in events]
