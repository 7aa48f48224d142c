"""What Streamlit itself says on the screen, said in the viewer's language: its widgets know English only.

The browser looks for the words below (assets/live/interpreter.js); ours are in assets/lecture/*/streamlit.md.
Where Streamlit's English would mislead a room without internet, the English reader gets other words too.
"""

from __future__ import annotations

import sys
from typing import Any

from dkdemo.web.routes import asset_url
from dkdemo.web.text import Words

PROGRAM = "interpreter.js"

# Our key: Streamlit's words, as its widgets of this version write them; {name} stands for what they fill in.
SAYS = {
    "skip": "Skip to main content",
    "menu": "Main menu",
    "theme": "Theme",
    "theme_system": "System",
    "theme_light": "Light",
    "theme_dark": "Dark",
    "print": "Print",
    "version": "Made with Streamlit v",
    "copy_version": "Copy version to clipboard",
    "copy": "Copy to clipboard",
    "copied": "Copied",
    "help": "Help for {label}",
    "increment": "Increment",
    "decrement": "Decrement",
    "number_above": "Number is above the allowed range. Please enter a value less than or equal to {limit}.",
    "number_below": "Number is below the allowed range. Please enter a value greater than or equal to {limit}.",
    "enter": "Press Enter to apply",
    "open": "Open",
    "upload": "Upload",
    "upload_limits": "{size} per file",
    "upload_area": "file upload",
    "upload_more": "Add files",
    "upload_more_icon": "add icon",
    "upload_remove": "Remove {file}",
    "upload_error": "Error:",
    "upload_type": "{type} files are not allowed.",
    "upload_size": "File must be {size} or smaller.",
    "camera": "Take Photo",
    "camera_again": "Clear photo",
    "camera_other": "Switch camera",
    "camera_ask": "This app would like to use your camera.",
    "camera_allow": "Learn how to allow access.",
    "close": "Close",
    "lost": "Connection error",
    "lost_room": "Streamlit server is not responding. Are you connected to the internet?",
    "lost_here": "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your terminal:",
    "lost_command": "streamlit run yourscript.py",
}


def orders(language: str) -> dict[str, Any]:
    """For the browser: the program's address, and each of Streamlit's sayings beside ours."""
    words = dict(Words(language, "streamlit"))
    if sys.platform == "win32":  # which has no make; the message is for whoever sits at this machine
        words["lost_command"] = r".venv\Scripts\streamlit run app.py"
    return {"program": asset_url(PROGRAM), "says": [[said, words[key]] for key, said in SAYS.items()]}
