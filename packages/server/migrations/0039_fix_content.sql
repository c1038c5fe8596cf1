-- What the findings of a fix are, as one number: another one when any of them is new, gone or says something else. Who keeps them in memory
-- reads those again of which it changed. Null until the fix is summed next, which then is a change.
alter table fix add column content bigint;
