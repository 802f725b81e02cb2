-- Least privilege: `cinema_owner` owns the database and migrates it; `cinema` serves, and can only read and write rows.
--
-- For a superuser, in the database `cinema`, before the first migration and again after each. It may be repeated as
-- often as one likes. What `cinema` owned before there were two roles it hands over.

BEGIN;

DO $$ BEGIN
    IF to_regrole('cinema_owner') IS NULL THEN
        CREATE ROLE cinema_owner LOGIN;
    END IF;
    IF to_regrole('cinema') IS NULL THEN
        CREATE ROLE cinema LOGIN;
    END IF;
END $$;
ALTER ROLE cinema_owner NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;
ALTER ROLE cinema NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS;

REASSIGN OWNED BY cinema TO cinema_owner;
ALTER DATABASE cinema OWNER TO cinema_owner;
ALTER SCHEMA public OWNER TO cinema_owner;
REVOKE ALL ON DATABASE cinema FROM PUBLIC, cinema;
REVOKE ALL ON SCHEMA public FROM PUBLIC, cinema;
GRANT CONNECT ON DATABASE cinema TO cinema;
GRANT USAGE ON SCHEMA public TO cinema;

-- The tables there are, and those that later migrations make.
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, cinema;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, cinema;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO cinema;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO cinema;
ALTER DEFAULT PRIVILEGES FOR ROLE cinema_owner IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO cinema;
ALTER DEFAULT PRIVILEGES FOR ROLE cinema_owner IN SCHEMA public GRANT USAGE ON SEQUENCES TO cinema;

-- What is only read, and what is only added to. These take effect after the migration that makes them.
DO $$ BEGIN
    IF to_regclass('public.django_migrations') IS NOT NULL THEN
        REVOKE INSERT, UPDATE, DELETE ON public.django_migrations FROM cinema;
    END IF;
    IF to_regclass('public.users_auditentry') IS NOT NULL THEN
        REVOKE UPDATE, DELETE ON public.users_auditentry FROM cinema;
    END IF;
END $$;

COMMIT;
