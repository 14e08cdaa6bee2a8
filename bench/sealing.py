"""Documents: PDFs a second and core, how much faster than WeasyPrint, sealing with EC and RSA keys.

WeasyPrint isn't among Solmu's packages; where it can be imported, it makes an equal document in the
same run: `.venv/bin/pip install weasyprint` before `make bench`.
"""

import importlib.util
import itertools
import json
import logging
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

Emit = Callable[[str, float, str, int], None]
SECONDS = 3
FONTS = Path(__file__).resolve().parent.parent / "solmu" / "documents" / "fonts"

_numbers = itertools.count(1000)
_WORDS = (
    "Osapuolet kehittävät yhdessä työelämässä tapahtuvaa oppimista ja ennakoivat osaamistarpeita. "
    "Kumppani nimeää jokaiselle opiskelijalle vastuullisen työpaikkaohjaajan ja oppilaitos "
    "kouluttaa hänet. Yhteistyön tuloksia arvioidaan vuosittain yhteisessä kokouksessa. "
)


def run(url: str, emit: Emit) -> None:
    """Measure in a process of its own, which has nothing but the documents to do."""
    told = subprocess.run(
        [sys.executable, "-m", "bench.sealing"],
        env=os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "solmu.settings"},
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for line in told.splitlines():
        emit(*json.loads(line))


def content(clauses: int) -> dict[str, Any]:
    """What an agreement says; each is another one, since typst remembers what it has laid out."""
    n = next(_numbers)
    return {
        "title": "Työelämäkumppanuus",
        "kind": "work_life",
        "languages": ["fi"],
        "prevailing": "fi",
        "case_number": "12/00.04/2026",
        "parties": [
            {"name": "Ammattiopisto Esimerkki", "business_id": "1234567-1", "called": "Oppilaitos",
             "contact": "Aino Esimerkki"},
            {"name": f"Kuutamo {n} Oy", "business_id": "7654321-4", "called": "Kumppani",
             "contact": "Onni Esimerkki"},
        ],
        "clauses": [
            {"key": f"c{number}", "kind": kind, "confidential": False,
             "title": {"fi": f"Sopimuskohta {number}"},
             "text": {"fi": f"{n}. {_WORDS * 2}\n\n{_WORDS}{n + number}."}}
            for number, kind in enumerate(["parties", "goals", "duties", *["text"] * clauses])
        ][: clauses + 3 if clauses else 1],
        "goals": [
            {"title": f"Tavoite {number}", "organisation": "Kuutamo Oy",
             "indicators": [{"name": "paikkoja", "unit": "kpl", "baseline": "2", "target": "10"}]}
            for number in range(4)
        ],
        "duties": [
            {"organisation": "Kuutamo Oy", "text": "Nimeää ohjaajat", "due_on": "2026-09-01"}
            for _duty in range(4)
        ],
    }  # fmt: skip


def certificate_of(n: int) -> Any:
    """A certificate that is in no database."""
    organisation = Organisation(name_fi="Aikuiskoulutuskeskus Esimerkki")
    programme = Programme(institution=Institution(organisation=organisation))
    return Certificate(
        pk=n,
        enrolment=Enrolment(programme=programme),
        name=f"Matti Meikäläinen {n}",
        programme_name="Työpaikkaohjaajan verkkokoulutus",
        language="fi",
        hours=7,
        parts=[
            "Työpaikkaohjaamisen perusteet",
            "Ammatillinen koulutus ja tutkintojärjestelmä",
            "Työssä tapahtuva oppiminen",
            "Palautteen antaminen",
        ],
    )


