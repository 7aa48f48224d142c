"""A small app that shows every mode of the live chart; tests publish on its bus over POST /say."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
from collections import defaultdict

import streamlit as st
from starlette.responses import JSONResponse
from starlette.routing import Route

from dkdemo.jobs.job import Record
from dkdemo.web.bus import Bus
from dkdemo.web.middleware import Browsers, middleware
from dkdemo.web.routes import routes

SAID: defaultdict[str, list[Record]] = defaultdict(list)
COUNT = itertools.count(1)
BUS = Bus(lambda topic: SAID[topic])


@contextlib.asynccontextmanager
async def lifespan(app):
    BUS.open()
    yield
    BUS.close()


async def say(request):
    """Publish each message, as the job manager would."""
    asked = await request.json()
    for message in asked["messages"]:
        record = Record.of(asked["topic"], next(COUNT), message, keep=True)
        if not message.get("forget"):
            SAID[asked["topic"]].append(record)
        BUS.publish(asked["topic"], record)
    return JSONResponse({"said": len(asked["messages"])})


async def hang_up(request):
    """Close every connection of /live, as a restarting server does."""
    clients = list(BUS._clients)
    await asyncio.gather(*(client.socket.close(1012) for client in clients))
    return JSONResponse({"closed": len(clients), "topics": json.loads(json.dumps(sorted(SAID)))})


app = st.App(
    "main.py",
    lifespan=lifespan,
    routes=[
        *routes(BUS, lambda here: {}),
        Route("/say", say, methods=["POST"]),
        Route("/hang-up", hang_up, methods=["POST"]),
    ],
    middleware=middleware(Browsers(), {}),
)
