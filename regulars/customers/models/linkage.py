"""What the search for duplicates has learned: the weights by which a screen judges two records."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from regulars.customers.models.party import Kind
from regulars.kit import clock


class LinkageWeights(models.Model):
    """The weights in force for one kind of party; ``values`` is ``intelligence.models.linkage.weights.Weights.as_dict()``."""

    kind = models.CharField(max_length=12, choices=Kind, unique=True)
    learned_at = models.DateTimeField(default=clock.now)
    values = models.JSONField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="linkage_weights_kind_known")
        ]
