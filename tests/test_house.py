"""What must never be in this house."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
import textwrap
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ENGINE = ROOT / "dkdemo"
WEB = ENGINE / "web"
PARTS = WEB / "parts"
PAGES = ROOT / "pages"
SOURCES = sorted([ROOT / "app.py", *ENGINE.rglob("*.py"), *PAGES.glob("*.py")])
LIVE = sorted(path for path in (ROOT / "assets" / "live").rglob("*") if path.suffix in (".js", ".css"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path, *, anywhere: bool = True) -> set[str]:
    """The modules a file imports; with ``anywhere=False`` only those imported as soon as it is."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found: set[str] = set()
    for node in ast.walk(tree) if anywhere else _at_once(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _at_once(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes that run on import: not those in functions, nor under TYPE_CHECKING."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            continue
        yield node
        yield from _at_once(node)


def calls(path: Path) -> Iterator[tuple[str, ast.Call]]:
    """Every call in a file with its dotted name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def belongs(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


# 1. Who may know whom


@pytest.mark.parametrize("path", [path for path in SOURCES if ENGINE in path.parents], ids=name_of)
def test_only_the_web_folder_knows_streamlit_and_http(path):
    """The bench drives whole servers from outside, so it may ask the registry what it measures."""
    if WEB in path.parents:
        return
    foreign = {module for module in imports(path) if belongs(module, "streamlit") or belongs(module, "starlette")}
    assert not foreign
    web = {module for module in imports(path) if belongs(module, "dkdemo.web")}
    if path == ENGINE / "bench" / "web.py":
        web = {module for module in web if not belongs(module, "dkdemo.web.registry")}
    assert not web, "the engine knows no web"


def test_figures_see_no_model():
    for path in (ENGINE / "figures").glob("*.py"):
        seen = {module.split(".")[0] for module in imports(path)}
        assert not seen & {"torch", "torchvision", "sklearn", "streamlit"}, path.name
        assert not {module for module in imports(path) if belongs(module, "dkdemo.models")}, path.name


def test_the_web_process_never_loads_torch_or_sklearn():
    """Everything the server imports, and every page's own imports, in a fresh interpreter."""
    ours = {
        name_of(path)[:-3].replace("/", ".") for path in WEB.rglob("*.py") if path.name not in ("main.py", "launch.py")
    }
    ours |= {module for page in PAGES.glob("*.py") for module in imports(page)}
    ours |= {module for module in imports(WEB / "main.py", anywhere=False)}
    script = textwrap.dedent(
        """
        import importlib, logging, sys
        logging.disable()
        for name in sys.argv[1:]:
            try:
                importlib.import_module(name)
            except ModuleNotFoundError:  # "package.module.function" of a from-import
                parent, _, member = name.rpartition(".")
                assert hasattr(importlib.import_module(parent), member), name
        import app
        from dkdemo.experiments import catalogue
        for recipe in catalogue().values():
            recipe().key(), recipe().expected_seconds()
        from dkdemo import datastore
        datastore.present()
        print(sorted({"torch", "torchvision", "sklearn", "scipy", "pandas"} & set(sys.modules)))
        """
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", script, *sorted(ours - {"dkdemo.web.__init__", "dkdemo.web.parts.__init__"})]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr[-3000:]
    loaded = set(ast.literal_eval(answer.stdout.strip().splitlines()[-1]))
    assert not loaded & {"torch", "torchvision", "sklearn"}


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_what_the_server_imports_imports_no_torch_at_once(path):
    shared = {"probability.py", "labels.py", "datastore.py", "images.py", "schedules.py", "shapes.py", "siamese.py"}
    folders = {WEB, PARTS, PAGES, ENGINE / "figures", ENGINE / "jobs", ENGINE / "kernels", ENGINE / "experiments"}
    # the material of an experiment is imported by its run() only, so it may be written with torch
    material = path.parent == ENGINE / "experiments" and path.stem not in _catalogued()
    if material or not (path.parent in folders or path.name in shared or path == ROOT / "app.py"):
        return
    early = {module for module in imports(path, anywhere=False) if belongs(module, "torch")}
    assert not early


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parent in (WEB, PARTS, PAGES)], ids=name_of)
def test_the_numbers_of_the_slides_are_gone_through_by_a_worker(path):
    """They may need torch. The web knows what a finding is, and no more of `dkdemo.reproduce`."""
    known = {"dkdemo.reproduce.finding", "dkdemo.reproduce.finding.Finding"}
    assert {module for module in imports(path) if belongs(module, "dkdemo.reproduce")} <= known
    assert not re.search(r"\breproduce\b(?!\.finding\b)", re.sub(r"`[^`]*`", "", path.read_text(encoding="utf-8")))


def _catalogued() -> set[str]:
    from dkdemo.experiments import catalogue

    return {kind.__module__.rpartition(".")[2] for kind in catalogue().values()} | {"__init__", "recipe"}


# 4. Nothing that a client could clear, 5. no foreign threads, no polling


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_no_shared_state_in_caches_no_foreign_threads_no_polling(path):
    source = path.read_text(encoding="utf-8")
    for word in ("cache_resource", "add_script_run_ctx", "run_every", "st.experimental"):
        assert word not in source, word
    if ENGINE / "jobs" in path.parents:
        assert "import streamlit" not in source


# 6. Nothing from outside is executed, unpickled or written into a page


@pytest.mark.parametrize("path", SOURCES, ids=name_of)
def test_nothing_is_unpickled_or_evaluated(path):
    assert not re.search(r"\bpickle\.load|Unpickler|from pickle import", path.read_text(encoding="utf-8"))
    for module in imports(path):
        assert not any(belongs(module, reader) for reader in ("joblib", "shelve", "dill", "cloudpickle")), module
    for name, call in calls(path):
        assert name not in ("torch.load", "eval", "exec", "os.system", "marshal.loads"), name
        for keyword in call.keywords:
            value = getattr(keyword.value, "value", None)
            assert not (keyword.arg == "allow_pickle" and value is not False), name
            assert not (keyword.arg == "shell" and value is not False), name
            assert not (keyword.arg == "unsafe_allow_html" and value is not False), name
        if name in ("np.load", "numpy.load"):
            assert any(keyword.arg == "allow_pickle" for keyword in call.keywords), "say allow_pickle=False"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.parent in (WEB, PARTS, PAGES)], ids=name_of)
