"""The bank as a QTI 3.0 package: items, a test with a section a part, the manifest. Pure."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from xml.etree import ElementTree as ET

from solmu.training.exam.gift import Written

ITEM = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
MANIFEST = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
_ASI = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqti_asiv3p0_v1p0.xsd"
_PACKAGE = "https://purl.imsglobal.org/spec/qti/v3p0/schema/xsd/imsqtiv3p0_imscpv1p2_v1p0.xsd"
_TEMPLATE = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/match_correct.xml"
# The same files give the same package, whenever it is made.
_STAMP = (1980, 1, 1, 0, 0, 0)


def package(questions: Iterable[Written], *, title: str, language: str) -> bytes:
    """A zip of all questions in one language."""
    rows = list(questions)
    files = {f"items/{_name(one)}.xml": _item(one, language) for one in rows}
    files["test.xml"] = _test(rows, title)
    files["imsmanifest.xml"] = _manifest(rows)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in ("imsmanifest.xml", "test.xml", *sorted(n for n in files if "/" in n)):
            archive.writestr(zipfile.ZipInfo(name, _STAMP), files[name], zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _name(one: Written) -> str:
    """An identifier: letters, digits, no digit first."""
    return "q-" + re.sub(r"[^A-Za-z0-9_.-]", "-", one.key)


def _root(tag: str, schema: str, address: str, **facts: str) -> ET.Element:
    return ET.Element(
        tag,
        {"xmlns": schema, "xmlns:xsi": XSI, "xsi:schemaLocation": f"{schema} {address}", **facts},
    )


def _item(one: Written, language: str) -> bytes:
    root = _root("qti-assessment-item", ITEM, _ASI)
    root.attrib |= {
        "identifier": _name(one),
        "title": one.key,
        "adaptive": "false",
        "time-dependent": "false",
        "xml:lang": language,
    }
    response = ET.SubElement(
        root,
        "qti-response-declaration",
        {"identifier": "RESPONSE", "cardinality": "single", "base-type": "identifier"},
    )
    correct = ET.SubElement(response, "qti-correct-response")
    ET.SubElement(correct, "qti-value").text = _option(one.right)
    _outcome(root, "SCORE")
    if one.why:
        # Its default shows the explanation: match_correct sets nothing but the score.
        _outcome(root, "FEEDBACK", "identifier", "why")
    body = ET.SubElement(root, "qti-item-body")
    choice = ET.SubElement(
        body,
        "qti-choice-interaction",
        {"response-identifier": "RESPONSE", "shuffle": "true", "max-choices": "1"},
    )
    ET.SubElement(choice, "qti-prompt").text = one.text
    for at, option in enumerate(one.options):
        ET.SubElement(choice, "qti-simple-choice", {"identifier": _option(at)}).text = option
    ET.SubElement(root, "qti-response-processing", {"template": _TEMPLATE})
    if one.why:
        feedback = ET.SubElement(
            root,
            "qti-modal-feedback",
            {"outcome-identifier": "FEEDBACK", "identifier": "why", "show-hide": "show"},
        )
        content = ET.SubElement(feedback, "qti-content-body")
        ET.SubElement(content, "p").text = one.why
    return _written(root)


def _outcome(root: ET.Element, name: str, kind: str = "float", default: str = "0") -> None:
    outcome = ET.SubElement(
        root,
        "qti-outcome-declaration",
        {"identifier": name, "cardinality": "single", "base-type": kind},
    )
    ET.SubElement(ET.SubElement(outcome, "qti-default-value"), "qti-value").text = default


def _test(rows: list[Written], title: str) -> bytes:
    root = _root("qti-assessment-test", ITEM, _ASI, identifier="test", title=title)
    _outcome(root, "SCORE")
    part = ET.SubElement(
        root,
        "qti-test-part",
        {
            "identifier": "all",
            "navigation-mode": "nonlinear",
            "submission-mode": "simultaneous",
        },
    )
    for number in sorted({one.part for one in rows}):
        section = ET.SubElement(
            part,
            "qti-assessment-section",
            {"identifier": f"part-{number}", "title": f"Part {number}", "visible": "true"},
        )
        for one in rows:
            if one.part == number:
                facts = {"identifier": _name(one), "href": f"items/{_name(one)}.xml"}
                ET.SubElement(section, "qti-assessment-item-ref", facts)
    processing = ET.SubElement(root, "qti-outcome-processing")
    value = ET.SubElement(processing, "qti-set-outcome-value", {"identifier": "SCORE"})
    total = ET.SubElement(value, "qti-sum")
    ET.SubElement(total, "qti-test-variables", {"variable-identifier": "SCORE"})
    return _written(root)


def _manifest(rows: list[Written]) -> bytes:
    root = _root("manifest", MANIFEST, _PACKAGE, identifier="package")
    metadata = ET.SubElement(root, "metadata")
    ET.SubElement(metadata, "schema").text = "QTI Package"
    ET.SubElement(metadata, "schemaversion").text = "3.0.0"
    ET.SubElement(root, "organizations")
    resources = ET.SubElement(root, "resources")
    test = ET.SubElement(
        resources,
        "resource",
        {"identifier": "test", "type": "imsqti_test_xmlv3p0", "href": "test.xml"},
    )
    ET.SubElement(test, "file", {"href": "test.xml"})
    for one in rows:
        href = f"items/{_name(one)}.xml"
        facts = {"identifier": _name(one), "type": "imsqti_item_xmlv3p0", "href": href}
        ET.SubElement(ET.SubElement(resources, "resource", facts), "file", {"href": href})
        ET.SubElement(test, "dependency", {"identifierref": _name(one)})
    return _written(root)


def _option(place: int) -> str:
    return "ABCDEFGHIJ"[place]


def _written(root: ET.Element) -> bytes:
    ET.indent(root)
    made: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return made
