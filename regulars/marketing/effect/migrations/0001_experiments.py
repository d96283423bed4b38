"""Experiments, who is in which arm, and the sums of half hours."""

import django.db.models.deletion
import regulars.kit.clock
import regulars.marketing.effect.fields
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the tables."""

    initial = True

    dependencies = [
        ('customers', '0021_permission'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mark',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('party_id', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'mark of experiments',
            },
        ),
        migrations.CreateModel(
            name='Experiment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('origin', models.CharField(max_length=80, unique=True)),
                ('name', models.CharField(max_length=160, verbose_name='name')),
                ('layer', models.CharField(choices=[('act', 'One act'), ('everything', 'All of marketing'), ('elsewhere', 'Measured elsewhere')], default='act', max_length=12)),
                ('measure', models.CharField(max_length=40, verbose_name='measure')),
                ('unit', models.CharField(choices=[('party', 'Customer'), ('household', 'Household')], default='party', max_length=10, verbose_name='unit')),
                ('variants', models.JSONField(default=list)),
                ('control_share', models.PositiveSmallIntegerField(default=1000, verbose_name='control group')),
                ('salt', models.CharField(max_length=64)),
                ('days', models.PositiveIntegerField(default=28, verbose_name='days')),
                ('expected_units', models.PositiveIntegerField(default=0)),
                ('sequences', models.JSONField(default=dict)),
                ('currency', models.CharField(blank=True, max_length=3)),
                ('step', models.PositiveIntegerField(default=30)),
                ('columns', models.JSONField(default=list)),
                ('arms', models.JSONField(default=dict)),
                ('declared_at', models.DateTimeField(default=regulars.kit.clock.now, verbose_name='declared')),
                ('began_at', models.DateTimeField(blank=True, null=True, verbose_name='began')),
                ('ended_at', models.DateTimeField(blank=True, null=True, verbose_name='ended')),
                ('sweep_at', models.DateTimeField(blank=True, null=True)),
                ('told', models.JSONField(default=dict)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('declared_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='declared by')),
            ],
            options={
                'verbose_name': 'experiment',
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.BigIntegerField()),
                ('arm', models.CharField(max_length=60)),
                ('bucket', models.PositiveSmallIntegerField()),
                ('eligible_at', models.DateTimeField()),
                ('x', models.BigIntegerField(default=0)),
                ('stands', models.BooleanField(default=True)),
                ('contaminated', models.BooleanField(default=False)),
                ('reached', models.BooleanField(default=False)),
                ('party', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='arms', to='customers.party')),
                ('experiment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='assignments', to='effect.experiment')),
            ],
            options={
                'verbose_name': 'assignment',
            },
        ),
        migrations.CreateModel(
            name='HoldOutRules',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('share', models.PositiveSmallIntegerField(verbose_name='share left out of all marketing')),
                ('changed_at', models.DateTimeField(default=regulars.kit.clock.now)),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'hold-out of all marketing',
            },
        ),
        migrations.CreateModel(
            name='Sum',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('arm', models.CharField(max_length=60)),
                ('measure', models.CharField(max_length=40)),
                ('moment', models.DateTimeField()),
                ('n', regulars.marketing.effect.fields.WholeNumber(default=0)),
                ('y', regulars.marketing.effect.fields.WholeNumber(default=0)),
                ('yy', regulars.marketing.effect.fields.WholeNumber(default=0)),
                ('x', regulars.marketing.effect.fields.WholeNumber(default=0)),
                ('xx', regulars.marketing.effect.fields.WholeNumber(default=0)),
                ('xy', regulars.marketing.effect.fields.WholeNumber(default=0)),
                ('experiment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='sums', to='effect.experiment')),
            ],
            options={
                'verbose_name': 'sums of a half hour',
            },
        ),
        migrations.CreateModel(
            name='UnitOutcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('unit', models.BigIntegerField()),
                ('measure', models.CharField(max_length=40)),
                ('moment', models.DateTimeField()),
                ('y', models.BigIntegerField()),
                ('experiment', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='effect.experiment')),
            ],
            options={
                'verbose_name': 'outcome of a unit',
            },
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None), ('layer', 'everything')), fields=('layer',), name='one_hold_out_of_all_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.CheckConstraint(condition=models.Q(('control_share__lte', 10000)), name='control_share_of_10000'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(fields=['experiment', 'unit'], name='assignment_of_unit'),
        ),
        migrations.AddIndex(
            model_name='assignment',
            index=models.Index(condition=models.Q(('contaminated', True)), fields=['experiment'], name='assignment_contaminated'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('experiment', 'party'), name='assigned_once'),
        ),
        migrations.AddConstraint(
            model_name='holdoutrules',
            constraint=models.CheckConstraint(condition=models.Q(('id', 1)), name='hold_out_rules_once'),
        ),
        migrations.AddConstraint(
            model_name='holdoutrules',
            constraint=models.CheckConstraint(condition=models.Q(('share__lte', 5000)), name='hold_out_at_most_half'),
        ),
        migrations.AddConstraint(
            model_name='sum',
            constraint=models.UniqueConstraint(fields=('experiment', 'measure', 'arm', 'moment'), name='sums_once_a_half_hour'),
        ),
        migrations.AddConstraint(
            model_name='unitoutcome',
            constraint=models.UniqueConstraint(fields=('experiment', 'unit', 'measure', 'moment'), name='outcome_once_a_half_hour'),
        ),
    ]
