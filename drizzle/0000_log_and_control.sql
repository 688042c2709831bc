-- Roles belong to the whole cluster: another database of it may have made them already.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['coinlog_log', 'coinlog_projector', 'coinlog_app'] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN', name);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
END $$;
--> statement-breakpoint
-- The migrating login makes objects in their name; a superuser may anyway.
DO $$
BEGIN
  IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
    EXECUTE format('GRANT coinlog_log, coinlog_projector, coinlog_app TO %I', current_user);
  END IF;
END $$;
--> statement-breakpoint
-- The projector's rights are taken on purpose (SET ROLE), never by accident.
GRANT coinlog_projector TO coinlog_app WITH INHERIT FALSE, SET TRUE;
--> statement-breakpoint
CREATE SCHEMA IF NOT EXISTS "control";
--> statement-breakpoint
CREATE SCHEMA "log" AUTHORIZATION coinlog_log;
--> statement-breakpoint
CREATE TABLE "log"."event" (
	"stream" text NOT NULL,
	"version" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"type" text NOT NULL CHECK ("type" ~ '^[a-z][a-z0-9_.-]{0,39}$'),
	"schema_version" integer NOT NULL,
	"run_id" text CHECK ("run_id" ~ '^[A-Za-z0-9_.-]{1,80}$'),
	"received_at" timestamp with time zone NOT NULL,
	"recorded_at" timestamp with time zone NOT NULL,
	"metadata" jsonb NOT NULL,
	"payload" "bytea",
	"payload_bytes" bigint NOT NULL,
	"sha256" "bytea" NOT NULL,
	"chain_hash" "bytea" NOT NULL,
	CONSTRAINT "event_stream_version_pk" PRIMARY KEY("stream","version")
) PARTITION BY LIST ("stream");
--> statement-breakpoint
-- Payloads arrive compressed: PostgreSQL would only try in vain.
ALTER TABLE "log"."event" ALTER COLUMN "payload" SET STORAGE EXTERNAL;
--> statement-breakpoint
CREATE TABLE "log"."event_key" (
	"stream" text NOT NULL,
	"event_id" uuid NOT NULL,
	"version" bigint NOT NULL,
	"sha256" "bytea" NOT NULL,
	CONSTRAINT "event_key_stream_event_id_pk" PRIMARY KEY("stream","event_id")
);
--> statement-breakpoint
CREATE TABLE "control"."lease" (
	"name" text PRIMARY KEY NOT NULL,
	"holder" text NOT NULL,
	"acquired_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "log"."stream" (
	"stream" text PRIMARY KEY NOT NULL,
	"head" bigint NOT NULL,
	"chain_hash" "bytea" NOT NULL,
	"last_recorded_at" timestamp with time zone NOT NULL,
	CONSTRAINT "stream_name" CHECK ("log"."stream"."stream" ~ '^[a-z][a-z0-9_.-]{0,39}$')
);
--> statement-breakpoint
CREATE FUNCTION log.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the event log is append-only: % on %.% refused', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
    USING ERRCODE = 'insufficient_privilege';
END $$;
--> statement-breakpoint
-- Row triggers on a partitioned table come to every partition, present and future; TRUNCATE has none per row, so
-- each partition gets its own where it is made.
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON log.event FOR EACH ROW EXECUTE FUNCTION log.refuse_change();
--> statement-breakpoint
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON log.event FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
--> statement-breakpoint
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON log.event_key FOR EACH ROW EXECUTE FUNCTION log.refuse_change();
--> statement-breakpoint
CREATE TRIGGER no_truncate BEFORE TRUNCATE ON log.event_key FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
--> statement-breakpoint
CREATE TRIGGER no_truncate BEFORE TRUNCATE OR DELETE ON log.stream FOR EACH STATEMENT EXECUTE FUNCTION log.refuse_change();
--> statement-breakpoint
ALTER TABLE log.event OWNER TO coinlog_log;
--> statement-breakpoint
ALTER TABLE log.event_key OWNER TO coinlog_log;
--> statement-breakpoint
ALTER TABLE log.stream OWNER TO coinlog_log;
--> statement-breakpoint
ALTER FUNCTION log.refuse_change() OWNER TO coinlog_log;
--> statement-breakpoint
GRANT USAGE ON SCHEMA log TO coinlog_app, coinlog_projector;
--> statement-breakpoint
GRANT SELECT ON log.stream, log.event, log.event_key TO coinlog_app, coinlog_projector;
--> statement-breakpoint
GRANT USAGE ON SCHEMA control TO coinlog_app, coinlog_projector;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON control.lease TO coinlog_app;
--> statement-breakpoint
GRANT SELECT ON ALL TABLES IN SCHEMA control TO coinlog_app;
--> statement-breakpoint
-- The projector makes, swaps and drops the schemas of the read model, and points the public views at them.
DO $$
BEGIN
  EXECUTE format('GRANT CREATE ON DATABASE %I TO coinlog_projector', current_database());
END $$;
--> statement-breakpoint
GRANT USAGE, CREATE ON SCHEMA public TO coinlog_projector;
--> statement-breakpoint
GRANT USAGE ON SCHEMA public TO coinlog_app;
