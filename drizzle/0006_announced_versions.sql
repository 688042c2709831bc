-- Whoever raises the version that is shown announces it by an advisory lock, which others see at once, and commits 16 ms
-- later at the earliest. So who has read the version while nothing was announced knows it for half of that without
-- asking again. docs/decisions/0030.

-- Ahead of time, by those that have something else to do meanwhile. The limit is for a lock that somebody holds by hand.
CREATE FUNCTION control.announce_version() RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET lock_timeout = '3s' AS $$
BEGIN
  IF coalesce(current_setting('coinlog.announced_at', true), '') = '' THEN
    PERFORM pg_advisory_xact_lock(2011976104);
    PERFORM set_config('coinlog.announced_at', extract(epoch FROM clock_timestamp())::text, true);
  END IF;
END
$$;
--> statement-breakpoint
-- Waits for what is left of the 16 ms: never longer, also where the clock was set back meanwhile.
CREATE FUNCTION control.wait_announced() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  hold constant double precision := 0.016;
BEGIN
  PERFORM control.announce_version();
  PERFORM pg_sleep(least(hold, greatest(0, hold + current_setting('coinlog.announced_at')::double precision
    - extract(epoch FROM clock_timestamp())::double precision)));
  RETURN NEW;
END
$$;
--> statement-breakpoint
-- Each version that is shown is noted there by the transaction that raises it, also by programs that know of no
-- announcement and swap in a read model of their own.
CREATE TRIGGER announced BEFORE INSERT ON control.shown FOR EACH ROW EXECUTE FUNCTION control.wait_announced();
--> statement-breakpoint
ALTER TABLE control.shown ENABLE ALWAYS TRIGGER announced;
--> statement-breakpoint
-- The version, and whether it stays for a while: no commit was announced. A hot standby does not see locks, and a snapshot
-- may be older than the question. What counts is that the lock was free after the caller asked, and before the version is
-- read, which as a statement of its own sees every commit until then. Taken and given back in one expression, between
-- whose parts no statement is cancelled: a lock that stayed would stop the projector.
CREATE FUNCTION control.read_version(OUT version bigint, OUT is_quiet boolean) LANGUAGE plpgsql AS $$
BEGIN
  is_quiet := CASE
    WHEN pg_catalog.pg_is_in_recovery() THEN false
    WHEN pg_catalog.current_setting('transaction_isolation') <> 'read committed' THEN false
    WHEN pg_catalog.pg_try_advisory_lock_shared(2011976104::bigint)
      THEN pg_catalog.pg_advisory_unlock_shared(2011976104::bigint)
    ELSE false END;
  SELECT m.version INTO version FROM read.read_model m;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION control.announce_version, control.wait_announced, control.read_version FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION control.announce_version TO coinlog_projector;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION control.read_version TO coinlog_app;
