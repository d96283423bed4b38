"""A prize draw or quiz, who entered, and who won."""

from __future__ import annotations

from typing import ClassVar, Final, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from regulars.customers.models import ConsentText, Party
from regulars.kit import clock

ERASED: Final = "erased"
"""Why an entry of an erased person does not take part."""


class DrawQuerySet(models.QuerySet["Draw"]):
    """Draws by their state."""

    def live(self) -> Self:
        """Not removed."""
        return self.filter(removed_at=None)

    def published(self) -> Self:
        """Those whose commitment is public."""
        return self.live().filter(published_at__isnull=False)


class Draw(models.Model):
    """A prize draw; a quiz where it asks ``questions``: ``[{"en", "zh", "choices": [{"en", "zh"}, …], "right": index}, …]``.

    ``sealed_seed`` is the seed, sealed, as long as it is secret; ``commitment`` its SHA-256, public from ``published_at`` on, when
    nothing that matters can be changed any more. ``seed`` and ``list_hash`` are public from ``drawn_at`` on.
    """

    slug = models.SlugField(pgettext_lazy("draw", "address"), max_length=60, unique=True)
    title_en = models.CharField(_("title in English"), max_length=120, blank=True)
    title_zh = models.CharField(_("title in Chinese"), max_length=120, blank=True)
    words_en = models.TextField(_("words in English"), blank=True)
    words_zh = models.TextField(_("words in Chinese"), blank=True)
    prize_en = models.CharField(_("prize in English"), max_length=200, blank=True)
    prize_zh = models.CharField(_("prize in Chinese"), max_length=200, blank=True)
    questions = models.JSONField(_("questions"), default=list, blank=True)
    winners = models.PositiveSmallIntegerField(_("winners"), default=1)
    opens_at = models.DateTimeField(_("opens"), default=clock.now)
    closes_at = models.DateTimeField(_("closes"))
    sealed_seed = models.TextField(blank=True, editable=False)
    commitment = models.CharField(max_length=64, blank=True, editable=False)
    published_at = models.DateTimeField(_("published"), null=True, blank=True, editable=False)
    seed = models.CharField(max_length=64, blank=True, editable=False)
    list_hash = models.CharField(max_length=64, blank=True, editable=False)
    drawn_at = models.DateTimeField(_("drawn"), null=True, blank=True, editable=False)
    drawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("owner")
    )
    created_at = models.DateTimeField(_("created"), default=clock.now, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = DrawQuerySet.as_manager()

    class Meta:
        verbose_name = _("prize draw")
        constraints: ClassVar = [
            models.CheckConstraint(condition=~Q(title_en="", title_zh=""), name="draw_has_a_title"),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="draw_closes_later"),
            models.CheckConstraint(condition=Q(winners__gte=1), name="draw_has_winners"),
            models.CheckConstraint(
                condition=Q(drawn_at=None, seed="", list_hash="")
                | ~Q(seed="") & ~Q(list_hash="") & Q(drawn_at__isnull=False),
                name="draw_seed_revealed_when_drawn",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        """The page for staff."""
        return f"/draws/{self.pk}/"

    def said(self, name: str) -> str:
        """``title``, ``words`` or ``prize`` in the language of the moment, else in the other."""
        chinese = (translation.get_language() or "").startswith("zh")
        first, second = ("zh", "en") if chinese else ("en", "zh")
        return str(getattr(self, f"{name}_{first}") or getattr(self, f"{name}_{second}"))

    @property
    def title(self) -> str:
        """The title in the language of the moment."""
        return self.said("title")

    @property
    def is_open(self) -> bool:
        """Whether one can enter now."""
        return (
            self.published_at is not None and self.removed_at is None and self.opens_at <= clock.now() < self.closes_at
        )

    @property
    def is_closed(self) -> bool:
        """Whether the time to enter is over."""
        return clock.now() >= self.closes_at


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries by whether they take part."""

    def taking_part(self) -> Self:
        """With every answer right, and not left out."""
        return self.filter(right=True, left_out_at=None)


class Entry(models.Model):
    """``party`` takes part under ``number``, which is all that others see. ``weight`` is how many tickets it has.

    ``person`` is a keyed digest of the address they gave, so that one person enters once. ``text`` are the words agreed to.
    """

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="entries", db_index=False)
    party = models.ForeignKey(Party, models.CASCADE, related_name="draw_entries", verbose_name=_("customer"))
    number = models.PositiveIntegerField(_("number"))
    weight = models.PositiveSmallIntegerField(_("tickets"), default=1)
    person = models.CharField(max_length=64)
    answers = models.JSONField(default=list, blank=True)
    right = models.BooleanField(_("answers right"), default=True)
    text = models.ForeignKey(ConsentText, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField(_("entered"), default=clock.now)
    left_out_at = models.DateTimeField(null=True, blank=True)
    left_out_because = models.CharField(_("left out because"), max_length=255, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["draw", "number"], name="entry_number_once"),
            models.UniqueConstraint(fields=["draw", "person"], name="entry_once_a_person"),
            models.UniqueConstraint(fields=["draw", "party"], name="entry_once_a_party"),
            models.CheckConstraint(condition=Q(weight__gte=1), name="entry_weight_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.draw_id} #{self.number}"


class Winner(models.Model):
    """``entry`` was drawn as number ``rank`` (from 1). ``told_at``: when they were written to."""

    draw = models.ForeignKey(Draw, models.CASCADE, related_name="drawn", db_index=False)
    entry = models.OneToOneField(Entry, models.CASCADE, related_name="won")
    rank = models.PositiveSmallIntegerField(_("rank"))
    told_at = models.DateTimeField(_("told"), null=True, blank=True)
    told_by = models.CharField(pgettext_lazy("winner", "told by"), max_length=16, blank=True)

    class Meta:
        verbose_name = _("winner")
        constraints: ClassVar = [models.UniqueConstraint(fields=["draw", "rank"], name="winner_rank_once")]

    def __str__(self) -> str:
        return f"{self.rank}. #{self.entry_id}"
