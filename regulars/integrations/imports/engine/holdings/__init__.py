"""The kinds ``assets`` and ``contracts``: rows find whose they are and which of them they mean, and add or change it with its history."""

from regulars.integrations.imports.engine.holdings.assets import AssetsImporter
from regulars.integrations.imports.engine.holdings.contracts import ContractsImporter

__all__ = ["AssetsImporter", "ContractsImporter"]
