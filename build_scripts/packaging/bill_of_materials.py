"""The software bill of materials: what emoviz is made of and run with, as CycloneDX says it.

    python -m build_scripts.packaging.bill_of_materials -o emoviz.cdx.json

Packages have the version and the SHA-256 of each of their files, as locked/run.txt has them; what
they carry along stands in them. SOURCE_DATE_EPOCH is its time: the same commit gives the same file.
"""

import argparse
import hashlib
import os
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from cyclonedx.model import (
    ExternalReference,
    ExternalReferenceType,
    HashAlgorithm,
    HashType,
    Property,
    XsUri,
)
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import LicenseExpression
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement

from build_scripts.packaging import locks, shipped
from build_scripts.packaging.shipped import Work
from emoviz import __version__
from emoviz.system import files


def main() -> None:
    """Write the bill of materials."""
    parser = argparse.ArgumentParser(description="Write the software bill of materials.")
    parser.add_argument("-o", "--output", type=Path, required=True)
    target: Path = parser.parse_args().output
    made = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), UTC)
    text = JsonV1Dot6(bill(made)).output_as_string(indent=2) + "\n"
    files.write_whole({target: text.encode()})


def bill(made: datetime) -> Bom:
    """Give the bill of materials of this checkout."""
    packages, libraries = shipped.packages(), shipped.libraries()
    core = tomllib.loads((locks.ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    own = Component(
        type=ComponentType.APPLICATION,
        name="emoviz",
        version=__version__,
        purl=_purl("emoviz", __version__),
        bom_ref=str(_purl("emoviz", __version__)),
        licenses=[LicenseExpression(core["license"])],
    )
    carriers = {work.name for work in packages}
    components = {
        locks.normal(work.name): _package(work, [x for x in libraries if x.carried_by == work.name])
        for work in packages
    }
    others = [_library(work) for work in libraries if work.carried_by not in carriers]
    whole = Bom(components=[*components.values(), *others, *_models()])
    whole.metadata.component, whole.metadata.timestamp = own, made
    needed = [locks.normal(Requirement(text).name) for text in core["dependencies"]]
    whole.register_dependency(own, [components[name] for name in needed])
    for work in packages:
        on = [components[name] for name in work.needs if name in components]
        whole.register_dependency(components[locks.normal(work.name)], on)
    # The same bill has the same number, whenever and wherever it is written.
    whole.serial_number = uuid.UUID(int=0)
    digest = hashlib.sha256(JsonV1Dot6(whole).output_as_string().encode()).hexdigest()
    whole.serial_number = uuid.uuid5(uuid.NAMESPACE_URL, digest)
    return whole


def _package(work: Work, carried: Sequence[Work]) -> Component:
    purl = _purl(locks.normal(work.name), work.version)
    entry = _component(work, str(purl))
    entry.version, entry.purl = work.version, purl
    # Of each file that there is, for whatever system: which one is installed is not known here.
    entry.properties = [Property(name="emoviz:file-sha256", value=x) for x in work.sha256]
    entry.components = [_library(library) for library in carried]
    return entry


def _library(work: Work) -> Component:
    return _component(work, f"{work.carried_by}/{work.name}".replace(" ", "-"))


def _component(work: Work, ref: str) -> Component:
    website = ExternalReference(type=ExternalReferenceType.WEBSITE, url=XsUri(work.home))
    return Component(
        type=ComponentType.LIBRARY,
        name=work.name,
        bom_ref=ref,
        licenses=[LicenseExpression(work.licence)],
        external_references=[website],
        copyright=work.copyright or None,
    )


def _models() -> Iterator[Component]:
    for path in sorted((locks.ROOT / "model").glob("*/model.toml")):
        model = tomllib.loads(path.read_text(encoding="utf-8"))
        yield Component(
            type=ComponentType.MACHINE_LEARNING_MODEL,
            name=model["name"],
            version=model["version"],
            bom_ref=f"model/{model['name']}",
            hashes=[HashType(alg=HashAlgorithm.SHA_256, content=model["sha256"])],
            licenses=[LicenseExpression(model["licence"].replace(" ", "-"))],
        )


def _purl(name: str, version: str) -> PackageURL:
    return PackageURL("pypi", name=name, version=version)


if __name__ == "__main__":
    main()
