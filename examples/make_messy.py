"""Make the example spreadsheets: as messy as real ones, with partners that don't exist.

    .venv/bin/python examples/make_messy.py

Writes partners-messy.xlsx and partners-small.csv beside this file; the same bytes each time.
"""

import csv
import io
import random
import zipfile
from datetime import date, datetime
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.worksheet import Worksheet

HERE = Path(__file__).parent
FIXED = datetime(2026, 8, 17, 9, 0)

GROUPS = [("", 7), ("Yhteistyö", 4), ("Yhteyshenkilö", 4), ("", 5)]
HEADINGS = [
    "Nro", "Kumppani", "Y-tunnus ", "Paikkakunta", "Maa", "Rooli", "Kumppanuustaso",
    "Sisältö", "Teema", "Vastuuhenkilö", "Alkanut",
    "Nimi", "Titteli", "Sähköposti", "Puhelin",
    "Viim. yhteydenotto", "Tila", "Huomiot", "Autopaikka", "Laskutusviite",
]  # fmt: skip

# Words of tales and daydreams: nobody has a company of such a name.
TALES = [
    "Hattaran", "Satulinnan", "Kuvitelman", "Taikametsän", "Pilvilinnan", "Unelmalan", "Tarukosken",
    "Sepitelammen", "Olemattoman", "Keksityn", "Haavekulman", "Satumaan", "Aavemäen", "Lumotun",
    "Ihmevuoren", "Untuvaisen", "Kaukokaipuun", "Huisketuvan", "Tuulentupien", "Menninkäisen",
]  # fmt: skip
TRADES = [
    ("Konepaja Oy", "työelämä"), ("Rakennus Oy", "työelämä, koulutus"), ("Hoiva Oy", "Työelämä"),
    ("Sähkö ja Automaatio Oy", "työelämä; TKI"), ("Maatila", "Koulutus"), ("Leipomo Ky", "työelämä"),
    ("Matkailu Osk", "hanke"), ("Kuljetus Oy", "työelämä"), ("Puutyö Tmi", "työelämä / koulutus"),
    ("Ohjelmistot Oyj", "TKI"), ("Siivous Oy", "työelämä"), ("Puutarha Ay", "koulutus"),
]  # fmt: skip
PLACES = [
    "Hämeenlinna", "HÄMEENLINNA", "Hattula", "Janakkala", "Forssa", "Riihimäki", "Loppi",
    "Hausjärvi", "Tammela", "Jokioinen", "Lahti", "Tampere", "Akaa", "Helsinki", "hämeenlinna ",
]  # fmt: skip
LEVELS = [
    "kumppani", "Kumppani", "Yhteistyö", "yhteystaho", "Strateginen kumppani", "Työelämäkumppani",
    "Työelämäkumppani", "strateginen", "", "A",
]  # fmt: skip
# Two are people of the demo's institution, one has left.
OWNERS = ["Onni Pajulahti", "Kanervala, Kaisa", "Virtuaalinen, Vilma", "onni pajulahti", ""]
THEMES = [
    "kestävä kehitys",
    "digitalisaatio",
    "",
    "Työhyvinvointi",
    "kestävä kehitys, digitalisaatio",
]
GIVEN = ["Aino", "Eero", "Helmi", "Ilmari", "Kerttu", "Onni", "Pihla", "Toivo", "Venla", "Åke"]
FAMILY = [
    "Satukangas", "Tarinamaa", "Höpönen", "Kuvitteluoma", "Leikkilä", "Mielikuva", "Sagqvist",
    "Unelmoija",
]  # fmt: skip
TITLES = ["toimitusjohtaja", "HR-päällikkö", "tj", "työnjohtaja", "", "rehtori"]
STATES = ["aktiivinen", "aktiivinen", "", "", "tauolla", "potentiaalinen"]


def main() -> None:
    """Write both files."""
    random_ = random.Random(20260817)
    rows = partner_rows(random_)
    (HERE / "partners-messy.xlsx").write_bytes(messy_workbook(rows, random_))
    (HERE / "partners-small.csv").write_bytes(small_csv())


def business_id(number: int) -> str:
    """A business ID with a right check digit, from a series that no register has given out."""
    while True:
        digits = f"{number:07d}"
        weights = (7, 9, 10, 5, 8, 4, 2)
        rest = sum(weight * int(digit) for weight, digit in zip(weights, digits, strict=True)) % 11
        if rest != 1:
            return f"{digits}-{0 if rest == 0 else 11 - rest}"
        number += 1


