"""For every rule, a file that passes and one that fails.

A new rule needs a row here: the tuple ``EXEMPLES`` of the module of its subject, or of a new module of this folder, which is
found by itself. ``tests/unit/test_exemples.py`` names the rules that have none.
"""

from __future__ import annotations

import importlib
import pkgutil

from exemples.registre import Exemple

EXEMPLES: tuple[Exemple, ...] = tuple(
    exemple
    for module in sorted(m.name for m in pkgutil.iter_modules(__path__))
    for exemple in getattr(importlib.import_module(f"exemples.{module}"), "EXEMPLES", ())
)
