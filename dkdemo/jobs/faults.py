"""What a fault means: memory ran out, or something else."""

from __future__ import annotations

import errno
import signal

# What torch's allocators (Linux, Windows), CUDA's libraries and Windows say when there is no memory left.
NO_MEMORY = (
    "can't allocate memory",
    "cannot allocate memory",
    "bad allocation",
    "bad_alloc",
    "not enough memory",
    "out of memory",
    "alloc_failed",
    "cublas_status_not_initialized",
    "cudnn_status_not_initialized",
    "valid cudnn algorithm",
    "paging file is too small",
)


def out_of_memory(error: BaseException) -> bool:
    """Did memory run out? Python's, numpy's and torch's own kinds of error, and what libraries say in words."""
    if isinstance(error, MemoryError) or "OutOfMemory" in type(error).__name__:
        return True
    if isinstance(error, OSError) and error.errno == errno.ENOMEM:
        return True
    said = str(error).lower()
    return any(words in said for words in NO_MEMORY)


def killed(code: int) -> bool:
    """Was a process with this exit code killed from outside? Linux does so to whoever took the last memory."""
    return hasattr(signal, "SIGKILL") and code in (-signal.SIGKILL, 128 + signal.SIGKILL)
