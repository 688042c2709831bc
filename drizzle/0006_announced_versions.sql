-- Whoever raises the version of the read model announces it by an advisory lock, which others see at once, and commits
-- 4 ms later at the earliest. So who has read the version while nothing was announced knows it for half of that without
-- asking again. docs/decisions/0030.

-- For writers that want to wait while they do something else: the trigger waits for what is left.
CREATE FUNCTION control.announce_version() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(current_setting('coinlog.announced_at', true), '') = '' THEN
    PERFORM pg_advisory_xact_lock(2011976104);
    PERFORM set_config('coinlog.announced_at', extract(epoch FROM clock_timestamp())::text, true);
  END IF;
END
$$;
--> statement-breakpoint
-- Nobody reads a model that is made beside the live one.
CREATE FUNCTION control.hold_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF tg_table_schema = 'read' THEN
    PERFORM control.announce_version();
    PERFORM pg_sleep(greatest(0, current_setting('coinlog.announced_at')::double precision + 0.004
      - extract(epoch FROM clock_timestamp())::double precision));
  END IF;
  RETURN NULL;
END
$$;
--> statement-breakpoint
-- The version, and whether it stays for a while: no commit was announced, and none can be made without. A hot standby
-- does not see locks. The lock is given back at once: what counts is that it was free after the caller asked, and
-- before the version is read, which as a statement of its own sees every commit until then.
CREATE FUNCTION control.read_version(OUT version bigint, OUT is_quiet boolean) LANGUAGE plpgsql AS $$
BEGIN
  is_quiet := NOT pg_is_in_recovery()
    AND current_setting('transaction_isolation') = 'read committed'
    AND EXISTS (SELECT FROM pg_trigger
      WHERE tgrelid = to_regclass('read.read_model') AND tgname = 'announced' AND tgenabled IN ('O', 'A'));
  IF is_quiet THEN
    is_quiet := pg_try_advisory_lock_shared(2011976104);
  END IF;
  IF is_quiet THEN
    PERFORM pg_advisory_unlock_shared(2011976104);
  END IF;
  SELECT m.version INTO version FROM read.read_model m;
END
$$;
--> statement-breakpoint
DO $$
BEGIN
  IF to_regclass('read.read_model') IS NOT NULL THEN
    SET LOCAL ROLE coinlog_projector;
    CREATE TRIGGER announced BEFORE INSERT OR UPDATE ON read.read_model EXECUTE FUNCTION control.hold_version();
    RESET ROLE;
  END IF;
END
$$;
