"""What the versions of the SDK do differently on the wire."""

from importlib.metadata import version

INSTALLED = version("converra")
OLD = INSTALLED.startswith("0.3.")

# Runs were called conversations before 0.5.
RUNS = "/api/v1/conversations" if OLD else "/api/v1/runs"
INSIGHTS = "get_conversation_insights" if OLD else "get_run_insights"
