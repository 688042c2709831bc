CREATE TABLE "control"."corrected" (
	"source" text NOT NULL,
	"source_coin_id" text NOT NULL,
	"quote_currency" text NOT NULL,
	CONSTRAINT "corrected_key" PRIMARY KEY("source","source_coin_id","quote_currency")
);
--> statement-breakpoint
CREATE TABLE "control"."rebuild" (
	"id" uuid PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"holder" text NOT NULL,
	"reason" text NOT NULL,
	"status" text NOT NULL,
	"phase" text NOT NULL,
	"events_done" bigint NOT NULL,
	"events_total" bigint NOT NULL,
	"rows" bigint NOT NULL,
	"differences" bigint,
	"error" text,
	"started_at" timestamp with time zone NOT NULL,
	"updated_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "rebuild_started" ON "control"."rebuild" USING btree ("started_at");--> statement-breakpoint
GRANT SELECT, INSERT, UPDATE, DELETE ON control.rebuild TO coinlog_app;
--> statement-breakpoint
GRANT SELECT ON control.corrected TO coinlog_app;
--> statement-breakpoint
GRANT SELECT, INSERT ON control.corrected TO coinlog_projector;
--> statement-breakpoint
GRANT DELETE ON control.correction TO coinlog_projector;
