"""Imported once, by the process that workers are forked from: whatever nearly every document needs."""

from __future__ import annotations

from parsers.form import forms_digest
from parsers.readers import readers
from pipeline.pool import Pool
from pipeline.run import read_input
from pipeline.shards import code_digest, program_version

__all__ = ["Pool", "read_input"]

for _kept in (readers, forms_digest, code_digest, program_version):
    _kept()
