"""`solmu places`: load the tables of places, and official boundaries."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from solmu.organisations import places
from solmu.organisations.models import Municipality


def main(argv: list[str]) -> int:
    """Load places and boundaries."""
    parser = argparse.ArgumentParser(prog="solmu places", description=main.__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("load", help="write regions, municipalities and postal codes anew")
    boundaries = commands.add_parser(
        "import", help="load municipality boundaries from the National Land Survey's GeoJSON"
    )
    boundaries.add_argument("file", type=Path, metavar="FILE.geojson")
    boundaries.add_argument("--source", default="", help="whom the map names as the source")
    boundaries.add_argument("--json", action="store_true", help="print the summary as JSON")
    asked = parser.parse_args(argv)
    if asked.command == "load":
        places.load_places()
        return 0
    if not Municipality.objects.exists():
        places.load_places()
    try:
        loaded = places.import_boundaries(asked.file, source=asked.source)
    except (places.PlacesError, OSError) as error:
        print(f"solmu places: {error}", file=sys.stderr)
        return 1
    if asked.json:
        print(json.dumps(asdict(loaded), ensure_ascii=False))
        return 0
    print(f"{loaded.municipalities} municipalities, {loaded.points} points. {loaded.source}")
    if loaded.unknown:
        print("Not known here: " + ", ".join(loaded.unknown))
    return 0
