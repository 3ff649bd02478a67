"""What the SDK asks of a server of ours beyond the contract: uploads that resume, cancel, attachments. Loop has none of it."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx2

from ecritures.client.actes import Annulation, ApercuAnnulation, PieceJointe
from ecritures.client.appels import Appel, Demarche, OnOctets, Pause, est_des_notres, insister
from ecritures.client.errors import LoopInjoignable, ReponseInattendue
from ecritures.client.operations import PAGE, PREFIXE_V1, Carnet, DemandePartie, Operations, format_of, text_of
from ecritures.client.transport import A_REESSAYER, ATTENTE_INITIALE_S, ATTENTE_MAX_S, answer, host, retry_after

SEUIL_OCTETS = 50 << 20
"""Larger files go by pieces to a server of ours: beyond, one request is longer than many lines and proxies bear."""
MORCEAU_OCTETS = 8 << 20
"""Of one request: what a line that drops costs at most."""


@dataclass(frozen=True)
class OperationsV1(Operations):
    seuil_octets: int = SEUIL_OCTETS

    def envoyer(
        self,
        fichier: Path,
        dossier: str,
        format_: str | None,
        modele: str | None,
        siret: str | None,
        on_octets: OnOctets | None,
        carnet: Carnet | None = None,
    ) -> Demarche[str]:
        """As ``Operations.envoyer``; a large file goes to a server of ours by pieces, each sent again where the line dropped."""
        choisi = format_of(fichier.name, format_, modele)
        if fichier.stat().st_size > self.seuil_octets and (yield from est_des_notres(self.sonde)):
            ouvert = yield from self._ouvrir_televersement(fichier, dossier, carnet)
            if ouvert is not None:  # None: a server of ours from before them
                yield from self._televerser(ouvert, fichier, on_octets)
                params = {"dossier": dossier, "televersement": ouvert.rpartition("/")[2]}
                params |= {"modele": modele} if modele else {"format": choisi}
                params |= {"siret": siret} if siret else {}
                appel = Appel("POST", self._v1("/imports"), self.cles, params)
                # one upload is one import: asked twice, the same
                return text_of(answer((yield from insister(appel, self.essais, est_rejouable=True))), "id")
        return (yield from super().envoyer(fichier, dossier, format_, modele, siret, on_octets, carnet))

    def apercu_annulation(self, import_id: str) -> Demarche[ApercuAnnulation]:
        return ApercuAnnulation.parse((yield from self._lire(import_id, "/annulation")))

    def annuler(self, import_id: str) -> Demarche[Annulation]:
        headers = {**self.cles, "Idempotency-Key": str(uuid.uuid4())}
        appel = Appel("POST", self._import(import_id, "/annulation"), headers)
        # what is cancelled already stays so, and is said
        return Annulation.parse(answer((yield from insister(appel, self.essais, est_rejouable=True))))

    def pieces_jointes(self, import_id: str, ecriture: int | None) -> Demarche[tuple[PieceJointe, ...]]:
        lues: list[PieceJointe] = []
        params = {"limite": str(PAGE)} | ({} if ecriture is None else {"ecriture": str(ecriture)})
        while True:
            page = yield from self._lire(import_id, "/pieces-jointes", params)
            lues += [PieceJointe.parse(piece) for piece in page["pieces_jointes"]]
            if page["suivant"] is None:
                return tuple(lues)
            params = {**params, "apres": str(page["suivant"])}

    def telecharger_piece(self, import_id: str, numero_ligne: int) -> Demarche[bytes]:
        appel = Appel("GET", self._import(import_id, f"/pieces-jointes/{numero_ligne}"), self.cles)
        reponse = yield from insister(appel, self.essais, est_rejouable=True)
        if reponse.status_code != 200:
            answer(reponse)
            raise ReponseInattendue(f"{host(appel.url)} ne rend pas une pièce jointe : vérifier l'adresse du serveur.")
        octets: bytes = reponse.content
        return octets

    def _ouvrir_televersement(self, fichier: Path, dossier: str, carnet: Carnet | None) -> Demarche[str | None]:
        """The address of an upload: the one that was under way, or a new one. None: this server knows none."""
        partie = None if carnet is None else carnet.lire()
        if partie is not None and partie.televersement:
            adresse = self._v1(f"/televersements/{quote(partie.televersement, safe='')}")
            connue = yield from insister(Appel("HEAD", adresse, self.cles), self.essais, est_rejouable=True)
            if connue.status_code == 200:
                return adresse
        cle = str(uuid.uuid4())
        corps = {"dossier": dossier, "nom_fichier": fichier.name, "taille_octets": fichier.stat().st_size}
        corps["sha256"] = _sha256(fichier)
        appel = Appel("POST", self._v1("/televersements"), {**self.cles, "Idempotency-Key": cle}, json=corps)
        reponse = yield from insister(appel, self.essais, est_rejouable=True)
        if reponse.status_code in (404, 405) and "route." in reponse.text:
            return None
        ouvert = text_of(answer(reponse), "id")
        if carnet is not None:
            carnet.noter(DemandePartie(cle=cle, televersement=ouvert))
        return self._v1(f"/televersements/{quote(ouvert, safe='')}")

    def _televerser(self, adresse: str, fichier: Path, on_octets: OnOctets | None) -> Demarche[None]:
        """Piece after piece from where the server is. After a failure it is asked where that is; tries are counted anew each
        time that it moved. Raises LoopInjoignable."""
        taille, rates, attente = fichier.stat().st_size, 0, ATTENTE_INITIALE_S
        debut = yield from self._decalage(adresse)
        while debut < taille:
            demandee, motif = None, ""
            try:
                reponse: httpx2.Response = yield _piece(adresse, self.cles, fichier, debut, taille, on_octets)
            except httpx2.TransportError as erreur:
                motif = f"{host(adresse)} ne répond pas ({type(erreur).__name__})"
            else:
                if reponse.status_code in A_REESSAYER:
                    motif, demandee = f"{host(adresse)} répond {reponse.status_code}", retry_after(reponse)
                elif reponse.status_code != 204 and "upload-offset" not in reponse.headers:
                    answer(reponse)  # its error, said as such
                    raise ReponseInattendue(
                        f"{host(adresse)} ne dit pas ce qu'il a reçu : vérifier l'adresse du serveur."
                    )
            if motif:
                rates += 1
                if rates >= self.essais:
                    raise LoopInjoignable(
                        f"{motif}, après {rates} essais : relancer l'envoi, il reprendra où il en est."
                    )
                yield Pause(min(attente if demandee is None else demandee, ATTENTE_MAX_S))
                attente *= 2
                recus = yield from self._decalage(adresse)
            else:
                recus = _offset(reponse, adresse)
            if recus > debut:
                rates, attente = 0, ATTENTE_INITIALE_S
            debut = recus

    def _decalage(self, adresse: str) -> Demarche[int]:
        reponse = yield from insister(Appel("HEAD", adresse, self.cles), self.essais, est_rejouable=True)
        if reponse.status_code == 404:
            raise ReponseInattendue("Le téléversement a expiré ou a été abandonné : relancer l'envoi.")
        return _offset(reponse, adresse)

    def _lire(self, import_id: str, suite: str, params: Mapping[str, str] | None = None) -> Demarche[dict[str, Any]]:
        route = f"{PREFIXE_V1}/imports/{quote(import_id, safe='')}{suite}"
        return (yield from self.get(route, params or {}, self.racine))

    def _import(self, import_id: str, suite: str) -> str:
        return self._v1(f"/imports/{quote(import_id, safe='')}{suite}")

    def _v1(self, route: str) -> str:
        return f"{self.racine}{PREFIXE_V1}{route}"


def _piece(
    adresse: str, cles: Mapping[str, str], fichier: Path, debut: int, taille: int, on_octets: OnOctets | None
) -> Appel:
    longueur = min(MORCEAU_OCTETS, taille - debut)
    headers = {
        **cles,
        "Upload-Offset": str(debut),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(longueur),
    }
    suivi = None if on_octets is None else lambda faits, _total: on_octets(debut + faits, taille)
    return Appel("PATCH", adresse, headers, contenu=fichier, on_octets=suivi, debut=debut, longueur=longueur)


def _offset(reponse: httpx2.Response, adresse: str) -> int:
    texte = reponse.headers.get("Upload-Offset", "")
    if not (texte.isascii() and texte.isdigit() and len(texte) < 17):
        raise ReponseInattendue(f"{host(adresse)} ne dit pas ce qu'il a reçu : vérifier l'adresse du serveur.")
    return int(texte)


def _sha256(fichier: Path) -> str:
    with fichier.open("rb") as ouvert:
        return hashlib.file_digest(ouvert, "sha256").hexdigest()
