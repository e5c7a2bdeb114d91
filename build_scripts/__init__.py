"""What is done to emoviz rather than by it, each in the room of what it is for.

Everything is run from the checkout as a module: `python -m build_scripts.bench`, or
`python -m build_scripts.docs.links` where a room holds several commands.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
"""The checkout"""
