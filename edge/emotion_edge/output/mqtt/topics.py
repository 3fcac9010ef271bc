"""The topics below the prefix that more than one module uses, and what they say."""

AVAILABILITY, INSTANCE, SET = "availability", "instance", "set"
ONLINE, OFFLINE = "online", "offline"
