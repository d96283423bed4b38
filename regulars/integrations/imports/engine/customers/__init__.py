"""The kind ``customers``: rows become persons and companies, find whom they mean, and add what is new with its history."""

from regulars.integrations.imports.engine.customers.importer import CustomersImporter

__all__ = ["CustomersImporter"]
