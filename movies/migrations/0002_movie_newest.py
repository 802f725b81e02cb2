from django.db import migrations

from users.operations import postgresql_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("movies", "0001_initial")]
    operations = [postgresql_index("movie_newest", "movies_movie (release_date DESC NULLS LAST, id)")]
