"""Runs experiments away from the web server: events, one manager, two warm worker processes."""
