"""Tables of tracking."""

import django.db.models.deletion
import regulars.kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('channels', '0001_outbox'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Link',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('url', models.TextField()),
                ('sha256', models.CharField(max_length=64, unique=True)),
                ('made_at', models.DateTimeField(default=regulars.kit.clock.now)),
            ],
            options={
                'verbose_name': 'tracked link',
            },
        ),
        migrations.CreateModel(
            name='Click',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='click', serialize=False, to='channels.messageevent')),
                ('why', models.CharField(blank=True, max_length=8)),
                ('settled_at', models.DateTimeField(blank=True, null=True)),
                ('link', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='clicks', to='tracking.link')),
            ],
            options={
                'verbose_name': 'click',
                'indexes': [models.Index(condition=models.Q(('settled_at', None)), fields=['event'], name='click_to_settle')],
            },
        ),
        migrations.CreateModel(
            name='TrackingSetting',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('clicks', models.BooleanField(default=True, verbose_name='clicks')),
                ('opens', models.BooleanField(default=True, verbose_name='openings')),
                ('only_agreed', models.BooleanField(default=False, verbose_name='only of customers who agreed')),
                ('changed_at', models.DateTimeField(default=regulars.kit.clock.now)),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='tracking_setting_once')],
            },
        ),
    ]
