-- What the two roles log in with: the passwords that compose.yml also gives to the server and to `migrate`.

\set owner `sed -n s/^POSTGRES_PASSWORD=//p /run/secrets/migrate.env`
\set serves `sed -n s/^POSTGRES_PASSWORD=//p /run/secrets/serve.env`
ALTER ROLE cinema_owner PASSWORD :'owner';
ALTER ROLE cinema PASSWORD :'serves';
