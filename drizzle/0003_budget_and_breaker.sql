CREATE TABLE "control"."breaker" (
	"source" text PRIMARY KEY NOT NULL,
	"config_digest" text NOT NULL,
	"state" jsonb,
	"not_before" timestamp with time zone,
	"not_before_set_at" timestamp with time zone,
	"not_before_reason" text,
	"stopped_at" timestamp with time zone,
	"stopped_reason" text,
	"stopped_until" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "control"."budget" (
	"source" text NOT NULL,
	"key_digest" text NOT NULL,
	CONSTRAINT "budget_source_key_digest_pk" PRIMARY KEY("source","key_digest")
);
--> statement-breakpoint
CREATE TABLE "control"."budget_month" (
	"source" text NOT NULL,
	"key_digest" text NOT NULL,
	"month" date NOT NULL,
	"used" bigint NOT NULL,
	"last_taken_at" timestamp with time zone NOT NULL,
	CONSTRAINT "budget_month_source_key_digest_month_pk" PRIMARY KEY("source","key_digest","month")
);
--> statement-breakpoint
CREATE TABLE "control"."budget_token" (
	"source" text NOT NULL,
	"key_digest" text NOT NULL,
	"id" uuid NOT NULL,
	"taken_at" timestamp with time zone NOT NULL,
	"released_at" timestamp with time zone,
	CONSTRAINT "budget_token_source_key_digest_id_pk" PRIMARY KEY("source","key_digest","id")
);
--> statement-breakpoint
CREATE TABLE "control"."digest_key" (
	"one" boolean PRIMARY KEY DEFAULT true NOT NULL,
	"key" "bytea" NOT NULL
);
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON control.budget, control.budget_token, control.budget_month, control.breaker TO coinlog_app;
--> statement-breakpoint
GRANT SELECT ON control.digest_key TO coinlog_app;
--> statement-breakpoint
INSERT INTO control.digest_key (key) VALUES (uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid()));
--> statement-breakpoint
-- When fewer than p_limit of a key's tokens lie within a window; null when that is so now. One without an answer yet
-- leaves the window at the earliest when its answer comes this moment.
CREATE FUNCTION control.free_at(p_source text, p_key text, p_now timestamptz, p_limit int, p_window interval)
RETURNS timestamptz LANGUAGE sql STABLE AS $$
  SELECT leaves_at FROM (
    SELECT coalesce(released_at, p_now) + p_window AS leaves_at, count(*) OVER () AS inside,
      row_number() OVER (ORDER BY coalesce(released_at, p_now)) AS place
    FROM control.budget_token
    WHERE source = p_source AND key_digest = p_key AND coalesce(released_at, p_now) + p_window > p_now) token
  WHERE inside >= p_limit AND place = inside - p_limit + 1
$$;
--> statement-breakpoint
-- Takes a token for one request, or says which window is full and when to ask again; no row means taken. The lock is
-- first and each statement after it sees what others have committed, so that two workers never take the last one both.
-- p_now is the caller's clock. A limit that is null does not count. A token never released (its process was killed)
-- counts as released p_lost_after its taking.
CREATE FUNCTION control.take_token(p_source text, p_key text, p_id uuid, p_now timestamptz, p_second int, p_minute int,
  p_month bigint, p_lost_after interval) RETURNS TABLE (full_window text, free_at timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
  this_month date := date_trunc('month', p_now AT TIME ZONE 'UTC');
  spent bigint;
BEGIN
  INSERT INTO control.budget AS b VALUES (p_source, p_key) ON CONFLICT DO NOTHING;
  PERFORM 1 FROM control.budget b WHERE b.source = p_source AND b.key_digest = p_key FOR UPDATE;
  -- A clock that was set back: what it said before would count for ever.
  UPDATE control.budget_token t SET taken_at = least(t.taken_at, p_now), released_at = least(t.released_at, p_now)
  WHERE t.source = p_source AND t.key_digest = p_key
    AND greatest(t.taken_at, t.released_at) > p_now + interval '1 minute';
  UPDATE control.budget_token t SET released_at = t.taken_at + p_lost_after
  WHERE t.source = p_source AND t.key_digest = p_key AND t.released_at IS NULL AND t.taken_at + p_lost_after < p_now;
  DELETE FROM control.budget_token t
  WHERE t.source = p_source AND t.key_digest = p_key AND t.released_at <= p_now - interval '1 minute';

  SELECT m.used INTO spent FROM control.budget_month m
  WHERE m.source = p_source AND m.key_digest = p_key AND m.month = this_month;
  IF spent >= p_month THEN
    RETURN QUERY SELECT 'month', (this_month + interval '1 month') AT TIME ZONE 'UTC';
    RETURN;
  END IF;
  RETURN QUERY
    SELECT w.name, f.at FROM (VALUES ('second', p_second, interval '1 second'), ('minute', p_minute, interval '1 minute'))
      AS w (name, most, length),
      LATERAL control.free_at(p_source, p_key, p_now, w.most, w.length) AS f (at)
    WHERE w.most IS NOT NULL AND f.at IS NOT NULL
    ORDER BY f.at DESC LIMIT 1;
  IF FOUND THEN
    RETURN;
  END IF;
  INSERT INTO control.budget_token (source, key_digest, id, taken_at) VALUES (p_source, p_key, p_id, p_now);
  INSERT INTO control.budget_month AS m VALUES (p_source, p_key, this_month, 1, p_now)
  ON CONFLICT (source, key_digest, month) DO UPDATE
    SET used = m.used + 1, last_taken_at = excluded.last_taken_at;
END
$$;
--> statement-breakpoint
REVOKE ALL ON FUNCTION control.take_token, control.free_at FROM PUBLIC;
--> statement-breakpoint
GRANT EXECUTE ON FUNCTION control.take_token, control.free_at TO coinlog_app;
