-- Version 4: whether sessions achieved what they were for, as told: 1 they did, 0 they did not.

-- What somebody said explicitly.
ALTER TABLE sessions ADD COLUMN resolution INTEGER;

-- That, else what the end state says.
ALTER TABLE courses ADD COLUMN resolution INTEGER;
UPDATE courses SET resolution = (
  SELECT CASE
    WHEN lower(end_state) IN ('success', 'succeeded') THEN 1
    WHEN lower(end_state) IN ('fail', 'failed', 'failure', 'error') THEN 0
  END
  FROM sessions WHERE number = courses.session
);
