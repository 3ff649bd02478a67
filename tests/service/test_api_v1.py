"""Our own API: firm-scoped, paged, exact, its errors as problem+json. SQLite and PostgreSQL."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ecritures.imports.limits import Limits
from serveurs.api import BANCALE, CODE, DOMAIN, FEC, V1, VENTE, Essai, mouvement, open_essai, tra

DOSSIER = f"{V1}/dossiers/{CODE}"


@pytest.fixture
def essai(base: Any, tmp_path: Path) -> Iterator[Essai]:
    with open_essai(base.url, tmp_path / "donnees") as ouvert:
        yield ouvert


@pytest.fixture
def local(tmp_path: Path) -> Iterator[Essai]:
    with open_essai(f"sqlite:///{tmp_path}/api.sqlite", tmp_path / "donnees") as ouvert:
        yield ouvert


def get(essai: Essai, chemin: str, **parametres: Any) -> dict[str, Any]:
    reponse = essai.client.get(chemin, params=parametres, headers=essai.cles)
    assert reponse.status_code == 200, reponse.text
    return dict(reponse.json())


def problem(essai: Essai, methode: str, chemin: str, statut: int, code: str, **envoi: Any) -> dict[str, Any]:
    reponse = essai.client.request(methode, chemin, headers={**essai.cles, **envoi.pop("headers", {})}, **envoi)
    assert reponse.status_code == statut, reponse.text
    assert reponse.headers["content-type"] == "application/problem+json"
    recu = dict(reponse.json())
    assert set(recu) - {"erreurs"} == {"type", "title", "status", "detail", "code"}
    assert (recu["status"], recu["code"], recu["type"]) == (statut, code, f"urn:ecritures:erreur:{code}")
    return recu


def imported(essai: Essai, octets: bytes, route: str = "importTra", nom: str = "ventes.tra") -> str:
    import_id = essai.ask(route, codeIbs=CODE, URI=essai.deposit(nom, octets))
    essai.work(import_id)
    return import_id


def pages(essai: Essai, chemin: str, liste: str, **parametres: Any) -> list[list[dict[str, Any]]]:
    """Every page, following the cursors."""
    lues, suivant = [], None
    while True:
        page = get(essai, chemin, **parametres, **({} if suivant is None else {"apres": suivant}))
        lues.append(page[liste])
        suivant = page["suivant"]
        if suivant is None:
            return lues


def test_a_dossier_is_created_read_and_listed(essai: Essai) -> None:
    nouveau = {"code_ibs": "NEUF", "libelle": "Société neuve", "siren": "552100554", "creations": {"tiers": False}}
    reponse = essai.client.post(f"{V1}/dossiers", json=nouveau, headers=essai.cles)
    assert reponse.status_code == 201
    attendu = {**nouveau, "creations": {"journaux": True, "comptes": True, "tiers": False}, "doublons": "accepter"}
    assert reponse.json() == attendu == get(essai, f"{V1}/dossiers/neuf")
    assert [d["code_ibs"] for d in get(essai, f"{V1}/dossiers")["dossiers"]] == [CODE, "NEUF"]
    assert [[d["code_ibs"] for d in page] for page in pages(essai, f"{V1}/dossiers", "dossiers", limite=1)] == [
        [CODE],
        ["NEUF"],
    ]
    problem(essai, "POST", f"{V1}/dossiers", 409, "dossier.existant", json={"code_ibs": "neuf"})
    problem(essai, "POST", f"{V1}/dossiers", 422, "dossier.invalide", json={"code_ibs": "a b"})
    problem(essai, "POST", f"{V1}/dossiers", 422, "dossier.invalide", json={"code_ibs": "B", "siren": "123456789"})


def test_an_exercice_is_opened_once_and_listed(essai: Essai) -> None:
    exercice = {"code": "2027", "debut": "2027-01-01", "fin": "2027-12-31", "libelle": "Exercice 2027"}
    reponse = essai.client.post(f"{DOSSIER}/exercices", json=exercice, headers=essai.cles)
    ouvert = {**exercice, "est_clos": False, "valide_jusqu_a": None}
    assert (reponse.status_code, reponse.json()) == (201, ouvert)
    assert get(essai, f"{DOSSIER}/exercices")["exercices"][-1] == ouvert
    problem(essai, "POST", f"{DOSSIER}/exercices", 409, "exercice.existant", json={**exercice, "code": "2027B"})
    envers = {"code": "X", "debut": "2030-12-31", "fin": "2030-01-01"}
    problem(essai, "POST", f"{DOSSIER}/exercices", 422, "exercice.invalide", json=envers)


def test_the_books_are_read_page_by_page_to_the_centime(essai: Essai) -> None:
    lignes = []
    for jour in range(1, 8):
        montant = f"{jour},{jour:02}"
        lignes += [
            mouvement("411000", "D", montant, jour=f"{jour:02}012026", tiers="CLI001"),
            mouvement("707000", "C", montant, jour=f"{jour:02}012026"),
        ]
    import_id = imported(essai, tra(lignes))
    total = sum(jour * 101 for jour in range(1, 8))
    balance = get(essai, f"{DOSSIER}/balance", exercice="2026")
    assert [
        (c["compte"], c["debit_centimes"], c["credit_centimes"], c["solde_centimes"], c["nombre"])
        for c in balance["comptes"]
    ] == [
        ("411000", total, 0, total, 7),
        ("707000", 0, total, -total, 7),
    ]
    assert balance["debit_centimes"] == balance["credit_centimes"] == total
    une = get(essai, f"{DOSSIER}/balance", limite=1)
    assert (len(une["comptes"]), une["suivant"], une["debit_centimes"]) == (1, "411000", total)
    assert get(essai, f"{DOSSIER}/balance", debut="2026-01-03", fin="2026-01-04")["debit_centimes"] == 7 * 101
    assert get(essai, f"{DOSSIER}/balance", exercice="2025")["comptes"] == []

    grand_livre = pages(essai, f"{DOSSIER}/comptes/411000/lignes", "lignes", limite=3)
    assert [len(page) for page in grand_livre] == [3, 3, 1]
    assert [ligne["solde_centimes"] for page in grand_livre for ligne in page] == [
        sum(101 * j for j in range(1, n + 1)) for n in range(1, 8)
    ]
    journal = [ligne for page in pages(essai, f"{DOSSIER}/journaux/VEN/lignes", "lignes", limite=5) for ligne in page]
    assert [ligne["numero_ligne"] for ligne in journal] == list(range(2, 16))
    assert {(ligne["recu"], ligne["exercice"], ligne["journal"]) for ligne in journal} == {(1, "2026", "VEN")}
    du_3 = get(essai, f"{DOSSIER}/journaux/VEN/lignes", debut="2026-01-03", fin="2026-01-03")["lignes"]
    assert [(ligne["date"], ligne["tiers"]) for ligne in du_3] == [("2026-01-03", "CLI001"), ("2026-01-03", None)]
    assert [j["code"] for j in get(essai, f"{DOSSIER}/journaux")["journaux"]] == ["VEN"]
    assert [c["numero"] for page in pages(essai, f"{DOSSIER}/comptes", "comptes", limite=1) for c in page] == [
        "411000",
        "707000",
    ]
    (recu,) = get(essai, f"{DOSSIER}/recus")["recus"]
    assert (recu["rang"], recu["import_id"], recu["precedent"], recu["contenu"]["lignes"]) == (
        1,
        import_id,
        "0" * 64,
        14,
    )
    assert get(essai, f"{DOSSIER}/recus", apres=1) == {"recus": [], "suivant": None}

    imported(essai, tra([mouvement("512000", "D", "5,00"), mouvement("411000", "C", "5,00")]))
    totaux = [get(essai, f"{DOSSIER}/balance", limite=1, apres=apres) for apres in ("", "411000", "512000", "999999")]
    assert {(page["debit_centimes"], page["credit_centimes"]) for page in totaux} == {(total + 500, total + 500)}
    assert [[c["compte"] for c in page["comptes"]] for page in totaux] == [["411000"], ["512000"], ["707000"], []]


def test_an_import_shows_its_state_its_report_and_never_its_url(essai: Essai) -> None:
    reussi = imported(essai, VENTE)
    attente = essai.ask("importFEC", codeIbs=CODE, URL="https://fichiers.example.org/fec.txt?sig=SECRET")
    detail = get(essai, f"{V1}/imports/{reussi}")
    assert (detail["etat"], detail["etat_libelle"], detail["dossier"], detail["format"]) == (
        3,
        "Terminé avec succès",
        CODE,
        "tra",
    )
    assert detail["compte_rendu"]["fichier"]["debit_centimes"] == 12_000
    assert len(detail["sha256"]) == 64
    assert detail["taille_octets"] == len(VENTE)
    reponse = essai.client.get(f"{V1}/imports/{attente}", headers=essai.cles)
    assert reponse.json()["compte_rendu"] is None
    assert "SECRET" not in reponse.text
    assert [i["id"] for i in get(essai, f"{V1}/imports")["imports"]] == [attente, reussi]
    assert [[i["id"] for i in page] for page in pages(essai, f"{V1}/imports", "imports", limite=1, dossier=CODE)] == [
        [attente],
        [reussi],
    ]


def test_findings_are_paged_in_file_order_and_filtered_by_code(essai: Essai) -> None:
    import_id = imported(
        essai,
        tra([mouvement("411000", "Z", "12,00"), mouvement("707000", "C", "1x,00"), mouvement("707000", "C", "12,00")]),
    )
    detail = get(essai, f"{V1}/imports/{import_id}")
    assert detail["etat"] == 4
    tous = [c for page in pages(essai, f"{V1}/imports/{import_id}/constats", "constats", limite=1) for c in page]
    assert len(tous) == detail["compte_rendu"]["constats"]["total"] >= 2
    assert [c["rang"] for c in tous] == list(range(1, len(tous) + 1))
    for constat in tous:
        assert constat["message"]
        assert constat["remede"]
    un = tous[-1]
    filtre = get(essai, f"{V1}/imports/{import_id}/constats", code=un["id"])["constats"]
    assert filtre == [c for c in tous if c["id"] == un["id"]]
    assert get(essai, f"{V1}/imports/{import_id}/constats", code="aucune.regle") == {"constats": [], "suivant": None}


def test_another_firm_s_objects_are_those_of_nobody(essai: Essai) -> None:
    import_id = imported(essai, VENTE)
    essai.ports.dossiers.creer("AUTRECABINET", "AUTRE", "Autre")
    autres = essai.keys("AUTRECABINET")
    for chemin, code in (
        (f"{DOSSIER}", "dossier.inconnu"),
        (f"{DOSSIER}/balance", "dossier.inconnu"),
        (f"{DOSSIER}/recus", "dossier.inconnu"),
        (f"{V1}/imports/{import_id}", "import.inconnu"),
        (f"{V1}/imports/{import_id}/constats", "import.inconnu"),
    ):
        refus = problem(essai, "GET", chemin, 404, code, headers=autres)
        inconnu = problem(essai, "GET", chemin.replace(CODE, "NULLEPART").replace(import_id, "0" * 36), 404, code)
        assert refus["detail"].replace(CODE, "").replace(import_id, "") == inconnu["detail"].replace(
            "NULLEPART", ""
        ).replace("0" * 36, "")
    problem(essai, "GET", f"{V1}/imports?dossier={CODE}", 404, "dossier.inconnu", headers=autres)
    problem(essai, "GET", f"{V1}/imports?apres={import_id}", 422, "curseur.invalide", headers=autres)
    assert essai.client.get(f"{V1}/imports", headers=autres).json() == {"imports": [], "suivant": None}
    assert [d["code_ibs"] for d in essai.client.get(f"{V1}/dossiers", headers=autres).json()["dossiers"]] == ["AUTRE"]


def test_a_key_of_some_dossiers_sees_these_only(essai: Essai) -> None:
    autre = essai.ports.dossiers.creer(DOMAIN, "AUTRE", "Autre")
    ici = [imported(essai, VENTE) for _ in range(3)]
    la = essai.client.post(
        "/importTra", json={"codeIbs": "AUTRE", "URL": "https://a.example.org/b.tra"}, headers=essai.cles
    ).json()
    limitee = essai.keys(DOMAIN, [autre.dossier])
    vus = essai.client.get(f"{V1}/imports", params={"limite": 1}, headers=limitee).json()
    assert [i["id"] for i in vus["imports"]] == [la["accountingImportRequestId"]]
    assert vus["suivant"] is None
    problem(essai, "GET", f"{V1}/imports/{ici[0]}", 404, "import.inconnu", headers=limitee)
    problem(essai, "GET", f"{DOSSIER}/balance", 403, "dossier.acces_refuse", headers=limitee)
    problem(essai, "POST", f"{V1}/dossiers", 403, "dossier.acces_refuse", headers=limitee, json={"code_ibs": "Z"})


def test_a_preflight_checks_with_the_dossier_s_settings_and_keeps_nothing(essai: Essai) -> None:
    avant = essai.ports.livres.empreinte(essai.dossier.dossier)
    chemin = f"{DOSSIER}/preflight"
    brut = essai.client.post(chemin, params={"nom_fichier": "ventes.tra"}, content=VENTE, headers=essai.cles)
    formulaire = essai.client.post(chemin, files={"fichier": ("ventes.tra", VENTE)}, headers=essai.cles)
    assert brut.status_code == formulaire.status_code == 200, brut.text
    assert brut.json() == formulaire.json()
    rendu = brut.json()
    assert (rendu["fichier"], rendu["format"], rendu["verdict"], rendu["lignes"]) == (
        "ventes.tra",
        "tra",
        "conforme",
        3,
    )
    assert rendu["debit_centimes"] == rendu["credit_centimes"] == 12_000
    assert "regime" not in rendu
    fec = essai.client.post(
        chemin, params={"nom_fichier": "812345676FEC20261231.txt"}, content=FEC, headers=essai.cles
    ).json()
    assert (fec["format"], fec["lignes"]) == ("fec", 2)
    hors = tra([mouvement("411000", "D", "1,00", jour="15011999"), mouvement("707000", "C", "1,00", jour="15011999")])
    for octets in (BANCALE, hors):
        rendu = essai.client.post(chemin, content=octets, headers=essai.cles).json()
        assert rendu["verdict"] == "non_conforme"
        assert rendu["constats"]["total"] == sum(rendu["constats"]["par_code"].values()) >= 1
    assert (
        essai.client.post(chemin, params={"format": "fec"}, content=VENTE, headers=essai.cles).json()["verdict"]
        == "illisible"
    )
    assert essai.ports.livres.empreinte(essai.dossier.dossier) == avant
    assert get(essai, f"{V1}/imports")["imports"] == []


def test_a_preflight_refuses_what_it_cannot_take(local: Essai) -> None:
    chemin = f"{DOSSIER}/preflight"
    problem(local, "POST", chemin, 422, "format.inconnu", content=b"bonjour")
    problem(local, "POST", f"{chemin}?format=xml", 422, "requete.invalide", content=VENTE)
    problem(
        local, "POST", chemin, 400, "corps.illisible", content=b"abc", headers={"content-type": "multipart/form-data"}
    )
    problem(
        local,
        "POST",
        chemin,
        400,
        "corps.illisible",
        content=b"abc",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )
    problem(local, "POST", chemin, 400, "corps.illisible", files={"autre": ("a.tra", VENTE)})
    problem(local, "POST", f"{V1}/dossiers/INCONNU/preflight", 404, "dossier.inconnu", content=VENTE)


def test_an_archive_that_is_refused_says_why_without_a_format(local: Essai) -> None:
    tampon = io.BytesIO()
    with zipfile.ZipFile(tampon, "w") as archive:
        archive.writestr("../../etc/passwd", VENTE)
    lu = local.client.post(f"{DOSSIER}/preflight", headers=local.cles, content=tampon.getvalue()).json()
    assert (lu["format"], lu["verdict"]) == (None, "illisible")
    (constat,) = lu["constats"]["liste"]
    assert constat["id"].startswith("archive.") or constat["id"].startswith("fichier."), constat
    assert "passwd" in constat["message"] or "nom" in constat["message"]


def test_a_file_too_large_for_a_preflight_is_refused_however_it_comes(tmp_path: Path) -> None:
    with open_essai(
        f"sqlite:///{tmp_path}/petit.sqlite", tmp_path / "d", limits=Limits(fichier_taille_octets_max=1000)
    ) as essai:
        chemin, gros = f"{DOSSIER}/preflight", b"x" * 200_000
        problem(essai, "POST", chemin, 413, "corps.trop_gros", content=gros)
        problem(essai, "POST", chemin, 413, "corps.trop_gros", content=iter([gros]))
        problem(essai, "POST", chemin, 413, "corps.trop_gros", files={"fichier": ("a.tra", gros)})


def test_keys_come_before_anything_else(local: Essai) -> None:
    for methode, chemin in (
        ("GET", f"{V1}/dossiers"),
        ("POST", f"{V1}/dossiers"),
        ("POST", f"{DOSSIER}/preflight"),
        ("GET", f"{V1}/imports/x"),
    ):
        for cles, code in (
            ({"Ocp-Apim-Subscription-Key": "", "x-apikey": ""}, "abonnement.absent"),
            ({"Ocp-Apim-Subscription-Key": "faux"}, "abonnement.invalide"),
            ({"x-apikey": ""}, "cle.absente"),
            ({"x-apikey": "a:b"}, "cle.invalide"),
        ):
            problem(local, methode, chemin, 401, code, headers=cles, content=b"{")


def test_invalid_requests_are_named_by_place_without_their_values(local: Essai) -> None:
    refus = problem(
        local,
        "POST",
        f"{V1}/dossiers",
        422,
        "requete.invalide",
        json={"code_ibs": 7, "libele": "SECRET", "creations": {"tiers": "SECRET"}},
    )
    assert {e["champ"] for e in refus["erreurs"]} == {"corps.code_ibs", "corps.libele", "corps.creations.tiers"}
    assert "SECRET" not in repr(refus)
    problem(
        local,
        "POST",
        f"{DOSSIER}/exercices",
        422,
        "requete.invalide",
        json={"code": "X", "debut": "SECRET", "fin": "2026-12-31"},
    )
    problem(local, "POST", f"{V1}/dossiers", 413, "corps.trop_gros", json={"code_ibs": "B", "libelle": "x" * 100_000})
    for octets in (b"{", b"", b"\xff", b"[" * 50_000):
        problem(local, "POST", f"{V1}/dossiers", 400, "corps.illisible", content=octets)
    for suite in ("limite=0", "limite=1001", "limite=x", "apres=pas-un-guid"):
        problem(local, "GET", f"{V1}/imports?{suite}", 422, "requete.invalide")
    for chemin in (f"{DOSSIER}/comptes/411000/lignes", f"{DOSSIER}/journaux/VEN/lignes"):
        problem(local, "GET", f"{chemin}?apres=faux", 422, "curseur.invalide")
        problem(local, "GET", f"{chemin}?debut=hier", 422, "requete.invalide")


def test_what_is_not_in_the_dossier_is_not_found(local: Essai) -> None:
    problem(local, "GET", f"{DOSSIER}/comptes/411000/lignes", 404, "compte.inconnu")
    problem(local, "GET", f"{DOSSIER}/journaux/A%2FB/lignes", 404, "journal.inconnu")
    problem(local, "GET", f"{DOSSIER}/balance?exercice=1900", 404, "exercice.inconnu")
    problem(local, "GET", f"{V1}/dossiers/%00", 404, "dossier.inconnu")
    problem(local, "GET", f"{V1}/nulle-part", 404, "route.inconnue")
    reponse = local.client.delete(f"{V1}/dossiers", headers=local.cles)
    assert (reponse.status_code, reponse.headers["allow"], reponse.json()["code"]) == (
        405,
        "GET, POST",
        "route.methode",
    )


def test_bounds_of_dates_do_not_break_the_balance(local: Essai) -> None:
    assert get(local, f"{DOSSIER}/balance", debut="0001-01-01", fin="9999-12-31")["comptes"] == []