def partner_rows(random_: random.Random) -> list[list[object]]:
    """The ordinary rows, each messy in its own way."""
    rows: list[list[object]] = []
    for number in range(84):
        tale = TALES[number % len(TALES)]
        trade, content = TRADES[(number * 5 + number // len(TALES)) % len(TRADES)]
        given, family = random_.choice(GIVEN), random_.choice(FAMILY)
        person = f"{family}, {given}" if number % 4 == 1 else f"{given} {family}"
        domain = tale.lower().replace("ä", "a").replace("ö", "o") + ".example"
        email = f"{given}.{family}@{domain}".lower().replace("ä", "a").replace("ö", "o")
        email = email.replace("å", "a")
        if number % 9 == 3:
            email = f"{email}; info@{domain}"
        if number % 13 == 5:
            email = f"{person} <{email}>"
        rows.append([
            number + 1,
            f"{tale} {trade}",
            messy_id(business_id(9_300_000 + number * 37), number),
            PLACES[number % len(PLACES)],
            random_.choice(["Suomi", "", "FI", "Suomi"]),
            random_.choice(["työnantaja", "kumppani", "Työnantaja, asiakas", "", "rahoittaja"]),
            LEVELS[number % len(LEVELS)],
            content,
            random_.choice(THEMES),
            random_.choice(OWNERS),
            messy_day(random_, number),
            person if number % 6 else "",
            random_.choice(TITLES) if number % 6 else "",
            email if number % 6 else "",
            random_.choice(["040 555 01%02d", "+358 40 555 01%02d", "(03) 555 01%02d", ""])
            .replace("%02d", f"{number:02d}"),
            messy_day(random_, number + 3) if number % 3 else None,
            random_.choice(STATES),
            "Sovittu: opiskelijoita keväällä.\nSoita ennen käyntiä." if number % 11 == 2 else "",
            random_.choice(["kyllä", "ei", "", "P2"]),
            10_000 + number,
        ])  # fmt: skip
    return rows


def messy_id(number: str, turn: int) -> object:
    """The same number as people type it."""
    forms: list[object] = [
        number, number, number.replace("-", ""), f"FI{number.replace('-', '')}", "",
        f" {number} ", int(number.replace("-", "")), number,
    ]  # fmt: skip
    return forms[turn % len(forms)]


def messy_day(random_: random.Random, turn: int) -> object:
    """A day as people type it."""
    day = date(random_.randint(2015, 2025), random_.randint(1, 12), random_.randint(1, 28))
    forms: list[object] = [
        datetime(day.year, day.month, day.day), f"{day.day}.{day.month}.{day.year}", day.isoformat(),
        f"{day.day:02d}.{day.month:02d}.{day.year % 100:02d}", str(day.year), "", None,
        f"{day.month}/{day.year}",
    ]  # fmt: skip
    return forms[turn % len(forms)]


def strange_rows() -> list[list[object]]:
    """Rows of the kinds that break importers."""

    def row(name: object, **cells: object) -> list[object]:
        keys = [
            "nro", "name", "id", "place", "country", "role", "level", "content", "theme", "owner",
            "start", "person", "title", "email", "phone", "contacted", "state", "notes", "parking",
            "reference",
        ]  # fmt: skip
        return [name if key == "name" else cells.get(key) for key in keys]

    twin = business_id(9_390_000)
    return [
        row("Sagolandets Vård Ab", id=business_id(9_391_000), place="Hangö", level="kumppani",
            content="arbetsliv", person="Åke Sagqvist", email="ake@sagolandet.example"),
        row("Påhittade Maskiner AB", id="SE559900000601", place="Stockholm", country="Ruotsi",
            level="Yhteistyö", content="kansainvälinen"),
        row("Väljamõeldud Puit OÜ", place="Tartu", country="Viro", level="kumppani",
            content="Kansainvälisyys", person="Mari Muinasjutt", email="mari@puit.example"),
        row("Muinasjutu Kool", place="Tallinn", country="Eesti", role="koulutuksen järjestäjä",
            content="kansainvälinen, hanke"),
        row("Erfundene Werkzeuge GmbH", place="Hamburg", country="Saksa", content="hanke"),
        row("Kaksoisolennon Konepaja Oy", id=twin, place="Forssa", level="kumppani"),
        row("Kaksoisolennon Konepaja Oy", id=twin, place="Forssa", level="kumppani"),
        row("Aivan Toinen Firma Oy", id=twin, place="Loppi"),
        row("Väärän Tunnuksen Oy", id="9390001-1", place="Hattula"),
        row("Kirjaimellisen Oy", id="ei muista", place="Hattula"),
        row("", id=business_id(9_392_000), place="Janakkala", notes="nimi puuttuu"),
        row("Huomisen Haave Oy", place="Lahti", start="31.2.2020", level="kumppani"),
        row("Eilisen Uni Oy", place="Lahti", start="syksy 2021", level="kumppani"),
        row("Nurinkurin Oy", place="Lahti", start="1.5.2022", contacted="ks. muistio"),
        row("<b>Lihavoitu</b> Herkku Oy", place="Tammela",
            notes="<script>alert('hei')</script> sovittu suullisesti"),
        row("=CMD|' /C calc'!A0", place="Tammela", notes="nimi on kaavan näköinen"),
        row("Hattaran  Konepaja OY", place="Hämeenlinna", notes="sama kuin ensimmäinen?"),
        row("Satulinan Rakenus Oy", place="Hämeenlinna"),
        row("Tarukosken kaupunki", place="Tarukoski", role="viranomainen", level="Strateginen kumppani",
            content="hanke, työelämä", id=business_id(9_393_000)),
        row("Kuvitelman ammattikorkeakoulu", place="Riihimäki", level="Strateginen kumppani",
            content="TKI, koulutus", state="aktiivinen"),
        row("Menninkäisyrittäjät ry", place="Hämeenlinna", level="Yhteistyö", owner="Onni Pajulahti"),
        row("Satumaan Säätiö sr", place="Helsinki", role="rahoittaja", level="yhteystaho"),
        row("Pilvilinnan Hoiva Oy / Unelmala", place="Unelmala", person="Höpönen, Helmi",
            email="helmi.hoponen(at)hoiva.example"),
        row("Päättyneen Yhteistyön Oy", place="Akaa", start="2016", state="päättynyt"),
    ]  # fmt: skip


def messy_workbook(rows: list[list[object]], random_: random.Random) -> bytes:
    """Two sheets of one shape, a guide and a hidden old list."""
    book = Workbook()
    book.properties.creator = "Ammattiopisto Tavastia (keksittyä esittelysisältöä)"
    book.properties.created = book.properties.modified = FIXED
    first = book.active
    assert isinstance(first, Worksheet)
    first.title = "Yritykset"
    write_sheet(
        first, [*rows[:60], *strange_rows()[:18]], "Ammattiopisto Tavastia – kumppanirekisteri"
    )
    second = book.create_sheet("Muut")
    write_sheet(
        second, [*rows[60:], *strange_rows()[18:], *rows[:3]], "Kunnat, yhdistykset ja muut"
    )
    guide = book.create_sheet("Ohje")
    for line in ("Täyttöohje", "Keksittyä esittelysisältöä.", "Taso: katso strategia s. 12."):
        guide.append([line])
    old = book.create_sheet("Vanha 2014")
    old.sheet_state = "hidden"
    write_sheet(old, [["", "Vanhentunut Oy"]], "Vanhat")
    unpacked = io.BytesIO()
    book.save(unpacked)
    return with_fixed_times(unpacked.getvalue())


def write_sheet(sheet: Worksheet, rows: list[list[object]], title: str) -> None:
    """Junk above, headings in two rows, data with gaps, a totals row and a note below."""
    width = len(HEADINGS)
    sheet.append([title])
    sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=width)
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.append(["Päivitetty 17.8.2026 / KK", None, None, "EI SAA TULOSTAA"])
    sheet.append([])
    place = 1
    for group, columns in GROUPS:
        if group:
            sheet.cell(4, place, group).font = Font(bold=True)
            sheet.merge_cells(
                start_row=4, start_column=place, end_row=4, end_column=place + columns - 1
            )
        place += columns
    for column, heading in enumerate(HEADINGS, 1):
        cell = sheet.cell(5, column, heading)
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="DDEBF7")
    line = 6
    for number, row in enumerate(rows):
        if number and number % 25 == 0:
            for column, heading in enumerate(HEADINGS, 1):
                sheet.cell(line, column, heading)
            line += 1
        if number % 17 == 9:
            line += 1
        for column, value in enumerate(row, 1):
            if value not in (None, ""):
                cell = sheet.cell(line, column, value)
                if isinstance(value, str) and value.startswith("="):
                    cell.data_type = "s"
        line += 1
    sheet.cell(line + 1, 1, "Yhteensä")
    sheet.cell(line + 1, 20, f"=SUM(T6:T{line})")
    sheet.cell(line + 3, 1, "Huom! Autopaikat tarkistettava.")


