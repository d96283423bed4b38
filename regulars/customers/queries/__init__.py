"""Reading the record, for the screens, the API and the rooms above."""

from regulars.customers.queries.entitlements import Entitlement, entitlement
from regulars.customers.queries.privacy import PersonalData, personal_data

__all__ = ["Entitlement", "PersonalData", "entitlement", "personal_data"]
