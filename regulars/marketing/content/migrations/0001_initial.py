"""Tables of contents; what was published is never changed, whoever tries."""

import django.db.models.deletion
import regulars.kit.clock
from django.conf import settings
from django.db import migrations, models

from regulars.kit.migrating import statements

_FROZEN = ("id", "content_id", "number", "programs", "source", "links", "sha256", "published_at")
_SAID = "an edition never changes"
SQLITE = [
    f"""CREATE TRIGGER edition_no_update BEFORE UPDATE ON content_edition
        WHEN {" OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in _FROZEN)}
        BEGIN SELECT RAISE(ABORT, '{_SAID}'); END""",
]
POSTGRESQL = [
    f"""CREATE FUNCTION edition_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF ({", ".join(f"OLD.{name}" for name in _FROZEN)}) IS DISTINCT FROM ({", ".join(f"NEW.{name}" for name in _FROZEN)})
            THEN RAISE EXCEPTION '{_SAID}' USING ERRCODE = 'restrict_violation';
            END IF;
            RETURN NEW;
        END $$""",
    "CREATE TRIGGER edition_stays BEFORE UPDATE ON content_edition FOR EACH ROW EXECUTE FUNCTION edition_stays()",
]
SQLITE_BACK = ["DROP TRIGGER edition_no_update"]
POSTGRESQL_BACK = ["DROP TRIGGER edition_stays ON content_edition", "DROP FUNCTION edition_stays()"]


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Content',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=120, verbose_name='name')),
                ('purpose', models.CharField(default='marketing', max_length=24, verbose_name='purpose')),
                ('draft', models.JSONField(default=dict)),
                ('version', models.PositiveIntegerField(default=1)),
                ('created_at', models.DateTimeField(default=regulars.kit.clock.now, editable=False, verbose_name='created')),
                ('changed_at', models.DateTimeField(default=regulars.kit.clock.now, editable=False, verbose_name='changed')),
                ('removed_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='owner')),
            ],
            options={
                'verbose_name': 'content',
            },
        ),
        migrations.CreateModel(
            name='Edition',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('programs', models.JSONField()),
                ('source', models.JSONField()),
                ('links', models.JSONField(default=dict)),
                ('sha256', models.CharField(max_length=64)),
                ('published_at', models.DateTimeField(default=regulars.kit.clock.now, verbose_name='published')),
                ('content', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='editions', to='content.content')),
                ('published_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='published by')),
            ],
            options={
                'verbose_name': 'edition',
            },
        ),
        migrations.CreateModel(
            name='Imprint',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('address', models.JSONField(default=dict)),
                ('website', models.URLField(blank=True, verbose_name='website')),
                ('changed_at', models.DateTimeField(default=regulars.kit.clock.now)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='imprint_once')],
            },
        ),
        migrations.AddConstraint(
            model_name='content',
            constraint=models.UniqueConstraint(condition=models.Q(('removed_at', None)), fields=('name',), name='content_name_once'),
        ),
        migrations.AddConstraint(
            model_name='edition',
            constraint=models.UniqueConstraint(fields=('content', 'number'), name='edition_number_once'),
        ),
        migrations.RunPython(statements(sqlite=SQLITE, postgresql=POSTGRESQL), statements(sqlite=SQLITE_BACK, postgresql=POSTGRESQL_BACK)),
    ]
