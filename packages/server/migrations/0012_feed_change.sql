-- Most updates change no indexed column: with room in the page for the next version of a row, they write no index entry (HOT).
-- Sums change in every asset at once, so that each needs room for two; of the findings on a page a few change. Holds for
-- pages that are written from now on.
do $$
begin
  for part in 0..7 loop
    execute format('alter table asset_%s set (fillfactor = 45)', part);
    execute format('alter table finding_%s set (fillfactor = 80)', part);
  end loop;
end $$;
