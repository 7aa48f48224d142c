"""Every number on the slides, beside what the engine computes: agreement, explained slip, or alarm.

Slide 2 promised that not everything would be right. A slip is listed with the right value, and it only counts
as *explained* while the engine can still say how the printed value came about; anything else is a disagreement.
Each chapter's numbers are in a file of its name, which yields them from ``findings()``.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Sequence

from dkdemo.reproduce.finding import Finding


def findings() -> list[Finding]:
    """All of them, in the talk's order."""
    chapters = sorted(found.name for found in pkgutil.iter_modules(__path__) if found.name != "finding")
    modules = [importlib.import_module(f"{__name__}.{chapter}") for chapter in chapters]
    return sorted((one for module in modules for one in module.findings()), key=lambda one: one.slide)


def report(rows: Sequence[Finding]) -> str:
    """The findings as text, one after the other, with a last line that counts them."""
    lines = []
    for one in rows:
        lines.append(f"S{one.slide:02d}  {one.verdict:<9}  {one.what}")
        lines.append(f"       slide  {one.printed}")
        if one.verdict not in ("paper", "remark"):
            lines.append(f"       {'right' if one.verdict == 'slip' else 'here '}  {one.computed}")
        if one.why:
            lines.append(f"       why    {one.why}")
    counts = Counter(one.verdict for one in rows)
    lines.append(
        f"{len(rows)} findings: {counts['agrees']} agree, {counts['slip']} slips explained, "
        f"{counts['paper']} from papers, {counts['remark']} remarks, {counts['DISAGREES']} unexplained"
    )
    return "\n".join(lines)
