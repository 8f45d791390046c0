-- Version 6: traces are found by the second in which they began, and within it in the order in which they came: one page takes all that
-- begin at about the same time, where by exact time and random id each new trace changed a page of its own. Counting them needs the
-- exact time too.

DROP INDEX traces_by_start;
CREATE INDEX traces_by_second ON traces (tenant, started_at / 1000000, number, started_at);
