from django.db import migrations

from users.operations import postgresql_index

# Of all sequences of three letters, in what `icontains` asks for: docs/decisions/words-are-found-by-trigrams.md. Without
# a list of what is yet to be sorted in, which every search would have to read.
INDEX = """
movies_movie USING gin (upper("title"::text) gin_trgm_ops, upper("description"::text) gin_trgm_ops)
WITH (fastupdate = off)
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("movies", "0002_movie_newest")]
    operations = [postgresql_index("movie_search", INDEX, extension="pg_trgm")]
