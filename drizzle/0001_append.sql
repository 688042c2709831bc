-- A stream's events lie in partitions of 65,536 versions, so that a closed one can leave for an archive whole. They are
-- made apart and attached: CREATE TABLE … PARTITION OF would lock log.event against every reader.
CREATE FUNCTION log.ensure_partition(p_stream text, p_version bigint) RETURNS void
LANGUAGE plpgsql SET search_path = log, pg_temp AS $$
DECLARE
  first_version bigint := ((p_version - 1) / 65536) * 65536 + 1;
  parent text := 'event:' || p_stream;
  part text := parent || ':' || first_version;
  is_new boolean := to_regclass(format('log.%I', parent)) IS NULL;
BEGIN
  IF is_new THEN
    EXECUTE format('CREATE TABLE log.%I (LIKE log.event INCLUDING ALL) PARTITION BY RANGE (version)', parent);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON log.%I FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change()', parent);
  END IF;
  IF to_regclass(format('log.%I', part)) IS NULL THEN
    EXECUTE format('CREATE TABLE log.%I (LIKE log.event INCLUDING ALL)', part);
    EXECUTE format('CREATE TRIGGER no_truncate BEFORE TRUNCATE ON log.%I FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change()', part);
    EXECUTE format('ALTER TABLE log.%I ATTACH PARTITION log.%I FOR VALUES FROM (%s) TO (%s)', parent, part, first_version, first_version + 65536);
  END IF;
  IF is_new THEN
    EXECUTE format('ALTER TABLE log.event ATTACH PARTITION log.%I FOR VALUES IN (%L)', parent, p_stream);
  END IF;
END $$;
--> statement-breakpoint
CREATE FUNCTION log.microseconds(t timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT (extract(epoch FROM t) * 1000000)::bigint $$;
--> statement-breakpoint
-- Appends a batch to one stream, in the order that makes a retry safe: lock the head; look the ids up in a new
-- statement; all there with equal digests: duplicate, whatever the expected head; some there or another digest:
-- conflict; none there: check the expected head, then insert. Checking the head first would make a retry after a
-- lost answer conflict with itself.
--
-- p_events: [{id, type, schema_version, run_id, received_at (microseconds), metadata (canonical JSON as text),
-- payload_bytes, stored_bytes, sha256 (hex)}]; p_payloads: their compressed payloads, one after the other.
CREATE FUNCTION log.append(p_stream text, p_expected_head bigint, p_events jsonb, p_payloads bytea) RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = log, pg_temp AS $$
DECLARE
  s log.stream%ROWTYPE;
  e jsonb;
  wanted int := jsonb_array_length(p_events);
  known bigint[];
  equal_digests boolean;
  at timestamptz;
  place int := 1;
  stored int;
  header text;
  versions bigint[] := '{}';
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION 'log.append needs read committed: under % it could not see what it waited for', current_setting('transaction_isolation');
  END IF;
  SELECT * INTO s FROM log.stream WHERE stream = p_stream FOR UPDATE;
  IF NOT FOUND THEN
    INSERT INTO log.stream VALUES (p_stream, 0, sha256(convert_to(p_stream, 'UTF8')), '-infinity') ON CONFLICT DO NOTHING;
    SELECT * INTO s FROM log.stream WHERE stream = p_stream FOR UPDATE;
  END IF;

  SELECT array_agg(k.version ORDER BY n), bool_and(k.sha256 = decode(x ->> 'sha256', 'hex'))
    INTO known, equal_digests
    FROM jsonb_array_elements(p_events) WITH ORDINALITY AS t(x, n)
    JOIN log.event_key k ON k.stream = p_stream AND k.event_id = (x ->> 'id')::uuid;
  IF known IS NOT NULL THEN
    IF cardinality(known) = wanted AND equal_digests THEN
      RETURN jsonb_build_object('kind', 'duplicate', 'versions', to_jsonb(known), 'head', s.head);
    END IF;
    RETURN jsonb_build_object('kind', 'conflict', 'reason', CASE WHEN equal_digests THEN 'partly_known' ELSE 'other_payload' END,
      'head', s.head);
  END IF;
  IF p_expected_head IS NOT NULL AND p_expected_head <> s.head THEN
    RETURN jsonb_build_object('kind', 'conflict', 'reason', 'head_moved', 'head', s.head);
  END IF;

  -- Milliseconds, so that no reader's clock type rounds it.
  at := greatest(date_trunc('milliseconds', clock_timestamp()), s.last_recorded_at);
  FOR e IN SELECT * FROM jsonb_array_elements(p_events) LOOP
    s.head := s.head + 1;
    IF s.head % 65536 = 1 THEN
      PERFORM log.ensure_partition(p_stream, s.head);
    END IF;
    header := '{"event_id":' || to_json(e ->> 'id') || ',"metadata":' || (e ->> 'metadata')
      || ',"payload_bytes":' || (e ->> 'payload_bytes') || ',"received_at":' || (e ->> 'received_at')
      || ',"recorded_at":' || log.microseconds(at) || ',"run_id":' || coalesce(to_json(e ->> 'run_id')::text, 'null')
      || ',"schema_version":' || (e ->> 'schema_version') || ',"stream":' || to_json(p_stream)
      || ',"type":' || to_json(e ->> 'type') || ',"version":' || s.head || '}';
    s.chain_hash := sha256(s.chain_hash || sha256(convert_to(header, 'UTF8')) || decode(e ->> 'sha256', 'hex'));
    stored := (e ->> 'stored_bytes')::int;
    INSERT INTO log.event VALUES (p_stream, s.head, (e ->> 'id')::uuid, e ->> 'type', (e ->> 'schema_version')::int,
      e ->> 'run_id', 'epoch'::timestamptz + (e ->> 'received_at')::bigint * interval '1 microsecond', at,
      (e ->> 'metadata')::jsonb, substring(p_payloads FROM place FOR stored), (e ->> 'payload_bytes')::bigint,
      decode(e ->> 'sha256', 'hex'), s.chain_hash);
    INSERT INTO log.event_key VALUES (p_stream, (e ->> 'id')::uuid, s.head, decode(e ->> 'sha256', 'hex'));
    place := place + stored;
    versions := versions || s.head;
  END LOOP;
  UPDATE log.stream SET head = s.head, chain_hash = s.chain_hash, last_recorded_at = at WHERE stream = p_stream;
  -- A hint without data: whoever misses it finds the events by asking.
  PERFORM pg_notify('coinlog_log', '');
  RETURN jsonb_build_object('kind', 'appended', 'versions', to_jsonb(versions), 'head', s.head);
END $$;
--> statement-breakpoint
ALTER FUNCTION log.ensure_partition(text, bigint) OWNER TO coinlog_log;
--> statement-breakpoint
ALTER FUNCTION log.microseconds(timestamptz) OWNER TO coinlog_log;
--> statement-breakpoint
ALTER FUNCTION log.append(text, bigint, jsonb, bytea) OWNER TO coinlog_log;
--> statement-breakpoint
REVOKE ALL ON FUNCTION log.append(text, bigint, jsonb, bytea), log.ensure_partition(text, bigint) FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION log.append(text, bigint, jsonb, bytea) TO coinlog_app;