def _measure() -> None:
    signed = [
        document.Signed(party, name, "rehtori", "koodi sähköpostiin", datetime.now(UTC))
        for party, name in (("Ammattiopisto Esimerkki", "Aino"), ("Kuutamo Oy", "Onni"))
    ]
    record = [
        {"number": number, "kind": "signed", "facts": {"a": "b" * 200}} for number in range(8)
    ]

    def proof() -> document.Proof:
        code = sealing.new_code()
        return document.Proof(code, f"http://127.0.0.1/verify/{code}/", record)

    def agreement() -> bytes:
        return document.pdf(content(9), version=1, signatures=signed, proof=proof())

    def page() -> bytes:
        return document.pdf(content(0), version=1, signatures=signed, proof=proof())

    def certificate() -> bytes:
        return certificates.pdf(certificate_of(next(_numbers)), sealing.new_code())

    with tempfile.TemporaryDirectory() as folder:
        made = keys.make("Ammattiopisto Esimerkki")
        other = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        files = {
            "EC P-256": keys.write(made, Path(folder)),
            "RSA 3072": keys.write(keys.Packed(other, _certificate(other)), Path(folder)),
        }

        def seal(pdf: bytes, key: str = "EC P-256") -> bytes:
            return pades.seal(
                pdf, files[key], reason="Signed agreement", name="Ammattiopisto Esimerkki",
                contact="http://127.0.0.1:8000/verify/ABCD-EFGH-JKLM-NPQR/",
            )  # fmt: skip

        four = agreement()
        sealed = seal(four)
        ours = _tell("agreement of 4 pages", agreement)
        _tell("page with a code", page)
        _tell("certificate", certificate)
        _tell("certificate, sealed", lambda: seal(certificate()))
        for key in files:
            _tell(f"sealing with {key}", lambda key=key: seal(four, key))
        _tell("page with a code, sealed", lambda: seal(page()))
        _tell("agreement of 4 pages, sealed", lambda: seal(agreement()))
        _tell("checking a seal", lambda: pades.check(sealed), "files/s/core")
    if importlib.util.find_spec("weasyprint"):
        logging.disable(logging.INFO)
        weasyprint = importlib.import_module("weasyprint")
        theirs = _tell(
            "agreement of 4 pages by WeasyPrint",
            lambda: weasyprint.HTML(string=_html(content(9))).write_pdf(pdf_variant="pdf/a-3a"),
        )
        _print("agreement of 4 pages: times as fast as WeasyPrint", ours / theirs, "times", 1)


def _tell(name: str, make: Callable[[], object], unit: str = "PDFs/s/core") -> float:
    """How many a second of this process's CPU, after a warm-up."""
    make()
    make()
    began, count = time.process_time(), 0
    while time.process_time() - began < SECONDS:
        make()
        count += 1
    rate = count / (time.process_time() - began)
    _print(name, rate, unit, count)
    return rate


def _print(*result: object) -> None:
    print(json.dumps(result), flush=True)


def _certificate(key: rsa.RSAPrivateKey) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ammattiopisto Esimerkki")])
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=9))
        .sign(key, hashes.SHA256())
    )


def _html(said: dict[str, Any]) -> str:
    """An equal document for WeasyPrint: the same words, tables and typeface."""
    fonts = "".join(
        f"@font-face {{ font-family: A; font-weight: {weight};"
        f" src: url({(FONTS / f'AtkinsonHyperlegibleNext-{name}.ttf').as_uri()}) }}"
        for weight, name in ((400, "Regular"), (700, "Bold"))
    )
    rows = "".join(
        f"<tr><td>{goal['title']}<td>{goal['organisation']}<td>paikkoja (kpl)<td>2<td>10"
        for goal in said["goals"]
    )
    parts = [
        f"<h2>{number}. {clause['title']['fi']}</h2>"
        + "".join(f"<p>{text}</p>" for text in clause["text"]["fi"].split("\n\n"))
        + (f"<table>{rows}</table>" if number <= 3 else "")
        for number, clause in enumerate(said["clauses"], start=1)
    ]
    return (
        f"<html lang=fi><head><title>{said['title']}</title><style>{fonts}"
        "@page { size: A4; margin: 24mm; @bottom-right { content: counter(page) } }"
        "body { font: 10.5pt/1.4 A; hyphens: auto } table { width: 100% }"
        f"</style><body><h1>{said['title']}</h1>{''.join(parts)}</body></html>"
    )


if __name__ == "__main__":
    django.setup()
    from solmu.agreements import document
    from solmu.organisations.models import Institution, Organisation
    from solmu.sealing import keys, pades, sealing
    from solmu.training.certificates import document as certificates
    from solmu.training.certificates.models import Certificate
    from solmu.training.models import Enrolment, Programme

    _measure()
