-- Advisories are listed newest published first; those without a date come last.
create index advisory_newest on advisory (coalesce(published_at, '-infinity'::timestamptz) desc, name desc);
