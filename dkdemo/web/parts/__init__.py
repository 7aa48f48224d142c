"""Live parts of scenes: controls, a picture and its script, where they are too long for a chapter's page."""
