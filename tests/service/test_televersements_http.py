"""Uploads by pieces: the offset is always true, nothing is doubled or lost, one upload makes one import."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ecritures.api.access import csrf_token
from ecritures.domain.errors import DecalageInattendu
from ecritures.imports.cabinet import Collaborateur
from ecritures.imports.limits import Limits
from ecritures.imports.televersements import MORCEAU_OCTETS_MAX, MORCEAU_OCTETS_MIN, OUVERTS_MAX
from serveurs.api import CODE, DOMAIN, SIRET, V1, VENTE, Essai, mouvement, open_essai, tra

ROUTE = f"{V1}/televersements"
TAILLE_MAX = 12 << 20
GROS = tra([mouvement("411000", "D", "120,00", tiers="CLI001"), mouvement("707000", "C", "120,00")] * 12_000)
"""About 5 MiB: more than one block of the server."""


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees", limits=Limits(fichier_taille_octets_max=TAILLE_MAX)) as ouvert:
        yield ouvert


def ouvre(essai: Essai, octets: bytes, **champs: Any) -> str:
    corps = {"dossier": CODE, "nom_fichier": "ventes.tra", "taille_octets": len(octets), **champs}
    reponse = essai.client.post(ROUTE, json=corps, headers=essai.cles)
    assert reponse.status_code == 201, reponse.text
    assert reponse.headers["Location"] == f"{ROUTE}/{reponse.json()['id']}"
    assert (reponse.headers["Upload-Offset"], reponse.headers["Upload-Length"]) == ("0", str(len(octets)))
    return str(reponse.json()["id"])


def envoie(essai: Essai, ident: str, octets: Any, debut: int, **entetes: str) -> Any:
    headers = {**essai.cles, "Upload-Offset": str(debut), "Content-Type": "application/offset+octet-stream", **entetes}
    return essai.client.patch(f"{ROUTE}/{ident}", content=octets, headers=headers)


def decalage(essai: Essai, ident: str) -> int:
    reponse = essai.client.head(f"{ROUTE}/{ident}", headers=essai.cles)
    assert reponse.status_code == 200
    assert reponse.headers["Cache-Control"] == "no-store"
    return int(reponse.headers["Upload-Offset"])


def importe(essai: Essai, ident: str, **params: str) -> Any:
    return essai.client.post(
        f"{V1}/imports", params={"dossier": CODE, "televersement": ident, **params}, headers=essai.cles
    )


def probleme(reponse: Any, statut: int, code: str) -> Any:
    assert (reponse.status_code, reponse.json()["code"]) == (statut, code), reponse.text
    return reponse


def reste(essai: Essai, donnees: Path) -> list[Path]:
    return [chemin for chemin in (donnees / "donnees" / "televersements").rglob("*") if chemin.is_file()]


def test_a_file_sent_by_pieces_is_the_file_and_its_import_is_posted(essai: Essai, tmp_path: Path) -> None:
    ident, debut = ouvre(essai, GROS, sha256=hashlib.sha256(GROS).hexdigest()), 0
    for taille in (MORCEAU_OCTETS_MIN, MORCEAU_OCTETS_MAX + 1, len(GROS)):
        morceau = GROS[debut : debut + taille]
        reponse = envoie(essai, ident, morceau, debut)
        debut += len(morceau)
        assert (reponse.status_code, reponse.headers["Upload-Offset"]) == (204, str(debut)), reponse.text
        assert decalage(essai, ident) == debut
    demande = importe(essai, ident, siret=SIRET)
    assert demande.status_code == 202, demande.text
    lu = demande.json()
    assert (lu["id"], lu["format"], lu["taille_octets"], lu["nom_fichier"]) == (ident, "tra", len(GROS), "ventes.tra")
    assert essai.ports.originaux.lire(lu["sha256"]) == GROS
    assert reste(essai, tmp_path) == [], "the bytes are kept once, among the originals"
    assert essai.client.get(f"{ROUTE}/{ident}", headers=essai.cles).json()["import_id"] == ident
    essai.work(ident)
    assert essai.status(ident)["status"] == 3


def test_one_upload_is_one_import_however_often_it_is_asked(essai: Essai) -> None:
    ident = ouvre(essai, VENTE)
    assert envoie(essai, ident, VENTE, 0).status_code == 204
    premiere = importe(essai, ident).json()
    for _ in range(2):
        assert importe(essai, ident).json() == premiere
    assert importe(essai, ident, format="tra").json() == premiere
    probleme(importe(essai, ident, format="fec"), 409, "televersement.deja_importe")
    probleme(importe(essai, ident, siret=SIRET), 409, "televersement.deja_importe")
    assert len(essai.ports.demandes.lister(DOMAIN)) == 1


def test_many_at_once_ask_for_its_import_and_get_the_same(essai: Essai) -> None:
    ident = ouvre(essai, VENTE)
    envoie(essai, ident, VENTE, 0)
    reponses: list[Any] = []
    fils = [threading.Thread(target=lambda: reponses.append(importe(essai, ident))) for _ in range(8)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert [r.status_code for r in reponses] == [202] * 8, [r.text for r in reponses]
    assert {r.json()["id"] for r in reponses} == {ident}
    assert len(essai.ports.demandes.lister(DOMAIN)) == 1


def test_a_wrong_offset_is_refused_with_the_true_one_and_changes_nothing(essai: Essai) -> None:
    ident = ouvre(essai, GROS)
    assert envoie(essai, ident, GROS[:MORCEAU_OCTETS_MIN], 0).status_code == 204
    for debut in (0, MORCEAU_OCTETS_MIN - 1, MORCEAU_OCTETS_MIN + 1, len(GROS)):
        refus = probleme(
            envoie(essai, ident, GROS[debut : debut + MORCEAU_OCTETS_MIN], debut), 409, "televersement.decalage"
        )
        assert refus.headers["Upload-Offset"] == str(MORCEAU_OCTETS_MIN)
    assert decalage(essai, ident) == MORCEAU_OCTETS_MIN


def test_of_two_pieces_at_the_same_place_the_first_counts_and_the_other_does_not_change_it(essai: Essai) -> None:
    registre, ident = essai.ports.televersements, ouvre(essai, GROS)
    un, autre = registre.deposer(ident, b"a" * 10), registre.deposer(ident, b"b" * 20)
    assert registre.compter(ident, 0, [autre]) == 20
    with pytest.raises(DecalageInattendu) as refus:
        registre.compter(ident, 0, [un])
    assert refus.value.recus_octets == 20
    registre.oublier(ident, [un])
    assert b"".join(registre.contenu(ident)) == b"b" * 20


def test_bytes_kept_before_a_crash_and_never_counted_are_sent_again_without_a_double(essai: Essai) -> None:
    ident = ouvre(essai, VENTE)
    essai.ports.televersements.deposer(ident, VENTE[:100])  # killed here, before the offset moved
    assert decalage(essai, ident) == 0
    assert envoie(essai, ident, VENTE, 0).status_code == 204
    assert essai.ports.originaux.lire(importe(essai, ident).json()["sha256"]) == VENTE


def test_a_piece_with_its_hash_is_taken_whole_or_not_at_all(essai: Essai, tmp_path: Path) -> None:
    ident = ouvre(essai, GROS)
    somme = base64.b64encode(hashlib.sha256(GROS).digest()).decode()
    altere = GROS[:-1] + b"x"
    probleme(envoie(essai, ident, altere, 0, **{"Upload-Checksum": f"sha256 {somme}"}), 422, "televersement.empreinte")
    assert decalage(essai, ident) == 0
    assert reste(essai, tmp_path) == []
    probleme(envoie(essai, ident, GROS, 0, **{"Upload-Checksum": "md5 AAAA"}), 422, "requete.invalide")
    assert envoie(essai, ident, GROS, 0, **{"Upload-Checksum": f"sha256 {somme}"}).status_code == 204
    assert decalage(essai, ident) == len(GROS)


def test_a_file_that_is_not_the_one_announced_is_not_imported(essai: Essai) -> None:
    ident = ouvre(essai, VENTE, sha256=hashlib.sha256(b"autre").hexdigest())
    envoie(essai, ident, VENTE, 0)
    probleme(importe(essai, ident), 422, "televersement.empreinte")
    assert essai.ports.demandes.lister(DOMAIN) == []


def test_what_is_not_finished_is_not_imported(essai: Essai) -> None:
    ident = ouvre(essai, GROS)
    envoie(essai, ident, GROS[:MORCEAU_OCTETS_MIN], 0)
    refus = probleme(importe(essai, ident, format="tra"), 409, "televersement.inacheve")
    assert str(MORCEAU_OCTETS_MIN) in refus.json()["detail"]


def test_bounds_are_held_before_and_during_the_sending(essai: Essai) -> None:
    corps = {"dossier": CODE, "nom_fichier": "a.tra", "taille_octets": TAILLE_MAX + 1}
    probleme(essai.client.post(ROUTE, json=corps, headers=essai.cles), 413, "fichier.trop_gros")
    for taille in (0, -1, "5", 1.5, None):
        envoi = essai.client.post(ROUTE, json={**corps, "taille_octets": taille}, headers=essai.cles)
        probleme(envoi, 422, "requete.invalide")
    ident = ouvre(essai, VENTE)
    probleme(envoie(essai, ident, VENTE + b"x", 0), 413, "corps.trop_gros")
    probleme(envoie(essai, ident, iter([VENTE, b"x"]), 0), 413, "corps.trop_gros")
    probleme(envoie(essai, ident, VENTE[:-1], 0), 422, "televersement.morceau_trop_petit")
    probleme(envoie(essai, ident, VENTE, 0, **{"Content-Type": "multipart/form-data; boundary=x"}), 415, "corps.type")
    sans = essai.client.patch(f"{ROUTE}/{ident}", content=VENTE, headers=essai.cles)
    probleme(sans, 422, "requete.invalide")
    assert decalage(essai, ident) == 0
    assert envoie(essai, ident, b"", 0).status_code == 204, "an empty piece asks where we are"
    assert envoie(essai, ident, VENTE, 0).status_code == 204


def test_another_firm_or_dossier_cannot_tell_it_from_one_that_does_not_exist(essai: Essai) -> None:
    ident = ouvre(essai, VENTE)
    autre = essai.ports.dossiers.creer(DOMAIN, "DEUX", "")
    for cles in (essai.keys("AUTRE"), essai.keys(DOMAIN, [autre.dossier])):
        for cible in (ident, str(uuid4())):
            for methode in ("GET", "DELETE", "PATCH"):
                headers = {**cles, "Upload-Offset": "0"}
                reponse = essai.client.request(methode, f"{ROUTE}/{cible}", headers=headers)
                probleme(reponse, 404, "televersement.inconnu")
    params = {"dossier": "DEUX", "televersement": ident}
    envoi = essai.client.post(f"{V1}/imports", params=params, headers=essai.cles)
    probleme(envoi, 404, "televersement.inconnu")
    assert decalage(essai, ident) == 0


def test_a_person_signed_in_sends_by_pieces_and_a_reader_does_not(essai: Essai) -> None:
    for role, statut in (("collaborateur", 201), ("lecture", 403)):
        essai.ports.personnes.creer(DOMAIN, Collaborateur(role, "", "X", role))
        cookie = essai.ports.sessions.ouvrir(DOMAIN, role, duree_s=600)
        entetes = {"cookie": f"ecritures_session={cookie}", "x-csrf-token": csrf_token(cookie)}
        corps = {"dossier": CODE, "nom_fichier": "a.tra", "taille_octets": len(VENTE)}
        ouvert = essai.client.post(ROUTE, json=corps, headers=entetes)
        assert ouvert.status_code == statut, ouvert.text
        if statut == 201:
            adresse = f"{ROUTE}/{ouvert.json()['id']}"
            sans_jeton = {"cookie": entetes["cookie"], "Upload-Offset": "0"}
            probleme(essai.client.patch(adresse, content=VENTE, headers=sans_jeton), 403, "csrf.invalide")
            envoi = essai.client.patch(adresse, content=VENTE, headers={**entetes, "Upload-Offset": "0"})
            assert envoi.status_code == 204


def test_what_is_given_up_or_expired_is_gone_with_its_bytes(essai: Essai, tmp_path: Path) -> None:
    abandonne, expire = ouvre(essai, GROS), ouvre(essai, GROS)
    for ident in (abandonne, expire):
        envoie(essai, ident, GROS[:MORCEAU_OCTETS_MIN], 0)
    essai.ports.televersements.deposer(expire, b"never counted")
    assert essai.client.delete(f"{ROUTE}/{abandonne}", headers=essai.cles).status_code == 204
    probleme(essai.client.get(f"{ROUTE}/{abandonne}", headers=essai.cles), 404, "televersement.inconnu")
    demain = datetime.now(UTC) + timedelta(days=3)
    assert essai.ports.televersements.purger(datetime.now(UTC), datetime.now(UTC) - timedelta(days=2)) == 0
    assert decalage(essai, expire) == MORCEAU_OCTETS_MIN
    assert essai.ports.televersements.purger(demain, demain) == 1
    probleme(envoie(essai, expire, GROS, 0), 404, "televersement.inconnu")
    assert reste(essai, tmp_path) == []


def test_a_firm_has_a_bounded_number_of_unfinished_uploads(essai: Essai) -> None:
    premier = ouvre(essai, VENTE)
    for _ in range(OUVERTS_MAX - 1):
        ouvre(essai, VENTE)
    corps = {"dossier": CODE, "nom_fichier": "a.tra", "taille_octets": 10}
    probleme(essai.client.post(ROUTE, json=corps, headers=essai.cles), 409, "televersement.trop")
    envoie(essai, premier, VENTE, 0)
    assert essai.client.post(ROUTE, json=corps, headers=essai.cles).status_code == 201


def test_an_opening_sent_again_with_its_key_is_the_same_upload(essai: Essai) -> None:
    corps = {"dossier": CODE, "nom_fichier": "a.tra", "taille_octets": 10}
    cles = {**essai.cles, "Idempotency-Key": "ouverture"}
    idents = {essai.client.post(ROUTE, json=corps, headers=cles).json()["id"] for _ in range(3)}
    assert len(idents) == 1
