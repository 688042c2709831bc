CREATE TABLE "control"."pending_file" (
	"file" text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log"."segment" (
	"stream" text NOT NULL,
	"first_version" bigint NOT NULL,
	"last_version" bigint NOT NULL,
	"previous_hash" "bytea" NOT NULL,
	"chain_hash" "bytea" NOT NULL,
	"payload_bytes" bigint NOT NULL,
	"last_recorded_at" timestamp with time zone NOT NULL,
	"file" text NOT NULL,
	"file_bytes" bigint NOT NULL,
	"file_sha256" "bytea" NOT NULL,
	"archived_at" timestamp with time zone NOT NULL,
	CONSTRAINT "segment_stream_first_version_pk" PRIMARY KEY("stream","first_version")
);
--> statement-breakpoint
CREATE TABLE "control"."verify_checkpoint" (
	"stream" text PRIMARY KEY NOT NULL,
	"version" bigint NOT NULL,
	"chain_hash" "bytea" NOT NULL,
	"verified_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX "segment_file" ON "log"."segment" USING btree ("file");
--> statement-breakpoint
ALTER TABLE log.segment OWNER TO coinlog_log;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON control.pending_file TO coinlog_app;
--> statement-breakpoint
GRANT SELECT ON log.segment TO coinlog_app, coinlog_projector;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON control.verify_checkpoint TO coinlog_app;
--> statement-breakpoint
-- The header that the chain covers: the same text src/log/chain.ts builds.
CREATE FUNCTION log.header(p_stream text, p_version bigint, e jsonb, p_recorded_at bigint) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT '{"event_id":' || to_json(e ->> 'id') || ',"metadata":' || (e ->> 'metadata')
    || ',"payload_bytes":' || (e ->> 'payload_bytes') || ',"received_at":' || (e ->> 'received_at')
    || ',"recorded_at":' || p_recorded_at || ',"run_id":' || coalesce(to_json(e ->> 'run_id')::text, 'null')
    || ',"schema_version":' || (e ->> 'schema_version') || ',"stream":' || to_json(p_stream)
    || ',"type":' || to_json(e ->> 'type') || ',"version":' || p_version || '}'
$$;
--> statement-breakpoint
-- Writes one event after the head it is given, and returns the moved head. A null payload is a redacted one.
-- Every name is qualified, since its callers set the search path.
CREATE FUNCTION log.put(s log.stream, e jsonb, p_payload bytea) RETURNS log.stream
LANGUAGE plpgsql AS $$
DECLARE
  digest bytea := decode(e ->> 'sha256', 'hex');
BEGIN
  s.head := s.head + 1;
  IF s.head % 65536 = 1 THEN
    PERFORM log.ensure_partition(s.stream, s.head);
  END IF;
  s.chain_hash := sha256(s.chain_hash
    || sha256(convert_to(log.header(s.stream, s.head, e, log.microseconds(s.last_recorded_at)), 'UTF8')) || digest);
  INSERT INTO log.event VALUES (s.stream, s.head, (e ->> 'id')::uuid, e ->> 'type', (e ->> 'schema_version')::int,
    e ->> 'run_id', 'epoch'::timestamptz + (e ->> 'received_at')::bigint * interval '1 microsecond', s.last_recorded_at,
    (e ->> 'metadata')::jsonb, p_payload, (e ->> 'payload_bytes')::bigint, digest, s.chain_hash);
  INSERT INTO log.event_key VALUES (s.stream, (e ->> 'id')::uuid, s.head, digest);
  RETURN s;
END $$;
--> statement-breakpoint
-- As before, in the order that makes a retry safe (see 0001). New: the ids are looked up one by one, by the index
-- always. As a join, planned once per session while the table was small, it became a scan of every key there is: an
-- append went from 0.3 to 1.0 ms within 6,000 events.
CREATE OR REPLACE FUNCTION log.append(p_stream text, p_expected_head bigint, p_events jsonb, p_payloads bytea) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = log, pg_temp SET enable_seqscan = off AS $$
DECLARE
  s log.stream%ROWTYPE;
  e jsonb;
  known log.event_key%ROWTYPE;
  versions bigint[] := '{}';
  same_digests boolean := true;
  place int := 1;
  stored int;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'log.append needs read committed: under % it could not see what it waited for', current_setting('transaction_isolation');
  END IF;
  SELECT * INTO s FROM log.stream WHERE stream = p_stream FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO log.stream VALUES (p_stream, 0, sha256(convert_to(p_stream, 'UTF8')), '-infinity') ON CONFLICT DO NOTHING;
    SELECT * INTO s FROM log.stream WHERE stream = p_stream FOR UPDATE;
  END IF;

  FOR e IN SELECT * FROM jsonb_array_elements(p_events) LOOP
    SELECT * INTO known FROM log.event_key WHERE stream = p_stream AND event_id = (e ->> 'id')::uuid;
    IF FOUND THEN
      versions := versions || known.version;
      same_digests := same_digests AND known.sha256 = decode(e ->> 'sha256', 'hex');
    END IF;
  END LOOP;
  IF NOT same_digests THEN
    RETURN jsonb_build_object('kind', 'conflict', 'reason', 'other_payload', 'head', s.head);
  ELSIF cardinality(versions) = jsonb_array_length(p_events) THEN
    RETURN jsonb_build_object('kind', 'duplicate', 'versions', to_jsonb(versions), 'head', s.head);
  ELSIF cardinality(versions) > 0 THEN
    RETURN jsonb_build_object('kind', 'conflict', 'reason', 'partly_known', 'head', s.head);
  ELSIF p_expected_head <> s.head THEN
    RETURN jsonb_build_object('kind', 'conflict', 'reason', 'head_moved', 'head', s.head);
  END IF;

  -- Milliseconds, so that no reader's clock type rounds it; and never before the stream's last.
  s.last_recorded_at := greatest(date_trunc('milliseconds', clock_timestamp()), s.last_recorded_at);
  FOR e IN SELECT * FROM jsonb_array_elements(p_events) LOOP
    stored := (e ->> 'stored_bytes')::int;
    s := log.put(s, e, substring(p_payloads FROM place FOR stored));
    place := place + stored;
    versions := versions || s.head;
  END LOOP;
  UPDATE log.stream SET head = s.head, chain_hash = s.chain_hash, last_recorded_at = s.last_recorded_at WHERE stream = p_stream;
  -- A hint without data: whoever misses it finds the events by asking.
  PERFORM pg_notify('coinlog_log', '');
  RETURN jsonb_build_object('kind', 'appended', 'versions', to_jsonb(versions), 'head', s.head);
END $$;
--> statement-breakpoint
-- Events of another database, with the versions, ids, times and hashes they have there. Refused unless they follow on
-- from what is here, and unless every hash comes out as it was. p_events as in log.append, with recorded_at
-- (microseconds) and chain_hash (hex) besides; stored_bytes is null where the payload was redacted.
CREATE FUNCTION log.import(p_stream text, p_head bigint, p_events jsonb, p_payloads bytea) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = log, pg_temp SET enable_seqscan = off AS $$
DECLARE
  s log.stream%ROWTYPE;
  e jsonb;
  place int := 1;
  stored int;
  payload bytea;
BEGIN
  INSERT INTO log.stream VALUES (p_stream, 0, sha256(convert_to(p_stream, 'UTF8')), '-infinity') ON CONFLICT DO NOTHING;
  SELECT * INTO s FROM log.stream WHERE stream = p_stream FOR UPDATE;
  IF s.head <> p_head THEN
    RAISE EXCEPTION '% is at version %, not %: somebody else appends to it', p_stream, s.head, p_head USING ERRCODE = 'serialization_failure';
  END IF;
  FOR e IN SELECT * FROM jsonb_array_elements(p_events) LOOP
    stored := (e ->> 'stored_bytes')::int;
    payload := substring(p_payloads FROM place FOR stored);
    place := place + coalesce(stored, 0);
    s.last_recorded_at := 'epoch'::timestamptz + (e ->> 'recorded_at')::bigint * interval '1 microsecond';
    s := log.put(s, e, payload);
    IF s.chain_hash <> decode(e ->> 'chain_hash', 'hex') THEN
      RAISE EXCEPTION 'event % of % does not follow from the one before it', s.head, p_stream USING ERRCODE = 'data_exception';
    END IF;
  END LOOP;
  UPDATE log.stream SET head = s.head, chain_hash = s.chain_hash, last_recorded_at = s.last_recorded_at WHERE stream = p_stream;
  PERFORM pg_notify('coinlog_log', '');
  RETURN s.head;
END $$;
--> statement-breakpoint
-- The one change an event can see: its payload goes, everything else stays. Only log.redact runs as coinlog_log, which
-- cannot log in.
CREATE FUNCTION log.refuse_but_redaction() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_user = 'coinlog_log' AND OLD.payload IS NOT NULL AND NEW.payload IS NULL THEN
    OLD.payload := NULL;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the event log is append-only: % on %.% refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
DROP TRIGGER append_only ON log.event;
--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON log.event FOR EACH ROW EXECUTE FUNCTION log.refuse_but_redaction();
--> statement-breakpoint
-- Tables that an archiver or a redaction that was killed left beside the partitions. They hold payloads too.
CREATE FUNCTION log.drop_leftovers(p_stream text) RETURNS void
LANGUAGE plpgsql SET search_path = log, pg_temp AS $$
DECLARE
  leftover text;
BEGIN
  FOR leftover IN SELECT relname FROM pg_catalog.pg_class
    WHERE relnamespace = 'log'::regnamespace AND relkind = 'r' AND NOT relispartition
      AND (starts_with(relname, 'event:' || p_stream || ':') OR relname = 'rewrite:' || p_stream) LOOP
    EXECUTE format('DROP TABLE log.%I', leftover);
  END LOOP;
END $$;
--> statement-breakpoint
-- Removes one payload, of which the operator's event must say so first. Returns false when the event is not in the
-- table: its segment is in the archive. Takes its turn with log.finish_cut by the stream's lock.
CREATE FUNCTION log.redact(p_stream text, p_version bigint) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = log, pg_temp AS $$
BEGIN
  PERFORM FROM log.event WHERE stream = 'operator' AND type = 'event.redacted'
    AND metadata ->> 'stream' = p_stream AND (metadata ->> 'version')::bigint = p_version;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no operator has decided to redact event % of %', p_version, p_stream USING ERRCODE = 'insufficient_privilege';
  END IF;
  PERFORM FROM log.stream WHERE stream = p_stream FOR UPDATE;
  PERFORM log.drop_leftovers(p_stream);
  UPDATE log.event SET payload = NULL WHERE stream = p_stream AND version = p_version AND payload IS NOT NULL;
  PERFORM FROM log.event WHERE stream = p_stream AND version = p_version;
  RETURN FOUND;
END $$;
--> statement-breakpoint
-- A segment's file may be replaced by one without a redacted payload; its place in the chain never changes.
CREATE FUNCTION log.refuse_but_new_file() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND current_user = 'coinlog_log' THEN
    OLD.file := NEW.file;
    OLD.file_bytes := NEW.file_bytes;
    OLD.file_sha256 := NEW.file_sha256;
    IF NEW IS NOT DISTINCT FROM OLD THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION 'the event log is append-only: % on %.% refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON log.segment FOR EACH ROW EXECUTE FUNCTION log.refuse_but_new_file();
--> statement-breakpoint
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON log.segment FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
--> statement-breakpoint
CREATE FUNCTION log.replace_file(p_old_file text, p_file text, p_bytes bigint, p_sha256 bytea) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = log, pg_temp AS $$
BEGIN
  UPDATE log.segment SET file = p_file, file_bytes = p_bytes, file_sha256 = p_sha256 WHERE file = p_old_file;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no segment has the file % any more', p_old_file USING ERRCODE = 'serialization_failure';
  END IF;
END $$;
--> statement-breakpoint
-- Cutting a segment off, first half: what follows it within its partition is copied to a table that will take the
-- partition's place. Nobody waits for it.
CREATE FUNCTION log.begin_cut(p_stream text, p_first bigint, p_last bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = log, pg_temp AS $$
DECLARE
  part text := 'event:' || p_stream || ':' || p_first;
  rest text := 'event:' || p_stream || ':' || p_last + 1;
BEGIN
  IF p_last < p_first OR p_last > ((p_first - 1) / 65536 + 1) * 65536 THEN
    RAISE EXCEPTION 'a segment lies within one partition: % to % of % does not', p_first, p_last, p_stream;
  END IF;
  PERFORM log.drop_leftovers(p_stream);
  IF p_last % 65536 = 0 THEN
    RETURN;
  END IF;
  EXECUTE format('CREATE TABLE log.%I (LIKE log.event INCLUDING ALL)', rest);
  EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON log.%I FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change()', rest);
  EXECUTE format('INSERT INTO log.%I SELECT * FROM log.%I WHERE version > $1', rest, part) USING p_last;
END $$;
--> statement-breakpoint
-- Second half, in milliseconds and under the stream's lock: the few events that came meanwhile, the exchange of the
-- tables, the segment's row. Fails without harm when a reader is in the way for longer than the lock timeout.
CREATE FUNCTION log.finish_cut(p log.segment, p_redacted bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = log, pg_temp SET lock_timeout = '300ms' AS $$
DECLARE
  parent text := 'event:' || (p).stream;
  part text := parent || ':' || (p).first_version;
  rest text := parent || ':' || (p).last_version + 1;
  upper_bound bigint := (((p).first_version - 1) / 65536 + 1) * 65536 + 1;
  found_events bigint;
  found_chain bytea;
  found_redacted bigint;
  redacted_meanwhile boolean := false;
BEGIN
  PERFORM FROM log.stream WHERE stream = (p).stream FOR UPDATE;
  EXECUTE format('SELECT count(*) FROM log.%I WHERE version <= $1', part) INTO found_events USING (p).last_version;
  EXECUTE format('SELECT chain_hash FROM log.%I WHERE version = $1', part) INTO found_chain USING (p).last_version;
  IF found_events <> (p).last_version - (p).first_version + 1 OR found_chain IS DISTINCT FROM (p).chain_hash THEN
    RAISE EXCEPTION 'what was archived is not what is in %', part;
  END IF;
  -- A payload that was redacted meanwhile must not come back, from the file or from the copy.
  EXECUTE format('SELECT count(*) FROM log.%I WHERE version <= $1 AND payload IS NULL', part) INTO found_redacted USING (p).last_version;
  IF (p).last_version + 1 < upper_bound THEN
    EXECUTE format('SELECT EXISTS (SELECT FROM log.%I o JOIN log.%I n USING (version) WHERE o.payload IS NULL AND n.payload IS NOT NULL)', part, rest)
      INTO redacted_meanwhile;
  END IF;
  IF found_redacted <> p_redacted OR redacted_meanwhile THEN
    RAISE EXCEPTION 'a payload of % was redacted meanwhile', part USING ERRCODE = 'serialization_failure';
  END IF;
  IF (p).last_version + 1 < upper_bound THEN
    EXECUTE format('INSERT INTO log.%1$I SELECT * FROM log.%2$I WHERE version > coalesce((SELECT max(version) FROM log.%1$I), $1)', rest, part)
      USING (p).last_version;
  END IF;
  EXECUTE format('ALTER TABLE log.%I DETACH PARTITION log.%I', parent, part);
  EXECUTE format('DROP TABLE log.%I', part);
  IF (p).last_version + 1 < upper_bound THEN
    EXECUTE format('ALTER TABLE log.%I ATTACH PARTITION log.%I FOR VALUES FROM (%s) TO (%s)', parent, rest, (p).last_version + 1, upper_bound);
  END IF;
  INSERT INTO log.segment SELECT p.*;
END $$;
--> statement-breakpoint
-- Writes the partition of an event anew, so that no old version of a row is left in its files. VACUUM FULL would keep
-- those that some open transaction could still see. Fails without harm when a reader is in the way, like log.finish_cut.
CREATE FUNCTION log.rewrite(p_stream text, p_version bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = log, pg_temp SET lock_timeout = '300ms' AS $$
DECLARE
  parent text := 'event:' || p_stream;
  fresh text := 'rewrite:' || p_stream;
  part text := (SELECT c.relname FROM log.event e JOIN pg_catalog.pg_class c ON c.oid = e.tableoid
    WHERE e.stream = p_stream AND e.version = p_version);
  first_version bigint := substring(part FROM ':(\d+)$')::bigint;
BEGIN
  EXECUTE format('CREATE TABLE log.%I (LIKE log.event INCLUDING ALL)', fresh);
  EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON log.%I FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change()', fresh);
  EXECUTE format('INSERT INTO log.%I SELECT * FROM log.%I', fresh, part);
  PERFORM FROM log.stream WHERE stream = p_stream FOR UPDATE;
  EXECUTE format('INSERT INTO log.%1$I SELECT * FROM log.%2$I WHERE version > (SELECT max(version) FROM log.%1$I)', fresh, part);
  EXECUTE format('ALTER TABLE log.%I DETACH PARTITION log.%I', parent, part);
  EXECUTE format('DROP TABLE log.%I', part);
  EXECUTE format('ALTER TABLE log.%I RENAME TO %I', fresh, part);
  EXECUTE format('ALTER TABLE log.%I ATTACH PARTITION log.%I FOR VALUES FROM (%s) TO (%s)', parent, part,
    first_version, ((first_version - 1) / 65536 + 1) * 65536 + 1);
END $$;
--> statement-breakpoint
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['header(text, bigint, jsonb, bigint)', 'put(log.stream, jsonb, bytea)',
    'append(text, bigint, jsonb, bytea)', 'import(text, bigint, jsonb, bytea)', 'refuse_but_redaction()',
    'refuse_but_new_file()', 'redact(text, bigint)', 'replace_file(text, text, bigint, bytea)',
    'drop_leftovers(text)',
    'rewrite(text, bigint)', 'begin_cut(text, bigint, bigint)', 'finish_cut(log.segment, bigint)'] LOOP
    EXECUTE format('ALTER FUNCTION log.%s OWNER TO coinlog_log', name);
    EXECUTE format('REVOKE ALL ON FUNCTION log.%s FROM PUBLIC', name);
  END LOOP;
END $$;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION log.append(text, bigint, jsonb, bytea) TO coinlog_app;
