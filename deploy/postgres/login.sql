-- Run once, when the database's volume is new: the login of the running coinlog. It owns nothing, so that the log's
-- protection against its own program is real; "coinlog migrate" comes as the owner. The name of the group is what
-- the migrations expect, and they give it its rights.
\getenv password COINLOG_PASSWORD
create role coinlog_app nologin;
create role coinlog login password :'password' in role coinlog_app;
