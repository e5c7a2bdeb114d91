"""The software bill of materials: what emoviz is made of and run with, as CycloneDX says it.

    python -m build_scripts.packaging.bill_of_materials -o emoviz.cdx.json

Packages have the version and the SHA-256 of each of their files, as locked/run.txt has them; what
they carry along stands in them. SOURCE_DATE_EPOCH is its time: the same commit gives the same file.
"""

import argparse
import json
import os
import tomllib
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from build_scripts.packaging import locks, shipped
from build_scripts.packaging.shipped import Work
from emoviz import __version__
from emoviz.system import files

_OWN = f"pkg:pypi/emoviz@{__version__}"

Entry = dict[str, Any]


def main() -> None:
    """Write the bill of materials."""
    parser = argparse.ArgumentParser(description="Write the software bill of materials.")
    parser.add_argument("-o", "--output", type=Path, required=True)
    target: Path = parser.parse_args().output
    made = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    text = json.dumps(bill(made), indent=2, ensure_ascii=False) + "\n"
    files.write_whole({target: text.encode()})


def bill(made: datetime) -> Entry:
    """Give the bill of materials of this checkout."""
    packages, libraries = shipped.packages(), shipped.libraries()
    refs = {locks.normal(work.name): _ref(work) for work in packages}
    carriers = {work.name for work in packages}
    core = tomllib.loads((locks.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    needed = [locks.normal(Requirement(text).name) for text in core["dependencies"]]
    components = [
        *(_package(work, [x for x in libraries if x.carried_by == work.name]) for work in packages),
        *(_library(work) for work in libraries if work.carried_by not in carriers),
        *_models(),
    ]
    dependencies = [{"ref": _OWN, "dependsOn": sorted(refs[name] for name in needed)}]
    for work in packages:
        on = sorted(refs[name] for name in work.needs if name in refs)
        dependencies.append({"ref": _ref(work), "dependsOn": on})
    whole: Entry = {
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "timestamp": made.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "component": {
                "type": "application",
                "bom-ref": _OWN,
                "name": "emoviz",
                "version": __version__,
                "purl": _OWN,
                "licenses": [{"expression": core["license"]}],
            },
        },
        "components": components,
        "dependencies": dependencies,
    }
    number = uuid.uuid5(uuid.NAMESPACE_URL, json.dumps(whole, sort_keys=True))
    return {"serialNumber": f"urn:uuid:{number}"} | whole


def _package(work: Work, carried: Sequence[Work]) -> Entry:
    entry = _component(work, _ref(work)) | {"version": work.version, "purl": _ref(work)}
    # Of each file that there is, for whatever system: which one is installed is not known here.
    entry["properties"] = [{"name": "emoviz:file-sha256", "value": x} for x in work.sha256]
    if carried:
        entry["components"] = [_library(library) for library in carried]
    return entry


def _library(work: Work) -> Entry:
    return _component(work, f"{work.carried_by}/{work.name}".replace(" ", "-"))


def _component(work: Work, ref: str) -> Entry:
    entry: Entry = {
        "type": "library",
        "bom-ref": ref,
        "name": work.name,
        "licenses": [{"expression": work.licence}],
        "externalReferences": [{"type": "website", "url": work.home}],
    }
    return entry | ({"copyright": work.copyright} if work.copyright else {})


def _models() -> list[Entry]:
    entries = []
    for path in sorted((locks.ROOT / "model").glob("*/model.toml")):
        model = tomllib.loads(path.read_text(encoding="utf-8"))
        entries.append(
            {
                "type": "machine-learning-model",
                "bom-ref": f"model/{model['name']}",
                "name": model["name"],
                "version": model["version"],
                "hashes": [{"alg": "SHA-256", "content": model["sha256"]}],
                "licenses": [{"expression": model["licence"].replace(" ", "-")}],
            }
        )
    return entries


def _ref(work: Work) -> str:
    return f"pkg:pypi/{locks.normal(work.name)}@{work.version}"


if __name__ == "__main__":
    main()
