"""The lecture: ``streamlit run app.py``."""

import streamlit as st

from dkdemo.web.lifespan import BROWSERS, BUS, ZIPPED, health, lifespan
from dkdemo.web.middleware import middleware
from dkdemo.web.routes import routes

app = st.App(
    "dkdemo/web/main.py",
    lifespan=lifespan,
    routes=routes(BUS, health),
    middleware=middleware(BROWSERS, ZIPPED),
)