def with_fixed_times(content: bytes) -> bytes:
    """Pack again with one time on every part, so that the file is the same each time."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(packed, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == "docProps/core.xml":
                stamp = b"2026-08-17T09:00:00Z"
                start = data.index(b">", data.index(b"<dcterms:modified")) + 1
                data = data[:start] + stamp + data[data.index(b"<", start) :]
            part = zipfile.ZipInfo(name, (2026, 8, 17, 9, 0, 0))
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, data)
    return packed.getvalue()


def small_csv() -> bytes:
    """A handful of rows as an old spreadsheet program writes them: Windows-1252 and semicolons."""
    lines = [
        ["Företag", "FO-nummer", "Ort", "Nivå", "Kontaktperson", "E-post", "Senaste kontakt"],
        ["Sagoskogens Bageri Ab", business_id(9_395_000), "Borgå", "partner", "Åke Sagqvist",
         "ake@sagoskogen.example", "3.2.2026"],
        ["Drömslottets Vård Ab", business_id(9_395_100), "Ekenäs", "strategisk partner", "Sagqvist, Eva",
         "eva@dromslottet.example", "2025-11-20"],
        ["Tuulentuvan Metalli Oy", business_id(9_395_200), "Hämeenlinna", "samarbete", "", "", ""],
        ["Luftslottet rf", "", "Hangö", "kontakt", "", "info@luftslottet.example", "1.9.2025"],
    ]  # fmt: skip
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\r\n").writerows(lines)
    return text.getvalue().encode("cp1252")


if __name__ == "__main__":
    main()
