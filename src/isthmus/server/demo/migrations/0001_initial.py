from django.db import migrations, models

import isthmus.server.core.identifiers


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="LoadedSample",
            fields=[
                (
                    "id",
                    models.CharField(
                        default=isthmus.server.core.identifiers.new_id,
                        editable=False,
                        max_length=26,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("source", models.CharField(max_length=100, unique=True)),
            ],
            options={"abstract": False},
        ),
    ]
