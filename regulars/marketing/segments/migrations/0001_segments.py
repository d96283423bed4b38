"""Segments, their members, and what the triggers of the next migration write."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import regulars.kit.clock


class Migration(migrations.Migration):
    """Adds the tables."""

    initial = True
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("customers", "0020_room_for_scores"),
    ]
    operations = [
        migrations.CreateModel(
            name="Segment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="name")),
                ("note", models.CharField(blank=True, max_length=255, verbose_name="what it is for")),
                ("rule", models.JSONField(default=dict)),
                ("topics", models.JSONField(default=list)),
                ("timed", models.BooleanField(default=False)),
                ("version", models.PositiveIntegerField(default=1)),
                ("size", models.PositiveIntegerField(default=0, verbose_name="customers")),
                ("passed_at", models.DateTimeField(default=regulars.kit.clock.now)),
                ("asked_at", models.DateTimeField(blank=True, default=regulars.kit.clock.now, null=True)),
                ("asked_because", models.CharField(default="rule", max_length=48)),
                ("created_at", models.DateTimeField(default=regulars.kit.clock.now, editable=False, verbose_name="created")),
                ("changed_at", models.DateTimeField(default=regulars.kit.clock.now, editable=False, verbose_name="changed")),
                ("removed_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "owner",
                    models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL, verbose_name="owner"),
                ),
            ],
            options={
                "verbose_name": "segment",
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("removed_at", None)), fields=("name",), name="segment_name_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Member",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField(default=regulars.kit.clock.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
                ("cause", models.CharField(max_length=48)),
                ("left_cause", models.CharField(blank=True, max_length=48)),
                (
                    "party",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="segments", to="customers.party"),
                ),
                (
                    "segment",
                    models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name="members", to="segments.segment"),
                ),
            ],
            options={
                "verbose_name": "member of a segment",
                "indexes": [
                    models.Index(fields=["segment", "-since"], name="member_by_entry"),
                    models.Index(condition=models.Q(("until__isnull", False)), fields=["segment", "-until"], name="member_by_leaving"),
                ],
                "constraints": [
                    models.UniqueConstraint(condition=models.Q(("until", None)), fields=("segment", "party"), name="member_once_at_a_time")
                ],
            },
        ),
        migrations.CreateModel(
            name="Topic",
            fields=[("topic", models.CharField(max_length=48, primary_key=True, serialize=False))],
            options={"verbose_name": "topic of segments"},
        ),
        migrations.CreateModel(
            name="Mark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("party_id", models.BigIntegerField()),
                ("topic", models.CharField(max_length=48)),
            ],
            options={"verbose_name": "mark of segments"},
        ),
    ]
