-- Version 5: the id of the event that told whether a session achieved what it was for, where an event did and it is known.

ALTER TABLE sessions ADD COLUMN resolved_by BLOB;
