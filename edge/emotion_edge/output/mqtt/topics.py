"""The topics below the prefix that more than one module uses, and what they say."""

AVAILABILITY, INSTANCE, SET = "availability", "instance", "set"
STATE, ATTRIBUTES, EVENTS, PAUSED = "state", "attributes", "events", "paused"
COUNTS, TOTALS, FACES, WATCHED = "counts", "totals", "faces", "watched"
UPDATE = "update"
# Those with retained messages; `SET` has the commands of others.
RETAINED = (AVAILABILITY, STATE, ATTRIBUTES, PAUSED, COUNTS, TOTALS, FACES, WATCHED, UPDATE, SET)
ONLINE, OFFLINE = "online", "offline"
