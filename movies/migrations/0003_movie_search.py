from django.db import migrations

from users.operations import trigram_index


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("movies", "0002_movie_newest")]
    operations = [trigram_index("movie_search", "movies_movie", "title", "description")]
