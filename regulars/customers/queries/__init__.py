"""Reading the record, for the screens, the API and the rooms above."""

from regulars.customers.queries.entitlements import Entitlement, entitlement

__all__ = ["Entitlement", "entitlement"]
