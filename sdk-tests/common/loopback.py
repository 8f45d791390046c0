"""Nothing leaves this machine.

Some SDKs talk to their vendor whatever endpoint they are given (update checks, crash reports). `only_loopback` makes every
connection to another host fail at once, so a suite behaves the same with and without a network.
"""

import os
import socket

LOCAL = {"127.0.0.1", "localhost", "::1", None, ""}


def only_loopback():
    """Refuse connections and name look-ups beyond loopback, for the rest of this process. Proxies are switched off too.

    Returns the list to which every refused host is added.
    """
    refused = []
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
        os.environ.pop(name, None)
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "*"
    connect, look_up = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self, address):
        if isinstance(address, tuple) and address[0] not in LOCAL:
            refused.append(address[0])
            raise ConnectionRefusedError(f"the tests allow loopback only, not {address[0]}")
        return connect(self, address)

    def guarded_look_up(host, *args, **kwargs):
        name = host.decode() if isinstance(host, bytes) else host
        if name not in LOCAL:
            refused.append(name)
            raise socket.gaierror(socket.EAI_NONAME, f"the tests allow loopback only, not {name}")
        return look_up(host, *args, **kwargs)

    socket.socket.connect = guarded_connect
    socket.getaddrinfo = guarded_look_up
    return refused
