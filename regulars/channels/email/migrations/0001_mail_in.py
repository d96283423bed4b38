"""Mail that came, and the places it comes from."""

import django.db.models.deletion
import regulars.kit.clock
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Adds the tables."""

    initial = True

    dependencies = [
        ('channels', '0002_arms_and_counting'),
        ('customers', '0021_permission'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Mailbox',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('uidvalidity', models.PositiveBigIntegerField(default=0)),
                ('last_uid', models.PositiveBigIntegerField(default=0)),
                ('held_by', models.CharField(blank=True, max_length=64)),
                ('held_until', models.DateTimeField(blank=True, null=True)),
                ('seen_at', models.DateTimeField(blank=True, null=True, verbose_name='last connected')),
                ('last_mail_at', models.DateTimeField(blank=True, null=True, verbose_name='last mail')),
                ('error', models.CharField(blank=True, max_length=255)),
                ('error_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name': 'mailbox',
            },
        ),
        migrations.CreateModel(
            name='Mail',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(editable=False, max_length=64, unique=True)),
                ('rfc_id', models.CharField(blank=True, db_index=True, max_length=255)),
                ('source', models.CharField(blank=True, max_length=120, verbose_name='source')),
                ('kind', models.CharField(choices=[('message', 'Message'), ('auto_reply', 'Automatic answer'), ('bounce', 'Delivery report'), ('complaint', 'Complaint'), ('loop', 'Loop'), ('spam', 'Spam'), ('quarantined', 'Quarantine')], max_length=11, verbose_name='kind')),
                ('reason', models.CharField(blank=True, max_length=32, verbose_name='reason')),
                ('from_address', models.CharField(blank=True, max_length=254, verbose_name='from')),
                ('from_name', models.CharField(blank=True, max_length=200, verbose_name='name')),
                ('subject', models.CharField(blank=True, max_length=255, verbose_name='subject')),
                ('sent_at', models.DateTimeField(blank=True, null=True, verbose_name='date in the mail')),
                ('received_at', models.DateTimeField(default=regulars.kit.clock.now, verbose_name='received')),
                ('size', models.PositiveBigIntegerField(default=0, verbose_name='size')),
                ('file', models.CharField(blank=True, max_length=120)),
                ('ref', models.CharField(blank=True, db_index=True, max_length=255)),
                ('fate', models.CharField(blank=True, choices=[('hard', 'Cannot be delivered'), ('soft', 'Not delivered this time'), ('delayed', 'Delayed'), ('delivered', 'Delivered')], max_length=9)),
                ('status', models.CharField(blank=True, max_length=16)),
                ('about', models.CharField(blank=True, max_length=254, verbose_name='address')),
                ('released_at', models.DateTimeField(blank=True, null=True, verbose_name='let through')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mails', to='channels.message', verbose_name='message')),
                ('party', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='mails', to='customers.party', verbose_name='customer')),
                ('released_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'mail received',
                'indexes': [models.Index(fields=['-received_at', '-id'], name='mail_newest'), models.Index(fields=['kind', '-received_at', '-id'], name='mail_of_kind_newest'), models.Index(condition=models.Q(('about', ''), _negated=True), fields=['about', 'fate'], name='mail_about_address')],
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['message', 'auto_reply', 'bounce', 'complaint', 'loop', 'spam', 'quarantined'])), name='mail_kind_known'), models.CheckConstraint(condition=models.Q(('fate__in', ['', 'hard', 'soft', 'delayed', 'delivered'])), name='mail_fate_known')],
            },
        ),
    ]
