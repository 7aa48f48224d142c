"""Memory that a run freed stays for its next step, and goes back after it; a device in words, its number format too."""

import platform
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from dkdemo import device

PROBE = """
import torch
from dkdemo.device import configure_torch, give_back_memory

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096

kept = configure_torch()
before = resident()
some = [torch.ones(4, 1024, 1024) for _ in range(4)]  # 64 MB
full = resident()
del some
after = resident()
gave = give_back_memory()
print(kept, full - before, after - before, gave, resident() - before, torch.get_num_threads())
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only glibc can be asked to keep memory")
@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="needs Linux's account of memory")
def test_freed_memory_is_kept_within_a_run_and_given_back_after_it(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    told = subprocess.run([sys.executable, "-c", PROBE], capture_output=True, text=True, check=True).stdout.split()
    assert (told[0], told[3], told[5]) == ("True", "True", "1")
    full, kept, left = (int(told[place]) / 2**20 for place in (1, 2, 4))
    assert full > 60
    assert kept > 60, "what was freed stays with the process"
    assert left < 20, "and goes back when it is told to"


def test_elsewhere_nothing_is_kept_and_nothing_breaks(monkeypatch):
    from dkdemo import device

    monkeypatch.setattr(device, "_c_library", lambda: None)
    assert device.configure_torch() is False
    assert device.give_back_memory() is False


def test_an_older_glibc_is_asked_for_what_it_can_give(monkeypatch):
    from dkdemo import device

    asked = []

    class Older:
        def mallopt(self, setting, size):
            asked.append((setting, size))
            return int(setting == -1 or size <= 2**25)

    monkeypatch.setattr(device, "_c_library", Older)
    assert device.configure_torch() is True
    assert asked == [(-3, 2**30), (-3, 2**25), (-1, 2**30)]


@pytest.fixture
def gpu_that_fails(monkeypatch):
    """A GPU is seen; what is computed on it fails as on one that this build of torch has no kernels for."""
    real = torch.ones

    def ones(*size, device=None, **how):
        if str(device).startswith("cuda"):
            raise RuntimeError("CUDA error: no kernel image is available for execution on the device\nmore lines")
        return real(*size, device=device, **how)

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch, "ones", ones)
    monkeypatch.delenv("DKDEMO_DEVICE", raising=False)
    device.trouble.cache_clear()
    yield
    device.trouble.cache_clear()


def test_a_gpu_that_cannot_compute_is_not_picked_and_is_spoken_of(monkeypatch, gpu_that_fails, caplog):
    assert device.pick() == torch.device("cpu")
    assert device.pick() == torch.device("cpu")
    assert caplog.text.count("no kernel image") == 1, "tried once"
    assert device.unusable_gpu_note(device.pick()) == "; a GPU is here, but nothing can be computed on it"
    monkeypatch.setenv("DKDEMO_DEVICE", "cuda")
    with pytest.raises(ValueError, match=r"works here, such as cpu, got 'cuda' \(CUDA error: no kernel image"):
        device.pick()
    monkeypatch.setenv("DKDEMO_DEVICE", "cpu")
    assert device.unusable_gpu_note(device.pick()) == "", "who asked for the processor needs no remark"


@pytest.mark.parametrize(("able", "words"), [(True, "cpu, bfloat16"), (False, "cpu")])
def test_a_caption_names_the_number_format_where_it_changed_something(monkeypatch, able, words):
    monkeypatch.setattr(device, "_multiplies_bfloat16", lambda place: able)
    assert device.describe(torch.device("cpu"), half=True) == words
    assert device.describe(torch.device("cpu")) == "cpu", "what ran in float32 says nothing"
    with device.half_precision(torch.device("cpu")):
        assert (torch.ones(2, 2) @ torch.ones(2, 2)).dtype == (torch.bfloat16 if able else torch.float32)
