"""Every rule of the project, found where it is declared: nothing has to be listed twice.

A module of ``formats``, ``checks`` or ``imports`` declares rules by a tuple ``REGLES`` or ``CHECKS``, or one by one.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from functools import cache
from pathlib import Path
from types import ModuleType

import ecritures
from ecritures.checks.check import Check
from ecritures.domain.constat import Regle

COUCHES = ("formats", "checks", "imports")
RACINE = Path(inspect.getfile(ecritures)).parent


def _modules() -> list[ModuleType]:
    noms = [
        module.name
        for couche in COUCHES
        for module in pkgutil.walk_packages([str(RACINE / couche)], f"ecritures.{couche}.")
    ]
    return [importlib.import_module(nom) for nom in sorted(noms)]


@cache
def par_module() -> dict[str, tuple[Regle, ...]]:
    """Module (``checks.dates``, ``formats.fec.regles``) → the rules it declares, in its order.

    A check belongs to the module of its function; another rule to the module ``regles`` that holds it, else to the least deep.
    """
    trouves: dict[str, dict[str, Regle]] = {}
    vues: dict[int, str] = {}
    for module in sorted(_modules(), key=_ordre):
        for regle in _declarees(module):
            if id(regle) not in vues:
                vues[id(regle)] = _maison(regle, module)
                trouves.setdefault(vues[id(regle)], {})[regle.id] = regle
    return {nom: tuple(regles.values()) for nom, regles in sorted(trouves.items())}


def _ordre(module: ModuleType) -> tuple[bool, bool, int, str]:
    """Where rules are declared comes before where they are used: modules ``regles``, then the least deep, packages last."""
    nom = module.__name__
    return hasattr(module, "__path__"), not nom.rpartition(".")[2].startswith("regles"), nom.count("."), nom


def _declarees(module: ModuleType) -> list[Regle]:
    declarees: list[Regle] = []
    for valeur in vars(module).values():
        if isinstance(valeur, Regle):
            declarees.append(valeur)
        elif isinstance(valeur, tuple | list):
            declarees += [v for v in valeur if isinstance(v, Regle)]
        elif isinstance(valeur, dict):
            declarees += [v for v in valeur.values() if isinstance(v, Regle)]
    return declarees


def _maison(regle: Regle, module: ModuleType) -> str:
    """Short name of the module where a reader looks for the rule."""
    nom = regle.rule.__module__ if isinstance(regle, Check) else module.__name__
    return nom.removeprefix("ecritures.")


@cache
def toutes() -> dict[str, Regle]:
    """Every rule by its id. Two rules of one id are a fault that the test of ids says."""
    return {regle.id: regle for regles in par_module().values() for regle in regles}
