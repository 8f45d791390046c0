"""What the SDK asks: its settings, whose a prompt is, whether a variant is being tried, what a run came to."""

import time

import openai
from stored import assert_all_stored
from version import INSIGHTS, OLD

from common.fake_models import Reply
from converra import ConversationInsightsUnavailable

MATCH = "/api/v1/sdk/agents/match"


def test_settings(sdk, agent, tap, unique):
    prompt = f"You are {unique('bot')}."
    known = agent(prompt)
    sdk.init()
    [call] = tap.accepted("GET", "/api/v1/sdk/config")
    assert sdk.testing_mode == call.answer["data"]["testingMode"] == "simulation"
    assert call.answer["data"]["captureEnabled"] is True
    found = sdk.resolver.match_agent(f"  {prompt}\n")
    assert found.agent_id == known["id"]
    assert tap.to("POST", MATCH) == [], "the settings already say whose prompt it is: both hash alike"


def test_whose_a_prompt_is(sdk, agent, api, tap, unique):
    prompt = f"You are\t{unique('böt')} …\n\n  Be kind."
    assert sdk.resolver.match_agent(prompt) is None
    known = agent(f" You are {prompt.split()[2]} … Be kind. ")
    found = sdk.resolver.match_agent(prompt)
    assert (found.agent_id, found.name, found.matched) == (known["id"], known["name"], True)
    assert len(tap.accepted("POST", MATCH)) == 2
    sdk.resolver.match_agent(prompt)
    assert len(tap.to("POST", MATCH)) == 2, "the SDK kept what it was told, under the hash that it computed itself"


def test_no_variant_is_being_tried(sdk, agent, tap, unique):
    known = agent(unique("prompt"))
    variant = sdk.resolver.get_active_variant(known["id"], unique("session"))
    assert (variant.has_active_variant, variant.assignment) == (False, "baseline")
    assert sdk.resolver.get_active_variant("agent that nobody knows").assignment == "baseline"


def test_in_proxy_mode_the_prompt_stays_what_it_is(sdk, agent, models, api, tap, unique):
    prompt, session = unique("prompt"), unique("session")
    known = agent(prompt)
    sdk._testing_mode = "proxy"
    client = sdk.wrap(openai.OpenAI(api_key="none", base_url=f"{models.url(Reply())}/v1", max_retries=0), session_id=session)
    client.chat.completions.create(model="gpt-4o", messages=[{"role": "system", "content": prompt}, {"role": "user", "content": "x"}])
    assert models.asked[-1][1]["messages"][0]["content"] == prompt
    sdk.shutdown()
    [event] = assert_all_stored(api, tap, session)
    assert event["agent"] == known["name"]
    asked = [call for call in tap.calls if call.path.split("?")[0] == f"/api/v1/sdk/agents/{known['id']}/active-variant"]
    assert [call.answer["data"] for call in asked] == [{"hasActiveVariant": False, "assignment": "baseline"}]
    assert event["payload"]["metadata"]["assignment"] == "baseline"
    if not OLD:
        assert event["payload"]["metadata"]["trafficType"] == "user"


def test_insights_follow_the_end_of_a_run(sdk, unique):
    insights = getattr(sdk, INSIGHTS)
    asked = [{"role": "user", "content": "Where is my parcel?"}]
    run = sdk.send(agent=unique("agent"), messages=asked, status="active").conversation_id
    waiting = insights(run)
    assert isinstance(waiting, ConversationInsightsUnavailable)
    assert (waiting.conversation_id, waiting.status) == (run, "pending")
    rest = [
        {"role": "assistant", "content": "It comes on Monday."},
        {"role": "user", "content": "No, it should be here today."},
        {"role": "assistant", "content": "You are right, it comes today."},
        {"role": "user", "content": "Great, thanks!"},
        {"role": "assistant", "content": "You are welcome."},
    ]
    sdk.send(agent="a", conversation_id=run, messages=rest, status="completed")
    over = found_in_time(lambda: insights(run))
    assert over.conversation_id == run
    assert "Where is my parcel?" in over.executive_summary
    [correction] = over.top_issues
    assert (correction["kind"], correction["evidence"]) == ("correction", "No, it should be here today.")
    metrics = over.metrics
    assert (metrics.objective_multiplier, score(metrics.success_score)) == (1.0, 100.0)
    assert score(metrics.quality_score) == score(metrics.gated_score) == 66.7, "two of three turns went well"
    assert metrics.hallucination_score is None, "only a model could say"
    assert insights("run_none") is None


def score(metric):
    return getattr(metric, "value", metric)


def found_in_time(ask):
    """Insights follow the end within seconds."""
    until = time.monotonic() + 60
    while isinstance(found := ask(), ConversationInsightsUnavailable):
        assert found.status == "pending" and time.monotonic() < until, found
        time.sleep(0.2)
    return found


def test_how_an_agent_does(sdk, agent, api, unique):
    """The SDK does not ask; what it sent is what the agent's figures are of."""
    known = agent(unique("prompt"))
    for status in ("completed", "completed", "abandoned", "active"):
        messages = [{"role": "user", "content": "x"}, {"role": "assistant", "content": "y", "latencyMs": 1500}]
        sdk.send(agent=known["name"], messages=messages, status=status)
    status = api.ask("GET", f"/api/v1/agents/{known['id']}/status")
    assert {key: status["metrics"][key] for key in ("conversationCount", "taskCompletionRate")} == {"conversationCount": 3, "taskCompletionRate": 66.7}
    insights = api.ask("GET", f"/api/v1/agents/{known['id']}/insights?days=7")
    assert insights["summary"]["inProgressConversations"] == 1
    assert (insights["metrics"]["avgResponseTime"], insights["metrics"]["avgConversationLength"]) == (1.5, 2.0)