def test_html_and_components_are_constants(path):
    """Nothing a viewer typed can reach ``st.html`` or a component's html, css or js: they are files and constants."""
    for name, call in calls(path):
        if name == "st.html":
            assert "f'" not in ast.unparse(call), "no f-string into st.html"
            assert "query_params" not in ast.unparse(call)
        if name == "st.markdown":
            assert not any(keyword.arg == "unsafe_allow_html" for keyword in call.keywords)


@pytest.mark.parametrize("path", [path for path in LIVE if path.suffix == ".js"], ids=name_of)
def test_scripts_neither_evaluate_nor_fetch_from_elsewhere(path):
    source = path.read_text(encoding="utf-8")
    assert not re.search(r"\beval\(|new Function\(|document\.write|insertAdjacentHTML|outerHTML\s*=", source)
    for found in re.findall(r"""["'`](?:https?:)?//[^"'`]+""", source):
        assert "www.w3.org/" in found, f"{found}: a name space is all that may look like an address"


def test_styles_fetch_nothing():
    for path in LIVE:
        if path.suffix == ".css":
            assert not re.search(r"@import|url\(\s*['\"]?(?:https?:)?//", path.read_text(encoding="utf-8")), path.name


# 7. Colours in one place


@pytest.mark.parametrize("path", [*SOURCES, *LIVE], ids=name_of)
def test_no_colour_outside_the_theme(path):
    if path == ENGINE / "figures" / "theme.py":
        return
    source = re.sub(r"/\*.*?\*/|^\s*//.*$|&#\w+;", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    assert not re.findall(r"#(?:[0-9a-fA-F]{8}|[0-9a-fA-F]{6}|[0-9a-fA-F]{3,4})\b(?![-\w])", source)
    if path.parent != WEB:
        shadows = r"rgb\(0 0 0 / [\d.]+%?\)"  # black that lets through is a shadow, not a colour
        assert not re.findall(r"\b(?:rgba?|hsla?)\(\s*\d", re.sub(shadows, "", source))


# The settings that were measured


def settings() -> dict:
    return tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def test_the_settings_that_fifty_sliders_need():
    assert settings()["runner"]["postScriptGC"] is False, "a collection after every rerun: 9 ms became 3.2 s"
    assert settings()["server"]["fileWatcherType"] == "none"


def test_streamlit_itself_sees_those_settings():
    script = "from streamlit import config; print(config.get_option('runner.postScriptGC'))"
    answer = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert answer.stdout.strip() == "False", answer.stderr


def test_viewers_see_no_error_details_and_nobody_is_told_of_them():
    assert settings()["client"] == {"showErrorDetails": "none", "toolbarMode": "viewer"}
    assert settings()["browser"]["gatherUsageStats"] is False
    assert settings()["server"]["headless"] is True
    assert settings()["server"]["maxUploadSize"] <= 20
    assert settings()["theme"]["baseFontSize"] == 20
    assert "http" not in str(settings()["theme"]), "fonts come from the machine"


# Files that one can read in one go


@pytest.mark.parametrize("path", [*SOURCES, *LIVE], ids=name_of)
def test_files_stay_short(path):
    lines = len(path.read_text(encoding="utf-8").splitlines())
    limit = 20 if path.name == "app.py" else 100 if path.parent == PAGES else 330
    assert lines <= limit, f"{lines} lines"
