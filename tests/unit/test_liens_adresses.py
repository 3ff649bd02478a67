"""Which addresses a link may lead to."""

from __future__ import annotations

import ipaddress
import time

import httpcore2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecritures.domain.errors import LienInjoignable, LienRefuse
from ecritures.storage.adresses import ReseauGarde, is_allowed

PRIVEES = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.8.8.8",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::7f00:1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:169.254.169.254",
    "::ffff:0:127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::808:808",
    "100::1",
    "2001::1",
    "2001:0:7f00:1::",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:a9fe:a9fe::1",
    "2002:c0a8:101::1",
    "3fff::1",
    "4000::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fec0::1",
    "ff02::1",
]
PUBLIQUES = [
    "1.1.1.1",
    "20.60.1.1",
    "99.255.255.255",
    "100.128.0.1",
    "172.15.0.1",
    "172.32.0.1",
    "192.1.0.1",
    "223.255.255.255",
    "2606:4700::1111",
    "2a01:e0a::1",
    "::ffff:1.1.1.1",
    "64:ff9b::101:101",
    "2002:101:101::1",
]


@pytest.mark.parametrize("adresse", PRIVEES)
def test_a_private_or_reserved_address_is_refused(adresse: str) -> None:
    assert not is_allowed(ipaddress.ip_address(adresse))


@pytest.mark.parametrize("adresse", PUBLIQUES)
def test_a_public_address_is_allowed(adresse: str) -> None:
    assert is_allowed(ipaddress.ip_address(adresse))


@given(st.ip_addresses())
def test_nothing_python_knows_as_private_is_allowed(adresse: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    if (
        adresse.is_private
        or adresse.is_loopback
        or adresse.is_link_local
        or adresse.is_multicast
        or adresse.is_reserved
    ):
        mappee = isinstance(adresse, ipaddress.IPv6Address) and (
            adresse.ipv4_mapped or adresse in ipaddress.ip_network("64:ff9b::/96")
        )
        assert mappee or not is_allowed(adresse)


@given(st.ip_addresses(v=4))
def test_an_address_hidden_in_ipv6_is_judged_as_itself(adresse: ipaddress.IPv4Address) -> None:
    numero = int(adresse)
    for cachee in ((0xFFFF << 32) | numero, (0x64FF9B << 96) | numero, (0x2002 << 112) | (numero << 80) | 1):
        assert is_allowed(ipaddress.IPv6Address(cachee)) == is_allowed(adresse)


def test_only_the_networks_of_the_setting_are_opened() -> None:
    admis = [ipaddress.ip_network("10.1.0.0/16"), ipaddress.ip_network("fd12::/16")]
    permises = ["10.1.2.3", "fd12::1", "::ffff:10.1.2.3", "1.1.1.1"]
    refusees = ["10.2.0.1", "fd13::1", "127.0.0.1", "169.254.169.254", "2002:a01:203::1"]
    assert [is_allowed(ipaddress.ip_address(a), admis) for a in permises] == [True] * 4
    assert [is_allowed(ipaddress.ip_address(a), admis) for a in refusees] == [False] * 5


def _reseau(*adresses: str) -> ReseauGarde:
    return ReseauGarde((), time.monotonic() + 5, 1.0, lambda hote, port: adresses)


def test_one_private_address_among_those_of_a_name_refuses_it() -> None:
    with pytest.raises(LienRefuse, match=r"L'adresse de depot\.test n'est pas publique"):
        _reseau("1.1.1.1", "10.0.0.1").addresses("depot.test", 443)


def test_a_name_without_address_is_worth_another_try() -> None:
    with pytest.raises(LienInjoignable, match=r"depot\.test n'a pas d'adresse") as refus:
        _reseau().addresses("depot.test", 443)
    assert not refus.value.definitif


def test_the_zone_of_a_link_local_address_does_not_hide_it() -> None:
    with pytest.raises(LienRefuse):
        _reseau("fe80::1%eth0").addresses("depot.test", 443)


def test_a_name_is_asked_once_so_that_a_second_answer_changes_nothing() -> None:
    reponses = iter([["93.184.216.34"], ["127.0.0.1"]])
    reseau = ReseauGarde((), time.monotonic() + 5, 1.0, lambda hote, port: next(reponses))
    assert reseau.addresses("depot.test", 443) == reseau.addresses("depot.test", 443)


def test_a_resolver_that_hangs_is_left_after_the_wait_allowed() -> None:
    def sans_fin(hote: str, port: int) -> list[str]:
        time.sleep(60)
        return []

    debut = time.monotonic()
    with pytest.raises(httpcore2.ConnectTimeout):
        ReseauGarde((), debut + 100, 0.2, sans_fin).addresses("depot.test", 443)
    assert time.monotonic() - debut < 30
