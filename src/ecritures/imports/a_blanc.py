"""A dry run: the file is read and checked as its import would be, with the dossier's own settings; nothing is kept or posted."""

from __future__ import annotations

from ecritures.domain.errors import FormatInconnu, ModeleInconnu
from ecritures.domain.lot import Lecture, OptionsLecture
from ecritures.formats.conteneur import deballer, est_archive
from ecritures.formats.detect import reconnaitre
from ecritures.formats.perso.modele_toml import lire_modele
from ecritures.imports.check import Examen, check
from ecritures.imports.ports import Dossier, Ports
from ecritures.imports.read import read


def examine(
    octets: bytes,
    nom: str,
    dossier: Dossier,
    app: Ports,
    *,
    limite: int,
    format_: str | None = None,
    modele: str | None = None,
) -> tuple[str | None, Examen]:
    """The format, and all findings (``limite`` of them laid out). ``modele``: the firm's model that describes the file; else
    ``format_``, else the one format that fits; None: an archive that is refused, whatever is in it. Raises FormatInconnu,
    ModeleInconnu."""
    lu = None
    if modele is not None:
        garde = app.modeles.trouver(dossier.domain, modele)
        if garde is None:
            raise ModeleInconnu(modele)
        lu, format_ = lire_modele(garde.texte), "perso"
    if format_ is None and est_archive(octets) and (refusee := deballer(octets).releves):
        return None, check(Lecture(None, refusee), app.livres.contexte(dossier), limite)
    choisi = format_ or detect(octets, nom)
    options = OptionsLecture(nom_fichier=nom or None, profil=app.profil_fec, modele=lu)
    return choisi, check(read(octets, choisi, options), app.livres.contexte(dossier), limite)


def detect(octets: bytes, nom: str) -> str:
    """The one format that fits. Raises FormatInconnu."""
    trouves = reconnaitre(octets, nom or None)
    if len(trouves) != 1:
        quoi = (
            "n'est reconnu d'aucun format" if not trouves else f"peut être de plusieurs formats ({', '.join(trouves)})"
        )
        raise FormatInconnu(f"Le fichier {quoi} : donner le paramètre format (tra ou fec).")
    return trouves[0]
