"""A tiny client of Debrief's own read API."""

import json
import ssl
import urllib.error
import urllib.parse
import urllib.request

PAGE = 1000


class ApiError(AssertionError):
    """An answer that was not a success; `status` is its HTTP status."""

    def __init__(self, status, body, path):
        super().__init__(f"{path} answered {status}: {body[:2000]!r}")
        self.status = status


class Api:
    """Reads with one key; over TLS it trusts the certificates in the file `ca` alone."""

    def __init__(self, url, key, ca=None):
        self.url, self.key = url, key
        self.context = ssl.create_default_context(cafile=ca) if ca else None

    def get(self, path, **query):
        """The JSON at `path`; parameters that are None are left out."""
        query = {name: value for name, value in query.items() if value is not None}
        return self.ask("GET", path + ("?" + urllib.parse.urlencode(query) if query else ""))

    def ask(self, method, where, body=None, headers=None):
        """The JSON that a request is answered; `headers` come in place of the key's."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + where, data=data, method=method, headers=headers or {"Authorization": f"Bearer {self.key}"})
        try:
            with urllib.request.urlopen(request, timeout=30, context=self.context) as answer:
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise ApiError(error.code, error.read().decode("utf-8", "replace"), f"{method} {where}") from None

    def session(self, session_id):
        """One session with its totals."""
        return self.get(f"/api/v1/sessions/{quoted(session_id)}")

    def sessions(self, **query):
        """One page of sessions."""
        return self.get("/api/v1/sessions", **query)

    def events(self, session_id, order=None, kind=None):
        """Every event of a session, over as many pages as it takes."""
        events, path = [], f"/api/v1/sessions/{quoted(session_id)}/events"
        while True:
            page = self.get(path, limit=PAGE, offset=len(events), order=order, kind=kind)
            events += page["events"]
            if not page["hasNext"]:
                assert page["total"] == len(events), f"total says {page['total']}, the pages held {len(events)} events"
                return events

    def people(self):
        """Every person, by id."""
        people = {}
        while True:
            page = self.get("/api/v1/people", limit=100, offset=len(people))
            people.update((person["personId"], person) for person in page["people"])
            if not page["hasNext"]:
                assert page["total"] == len(people), f"total says {page['total']}, the pages held {len(people)} people"
                return people

    def versions(self, agent):
        """The versions of one agent."""
        return self.get(f"/api/v1/agents/{quoted(agent)}/agent-versions", limit=100)["agentVersions"]

    def receipt(self, position):
        """What became of one position."""
        return self.get(f"/api/v1/receipts/{position}")


def quoted(name):
    """`name` as one path segment."""
    return urllib.parse.quote(name, safe="")
