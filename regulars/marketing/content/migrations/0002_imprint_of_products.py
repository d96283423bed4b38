"""Where the page of a product is, and how customers are spoken to whose language is not known."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("content", "0001_initial")]

    operations = [
        migrations.AddField("imprint", "product_page", models.CharField(blank=True, max_length=255, verbose_name="page of a product")),
        migrations.AddField("imprint", "language", models.CharField(blank=True, max_length=10, verbose_name="language of customers whose own is not known")),
    ]
