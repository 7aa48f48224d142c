"""The lecture as app.py serves it, with one more route by which a test may start a run."""

import importlib

import streamlit as st
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from dkdemo import jobs
from dkdemo.web.lifespan import BROWSERS, BUS, ZIPPED, health, lifespan
from dkdemo.web.middleware import middleware
from dkdemo.web.registry import ROOT
from dkdemo.web.routes import routes


def run(request: Request) -> JSONResponse:
    """Start, or find, the recipe ``name`` with the one setting that the path carries."""
    recipes = importlib.import_module("machine_recipes").RECIPES
    kind = recipes[request.path_params["name"]]
    recipe = kind(gate=request.query_params["gate"]) if "gate" in request.query_params else kind()
    job = jobs.manager().submit(recipe, "tester")
    return JSONResponse({"key": job.key, "state": job.state, "events": len(job.events)})


app = st.App(
    ROOT / "dkdemo" / "web" / "main.py",
    lifespan=lifespan,
    routes=[*routes(BUS, health), Route("/test/{name}", run)],
    middleware=middleware(BROWSERS, ZIPPED),
)
