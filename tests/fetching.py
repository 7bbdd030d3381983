"""What tests of fetching share: a client with small limits, a made-up internet, and trouble as people read it."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import pytest

from collector.campaign import Fetching
from collector.http import Client
from collector.platforms import Trouble, TroubleKind
from tests.fakeserver import FakeServer

PUBLIC, PRIVATE = "93.184.216.34", "10.0.0.7"


def client(
    *,
    deadline: float = 10.0,
    max_bytes: int = 200_000,
    max_decompressed_bytes: int = 400_000,
    max_redirects: int = 5,
    per_host: int = 4,
    private: bool = True,
    contact: str | None = "team@coproweek.example",
) -> Client:
    fetching = Fetching(
        user_agent="coproweek/0.1 (+https://coproweek.example)",
        deadline_seconds=deadline,
        max_bytes=max_bytes,
        max_decompressed_bytes=max_decompressed_bytes,
        max_redirects=max_redirects,
        per_host=per_host,
        workers=8,
        allow_private_addresses=private,
    )
    return Client(fetching, contact)


def trouble(kind: TroubleKind, call: Callable[[], object]) -> str:
    """Calls, expects this kind of trouble, and gives back its message, which must be fit for people."""
    with pytest.raises(Trouble) as caught:
        call()
    assert caught.value.kind == kind, caught.value.message
    message = caught.value.message
    assert message.isprintable() and message.endswith(".") and len(message) < 300
    assert "Error" not in message and "Exception" not in message
    return message


def within(seconds: float, call: Callable[[Client], object]) -> str:
    """Calls with a deadline of 0.3 s, and expects trouble for it, well within so many seconds."""
    with client(deadline=0.3) as http:
        began = time.monotonic()
        message = trouble("unreachable", lambda: call(http))
        assert time.monotonic() - began < seconds
    assert "within 0.3 seconds" in message
    return message


class Internet:
    """Names, and servers at public addresses: what DNS says and where connections go, both on loopback in truth."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.names: dict[str, list[list[str]]] = {}
        self.at: dict[str, int] = {}
        self.looked_up: list[str] = []
        self.connected: list[str] = []
        real_connect = socket.socket.connect

        def getaddrinfo(host: str, port: int, *_: object, **__: object) -> list[Any]:
            self.looked_up.append(host)
            answers = self.names.get(host)
            if not answers:
                raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
            numbers = answers.pop(0) if len(answers) > 1 else answers[0]
            return [
                (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (n, port, 0, 0))
                if ":" in n
                else (socket.AF_INET, socket.SOCK_STREAM, 6, "", (n, port))
                for n in numbers
            ]

        def connect(sock: socket.socket, address: Any) -> None:
            self.connected.append(address[0])
            if address[0] in self.at:
                address = ("127.0.0.1", self.at[address[0]])
            real_connect(sock, address)

        monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
        monkeypatch.setattr(socket.socket, "connect", connect)

    def name(self, host: str, *answers: list[str]) -> None:
        """What a name leads to; several answers are given one after the other, the last one stays."""
        self.names[host] = list(answers)

    def host(self, host: str, number: str, server: FakeServer) -> None:
        self.name(host, [number])
        self.at[number] = server.port
