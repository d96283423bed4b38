"""What a file can hold: each kind declares its fields; mapping, preview, screens and help follow from them."""

from regulars.integrations.imports.kinds.base import Field, Kind, field_labels, plain
from regulars.integrations.imports.kinds.declared import KINDS, kind_called

__all__ = ["KINDS", "Field", "Kind", "field_labels", "kind_called", "plain"]
