"""The least a Streamlit page can be: what Streamlit itself needs to show anything."""

import streamlit as st

st.title("Empty")
