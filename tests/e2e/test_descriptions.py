"""What the server lets who may not send say of themselves, a real browser does not take for sending."""

import os
import random
from typing import Any

import pytest
from playwright.sync_api import Browser

from canvas_server.core.calls.sdp import check_description, sends_media
from canvas_server.core.effects import Refusal
from support.fuzz.descriptions import disguised
from support.servers.server import Server

pytestmark = [pytest.mark.rule("TOK3", "SIG14"), pytest.mark.nightly]

TRIES = int(os.environ.get("DESCRIPTIONS", "3000"))
AT_A_TIME = 100  # a page may have 500 connections, until memory is looked through

OFFER = """async () => {
  const pc = new RTCPeerConnection();
  const stream = document.createElement('canvas').captureStream(1);
  pc.addTransceiver('audio', {streams: [stream]});
  pc.addTransceiver(stream.getTracks()[0],
    {streams: [stream], sendEncodings: [{rid: 'a'}, {rid: 'b'}]});
  pc.addTransceiver('video');
  pc.createDataChannel('x');
  await pc.setLocalDescription();
  await new Promise(resolve => setTimeout(resolve, 300)); // candidates come
  return pc.localDescription.sdp;
}"""
# `null`: the browser refuses it; else the sections from which it would take media.
HEARS = """async offers => {
  const heard = [];
  for (const sdp of offers) {
    const pc = new RTCPeerConnection();
    let tracks = 0;
    pc.ontrack = () => tracks++;
    try {
      await pc.setRemoteDescription({type: 'offer', sdp});
      await pc.setLocalDescription();
      const receiving = ({currentDirection}) => /recv/.test(currentDirection ?? '');
      heard.push(Math.max(tracks, pc.getTransceivers().filter(receiving).length));
    } catch { heard.push(null); }
    pc.close();
  }
  return heard;
}"""


def is_let_through(offer: str) -> bool:
    """Whether the server relays an offer of somebody without `publish`."""
    try:
        check_description(offer)
        return not sends_media(offer)
    except Refusal:
        return False


def evaluate(browser: Browser, server: Server, script: str, arg: Any = None) -> Any:
    """Run a script in a page of its own."""
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"{server.url}/example/")
        return page.evaluate(script, arg)


@pytest.mark.timeout(600)
def test_no_disguise_is_taken_for_sending(browsers: dict[str, Browser], server: Server) -> None:
    browser = browsers["red"]
    offer: str = evaluate(browser, server, OFFER)
    chance = random.Random(2026)
    tried = (disguised(offer, chance) for _ in range(TRIES))
    passed = [one for one in tried if is_let_through(one)]
    heard: list[int | None] = []
    for at in range(0, len(passed), AT_A_TIME):
        heard += evaluate(browser, server, HEARS, passed[at : at + AT_A_TIME])
    assert sum(one is not None for one in heard) > TRIES / 20, "the browser reads many of them"
    taken = [text for text, count in zip(passed, heard, strict=True) if count]
    assert taken == []
