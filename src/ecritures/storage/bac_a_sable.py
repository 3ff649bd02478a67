"""The sandbox of one process, put together (imports.bac_a_sable.BacASable)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ecritures.imports import horloge
from ecritures.imports.bac_a_sable import BacASable
from ecritures.storage.bases import Base
from ecritures.storage.horloge import HorlogeGardee
from ecritures.storage.livres import LivresSql
from ecritures.storage.objets import Emplacement
from ecritures.storage.pannes import RegistrePannes
from ecritures.storage.remise import RemiseGardee
from ecritures.storage.requetes import RegistreRequetes
from ecritures.storage.verrou_bac import VerrouBac


class BacASableOuvert(BacASable):
    """Closed by ``fermer``, which gives the process its real clock back."""

    def fermer(self) -> None:
        assert isinstance(self.horloge, HorlogeGardee)
        horloge.debrancher(self.horloge.decalage_ms)
        self.horloge.fermer()


def open_bac(
    base: Base,
    livres: LivresSql,
    emplacement: Emplacement,
    donnees: Path,
    annuler: Callable[[], object],
    requetes: RegistreRequetes,
) -> BacASableOuvert:
    """Finishes a reset that was interrupted, and moves the clock of this process. ``annuler``: cancels the jobs."""
    verrou, montre = VerrouBac(donnees), HorlogeGardee(base.url)
    remise = RemiseGardee(
        base,
        livres,
        donnees / "livres",
        emplacement,
        donnees,
        verrou,
        annuler=annuler,
        oublier=requetes.oublier_l_attente,
        relire=montre.relire,
    )
    remise.naitre()
    remise.achever()
    horloge.brancher(montre.decalage_ms)
    return BacASableOuvert(RegistrePannes(base), montre, verrou, remise)
