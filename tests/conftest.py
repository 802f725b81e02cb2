pytest_plugins = ["tests.cast", "tests.cinema"]
