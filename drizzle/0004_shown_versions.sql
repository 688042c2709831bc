CREATE TABLE "control"."correction" (
	"source" text NOT NULL,
	"source_coin_id" text NOT NULL,
	"quote_currency" text NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	"stream" text NOT NULL,
	"since_version" bigint NOT NULL,
	"since_index" integer NOT NULL,
	"from_version" bigint NOT NULL,
	"to_version" bigint,
	"reading" jsonb,
	CONSTRAINT "correction_key" PRIMARY KEY("source","source_coin_id","quote_currency","observed_at","stream","since_version","since_index","from_version")
);
--> statement-breakpoint
CREATE TABLE "control"."shown" (
	"version" bigint PRIMARY KEY NOT NULL,
	"shown_at" timestamp with time zone NOT NULL,
	"checkpoints" jsonb NOT NULL,
	"fold_digest" text,
	"withdrawn" bigint,
	"introduced" bigint
);
--> statement-breakpoint
CREATE INDEX "shown_at" ON "control"."shown" USING btree ("shown_at");--> statement-breakpoint
GRANT SELECT ON control.shown, control.correction TO coinlog_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON control.shown TO coinlog_projector;
--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE ON control.correction TO coinlog_projector;
