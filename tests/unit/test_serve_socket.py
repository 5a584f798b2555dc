"""The socket that the service listens on."""

from __future__ import annotations

import socket

import pytest

from qinglu.errors import OptionError

serve = pytest.importorskip("qinglu.api.serve", reason="the service is not installed")


def test_small_answers_do_not_wait_for_an_acknowledgement():
    with serve.bound("127.0.0.1", 0) as listening, socket.create_connection(listening.getsockname()):
        taken, _ = listening.accept()
        with taken:
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)


def test_an_address_that_cannot_be_had_is_told():
    with serve.bound("127.0.0.1", 0) as listening, pytest.raises(OptionError, match="--port"):
        serve.bound("127.0.0.1", listening.getsockname()[1])
