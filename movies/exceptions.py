from users.exceptions import Conflict


class GenreInUse(Conflict):
    default_code = "genre_in_use"
    default_detail = "Movies have this genre. Give them another one first."


class MovieInUse(Conflict):
    default_code = "movie_in_use"
    default_detail = "This movie has showtimes. Delete them first; where seats were reserved, both have to stay."
