-- How many assets have a component changes with nearly every report, in no column that an index has: where its page has room, a new version of
-- the row writes no index.
do $$ begin
  for part in 0..7 loop
    execute format('alter table held_component_%s set (fillfactor = 80)', part);
  end loop;
end $$;
