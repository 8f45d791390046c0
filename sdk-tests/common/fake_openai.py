"""OpenAI's chat completions and responses, as far as its SDK looks at them."""

import json
import time


def chat(asked, reply):
    """`POST /v1/chat/completions`."""
    base = {"id": f"chatcmpl-{reply.id}", "created": int(time.time()), "model": f"{asked['model']}-2024-08-06", "system_fingerprint": "fp_1"}
    finish = "tool_calls" if reply.tools else "stop"
    if not asked.get("stream"):
        message = {"role": "assistant", "content": reply.text, "refusal": None}
        if reply.tools:
            message["tool_calls"] = [chat_tool(tool) for tool in reply.tools]
        choice = {"index": 0, "finish_reason": finish, "logprobs": None, "message": message}
        return {**base, "object": "chat.completion", "choices": [choice], "usage": chat_usage(reply)}

    def chunk(delta, finish=None, **more):
        return {**base, "object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}], **more}

    chunks = [chunk({"role": "assistant", "content": ""})]
    chunks += [chunk({"content": piece}) for piece in reply.pieces]
    chunks += [chunk({"tool_calls": [{"index": at, **chat_tool(tool)}]}) for at, tool in enumerate(reply.tools)]
    chunks.append(chunk({}, finish))
    if (asked.get("stream_options") or {}).get("include_usage"):
        chunks.append({**chunk({}), "choices": [], "usage": chat_usage(reply)})
    return [f"data: {json.dumps(part)}\n\n" for part in chunks] + ["data: [DONE]\n\n"]


def chat_tool(tool):
    return {"id": tool.id, "type": "function", "function": {"name": tool.name, "arguments": json.dumps(tool.arguments)}}


def chat_usage(reply):
    return {
        "prompt_tokens": reply.input, "completion_tokens": reply.output, "total_tokens": reply.input + reply.output,
        "prompt_tokens_details": {"audio_tokens": 0, "cached_tokens": reply.cache_read},
        "completion_tokens_details": {"audio_tokens": 0, "reasoning_tokens": reply.reasoning,
                                      "accepted_prediction_tokens": 0, "rejected_prediction_tokens": 0},
    }


def responses(asked, reply):
    """`POST /v1/responses`."""
    items = []
    if reply.text:
        part = {"type": "output_text", "text": reply.text, "annotations": [], "logprobs": []}
        items.append({"type": "message", "id": f"msg_{reply.id}", "role": "assistant", "status": "completed", "content": [part]})
    for tool in reply.tools:
        items.append({"type": "function_call", "id": f"fc_{tool.id}", "call_id": tool.id, "name": tool.name,
                      "arguments": json.dumps(tool.arguments), "status": "completed"})
    usage = {
        "input_tokens": reply.input, "input_tokens_details": {"cached_tokens": reply.cache_read},
        "output_tokens": reply.output, "output_tokens_details": {"reasoning_tokens": reply.reasoning},
        "total_tokens": reply.input + reply.output,
    }
    done = {
        "id": f"resp_{reply.id}", "object": "response", "created_at": float(int(time.time())), "status": "completed",
        "error": None, "incomplete_details": None, "instructions": asked.get("instructions"), "metadata": {},
        "model": f"{asked['model']}-2024-08-06", "output": items, "parallel_tool_calls": True, "temperature": 1.0,
        "tool_choice": "auto", "tools": asked.get("tools") or [], "top_p": 1.0, "usage": usage,
    }
    if not asked.get("stream"):
        return done
    begun = {**done, "status": "in_progress", "output": [], "usage": None}
    events = [("response.created", {"response": begun}), ("response.in_progress", {"response": begun})]
    for at, item in enumerate(items):
        events += message_events(at, item, reply) if item["type"] == "message" else tool_events(at, item)
    events.append(("response.completed", {"response": done}))
    return [
        f"event: {kind}\ndata: {json.dumps({'type': kind, 'sequence_number': number, **body})}\n\n"
        for number, (kind, body) in enumerate(events)
    ]


def message_events(at, item, reply):
    place = {"output_index": at, "item_id": item["id"], "content_index": 0}
    part = item["content"][0]
    yield "response.output_item.added", {"output_index": at, "item": {**item, "status": "in_progress", "content": []}}
    yield "response.content_part.added", {**place, "part": {**part, "text": ""}}
    for piece in reply.pieces:
        yield "response.output_text.delta", {**place, "delta": piece, "logprobs": []}
    yield "response.output_text.done", {**place, "text": reply.text, "logprobs": []}
    yield "response.content_part.done", {**place, "part": part}
    yield "response.output_item.done", {"output_index": at, "item": item}


def tool_events(at, item):
    place = {"output_index": at, "item_id": item["id"]}
    yield "response.output_item.added", {"output_index": at, "item": {**item, "status": "in_progress", "arguments": ""}}
    yield "response.function_call_arguments.delta", {**place, "delta": item["arguments"]}
    yield "response.function_call_arguments.done", {**place, "arguments": item["arguments"], "name": item["name"]}
    yield "response.output_item.done", {"output_index": at, "item": item}
