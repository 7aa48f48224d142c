"""Who sits at the serving machine gives the lecture, by whichever of its addresses; and nobody else does."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from dkdemo.web import lecturer, network

ROOM = "192.0.2.77"


@pytest.fixture(autouse=True)
def _in_a_room(monkeypatch):
    monkeypatch.setattr(network, "room_address", lambda: ROOM)


@pytest.mark.parametrize(
    ("address", "here"),
    [
        ("127.0.0.1", True),
        ("127.0.1.1", True),
        ("::1", True),
        ("::ffff:127.0.0.1", True),
        (ROOM, True),
        (f"::ffff:{ROOM}", True),
        ("192.0.2.78", False),
        ("", False),
    ],
)
def test_an_address_is_this_machine_or_another(address, here):
    assert network.is_here(address, {"Host": "x"}) is here
    assert not network.is_here(address, {"X-Forwarded-For": "192.0.2.78"}), "through a proxy everyone seems to be here"


def test_without_a_network_only_this_machine_is_here(monkeypatch):
    monkeypatch.setattr(network, "room_address", lambda: None)
    assert network.is_here("127.0.0.1", {})
    assert not network.is_here(ROOM, {})


@pytest.mark.parametrize(
    ("address", "headers", "lectures"),
    [
        (None, {"Host": "localhost"}, True),  # Streamlit's way of saying localhost
        (ROOM, {"Host": ROOM}, True),
        ("192.0.2.78", {"Host": ROOM}, False),
        (None, {"Host": "x", "X-Real-Ip": "192.0.2.78"}, False),
        (None, {}, False),  # a browser that is gone already
    ],
)
def test_the_lecturer_is_who_sits_at_the_server(monkeypatch, address, headers, lectures):
    context = SimpleNamespace(ip_address=address, headers=headers)
    monkeypatch.setattr(lecturer, "st", SimpleNamespace(context=context))
    assert lecturer.is_lecturer() is lectures
