"""The engine behind "The story of the dark knowledge": small, readable, and usable without the web app."""

__version__ = "0.1.0"
