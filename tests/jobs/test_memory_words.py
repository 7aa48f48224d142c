"""Out of memory is recognised in whatever words it comes, and nothing else is taken for it."""

from __future__ import annotations

import errno
import signal

import pytest

from dkdemo.jobs.faults import killed, out_of_memory


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(errno.ENOMEM, "in the system's own language"),
        RuntimeError("std::bad_alloc"),
        RuntimeError("bad allocation"),
        RuntimeError("unable to mmap 80 bytes: Cannot allocate memory (12)"),
        RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory"),
        RuntimeError("CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`"),
        OSError(22, "The paging file is too small for this operation to complete"),
    ],
)
def test_memory_that_ran_out(error):
    assert out_of_memory(error)


@pytest.mark.parametrize("error", [ValueError("a batch of 3"), RuntimeError("shapes differ"), OSError(2, "no file")])
def test_other_faults(error):
    assert not out_of_memory(error)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed so on Windows")
def test_who_was_killed():
    assert killed(-9)
    assert killed(137)
    assert not any(killed(code) for code in (0, 1, 3, -15, 143))
