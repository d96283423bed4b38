"""Exports of well-known systems: recognised by their headers, mapped completely without a click."""

from regulars.integrations.imports.layouts.base import Layout, Recognised, recognise
from regulars.integrations.imports.layouts.declared import LAYOUTS, layout_called

__all__ = ["LAYOUTS", "Layout", "Recognised", "layout_called", "recognise"]
