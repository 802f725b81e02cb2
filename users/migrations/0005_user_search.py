from django.db import migrations

from users.operations import postgresql_index

# Of all sequences of three letters, in what `icontains` asks for: docs/decisions/words-are-found-by-trigrams.md. Without
# a list of what is yet to be sorted in, which every search would have to read.
INDEX = """
users_user USING gin (upper("username"::text) gin_trgm_ops, upper("email"::text) gin_trgm_ops)
WITH (fastupdate = off)
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("users", "0004_user_inactive")]
    operations = [postgresql_index("user_search", INDEX, extension="pg_trgm")]
