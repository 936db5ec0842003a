"""Runs a notebook with the kernel that it names, and prints it with what its cells put out."""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

path = Path(sys.argv[1])
notebook = nbformat.read(path, as_version=4)
folder = {"metadata": {"path": str(path.parent)}}
NotebookClient(notebook, timeout=300, startup_timeout=180, resources=folder).execute()
print(nbformat.writes(notebook))
