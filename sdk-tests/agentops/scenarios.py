"""Programs as users write them with agentops 0.3. Each starts from a fresh process; each returns what its test needs to know.

The SDK patches the model clients that are imported when it is initialised, so scenarios import theirs first. The others go without:
most of a scenario's time is imports.
"""

import asyncio

import agentops
from agentops import ActionEvent, ErrorEvent, LLMEvent, ToolEvent

QUESTION = [{"role": "system", "content": "Be brief"}, {"role": "user", "content": "Capital of France? 🇫🇷 Łódź"}]


def begin(tags=None, wait=50, **more):
    """Initialise the SDK with one session. `wait` is the flush interval in milliseconds."""
    session = agentops.init(max_wait_time=wait, default_tags=tags, **more)
    assert session is not None, "the SDK could not start a session"
    return session


def ended(session, state="Success", **more):
    """End `session`; its id and the cost that the SDK made of the answer."""
    cost = session.end_session(end_state=state, **more)
    return {"session": str(session.session_id), "cost": str(cost), "kind": type(cost).__name__}


def end_state(state, reason, video):
    session = begin()
    session.record(ActionEvent(action_type="only"))
    return ended(session, state, end_state_reason=reason, video=video)


def module_functions():
    """The same through the module's functions instead of the session's methods."""
    session = begin()
    agentops.add_tags(["a", "b"])
    agentops.record(ActionEvent(action_type="via module"))
    agent = agentops.create_agent("Module Agent")
    agentops.end_session("Success", end_state_reason="done")
    return {"session": str(session.session_id), "agent": agent}


def tags(default, added, replaced):
    session = begin(tags=default)
    session.add_tags(added)
    if replaced is not None:
        session.set_tags(replaced)
    return ended(session)


def openai_calls(stream):
    import openai

    session = begin()
    client = openai.OpenAI(max_retries=0)
    answer = client.chat.completions.create(model="gpt-4o", messages=QUESTION, stream=stream, temperature=0.2)
    text = "".join(chunk.choices[0].delta.content or "" for chunk in answer) if stream else answer.choices[0].message.content
    return {**ended(session), "text": text}


def openai_tool_call():
    import openai

    session = begin()
    tools = [{"type": "function", "function": {"name": "get_weather", "parameters": {"type": "object", "properties": {}}}}]
    openai.OpenAI(max_retries=0).chat.completions.create(model="gpt-4o", messages=QUESTION, tools=tools)
    return ended(session)


def openai_async():
    import openai

    session = begin()

    async def ask():
        return await openai.AsyncOpenAI(max_retries=0).chat.completions.create(model="gpt-4o", messages=QUESTION)

    asyncio.run(ask())
    return ended(session)


def anthropic_calls(stream):
    import anthropic

    session = begin()
    client = anthropic.Anthropic(max_retries=0)
    answer = client.messages.create(model="claude-3-5-sonnet-20240620", max_tokens=64, messages=QUESTION[1:], stream=stream)
    if stream:
        list(answer)
    return ended(session)


def recorded_events():
    """Every event class with most of its fields."""
    session = begin()
    session.record(LLMEvent(prompt="Hello, world!", completion="Hi there!", prompt_tokens=3, completion_tokens=2, model="gpt-4"))
    session.record(LLMEvent(
        prompt=QUESTION, completion={"role": "assistant", "content": "Paris", "tool_calls": None}, model="gpt-4o",
        params={"model": "gpt-4o", "nested": {"list": [1, 2.5, None, True, "ü"]}}, returns={"raw": [1]},
    ))
    session.record(LLMEvent(prompt=None, completion=None, model=None))
    session.record(ToolEvent(name="web_search", params={"q": "rust"}, returns=["r1", "r2"], logs={"ms": 12}))
    session.record(ToolEvent(name="weird näme 東京", params={"text": "line\nbreak \"quoted\" \u2028 \x01 👩‍👩‍👧"}, returns=""))
    session.record(ActionEvent(action_type="click", params={"x": 1}, returns="ok", logs="clicked", screenshot="https://example.com/s.png"))
    session.record(ActionEvent())
    session.record(ErrorEvent(error_type="QuotaExceeded", code="429", details="too many", logs="a log"))
    session.record(ErrorEvent(exception=ValueError("an exception")))
    return ended(session)


def costed_event(cost):
    """0.3.26 lets the caller say what a call cost."""
    session = begin()
    session.record(LLMEvent(prompt="a", completion="b", model="my-own-model", prompt_tokens=1, completion_tokens=1, cost=cost))
    return ended(session)


def decorated():
    """Functions and an agent with decorators, synchronous and not."""
    import openai

    @agentops.record_tool("database_query")
    def query(sql, limit=5):
        return f"{sql} limited to {limit}"

    @agentops.record_action("plan")
    def plan(x):
        return {"steps": [x, x + 1]}

    @agentops.record_tool()
    async def fetch(url):
        return ("a", "b", url)

    @agentops.track_agent(name="Researcher")
    class Agent:
        def work(self):
            openai.OpenAI(max_retries=0).chat.completions.create(model="gpt-4o", messages=QUESTION)
            return query("SELECT 1") + str(plan(1))

    session = begin()
    agent = Agent()
    agent.work()
    asyncio.run(fetch("https://example.com"))
    return ended(session)


def failing_tool():
    session = begin()

    @agentops.record_tool("broken_tool")
    def broken(x):
        raise ValueError(f"tool exploded on {x}")

    @agentops.record_action("broken_action")
    def act():
        raise KeyError("missing")

    for call in (lambda: broken(1), act):
        try:
            call()
        except (ValueError, KeyError):
            continue
        raise AssertionError("the decorator swallowed the exception")
    return ended(session, "Fail", end_state_reason="a tool failed")


def recorded_then_failed():
    """An event that is recorded, and again as what triggered an error: 0.3.17 sends it twice."""
    session = begin(wait=5000)
    tool = ToolEvent(name="flaky", params={"x": 1}, returns="half")
    session.record(tool)
    session.record(ErrorEvent(trigger_event=tool, error_type="Flaky", details="half done"))
    return ended(session)


def agents():
    session = begin()
    ids = [session.create_agent("Planner", None), session.create_agent("Ünïcode Agent", "6f2c1f0e-1111-4222-8333-444455556666")]
    for agent in ids:
        session.record(ActionEvent(action_type="by agent", agent_id=agent))
    session.create_agent("Planner renamed", ids[0])
    return {**ended(session), "agents": ids}


def tags_between_events():
    """0.3.17 repeats its unsent queue inside each update_session; the wait is long, so the queue is not empty."""
    session = begin(wait=1500)
    for turn in range(5):
        session.record(ToolEvent(name=f"tool {turn}", returns=turn))
        session.record(ErrorEvent(error_type="Odd", details=f"error {turn}"))
        session.add_tags([f"turn-{turn}"])
    return ended(session)


def several_sessions():
    """Three sessions at once and one after another, so that 0.3.17's shared headers carry stale tokens.

    The wait is long: a flush in the background could swap those headers under another session's request, a race of the SDK's own.
    """
    import openai

    first = begin(tags=["several"], wait=3000)
    second = agentops.start_session(tags=["second"])
    first.record(ToolEvent(name="first"))
    second.record(ToolEvent(name="second"))
    ends = [ended(first)]
    third = agentops.start_session()
    third.record(ToolEvent(name="third"))
    second.record(ToolEvent(name="second again"))
    third.add_tags(["third"])
    second.create_agent("Second's agent", None)
    client = openai.OpenAI(max_retries=0)
    client.chat.completions.create(model="gpt-4o", messages=QUESTION, session=second)
    client.chat.completions.create(model="gpt-4o", messages=QUESTION, session=third)
    return ends + [ended(third, "Fail"), ended(second, "Indeterminate")]


def many_events(count):
    """More than one batch of either version."""
    session = begin(wait=100)
    for number in range(count):
        session.record(ActionEvent(action_type=f"step {number}", params={"number": number}))
    return ended(session)


def inherit(session_id, name, end):
    """One of several processes that contribute to one session."""
    if session_id is None:
        session = begin()
    else:
        session = begin(inherited_session_id=session_id)
    session.record(ToolEvent(name=name))
    if end:
        return ended(session)
    flush = getattr(session, "_flush_queue", None) or session._flush_spans
    flush()
    return {"session": str(session.session_id)}


def reauthorize():
    session = begin()
    before = session.jwt
    session.record(ActionEvent(action_type="before"))
    after = session._reauthorize_jwt()
    session.record(ActionEvent(action_type="after"))
    return {**ended(session), "before": before, "after": after}


def analytics():
    """0.3.26 asks for statistics in the middle of a session; that is an update_session too."""
    session = begin()
    session.record(ToolEvent(name="t"))
    stats = session.get_analytics()
    session.record(ToolEvent(name="u"))
    return {**ended(session), "stats": {name: str(value) for name, value in stats.items()}}


def parent_key(key):
    return ended(begin(parent_key=key))


def refused():
    """What a user sees with a key nobody knows."""
    return {"session": str(agentops.init(max_wait_time=50))}


def uncaught():
    session = begin()
    session.record(ActionEvent(action_type="before the crash"))
    raise RuntimeError("nobody caught this")


def time_travel(id):
    """What the SDK's command line does with a recorded session; it writes into the working directory."""
    from agentops.time_travel import fetch_time_travel_id

    fetch_time_travel_id(id)
