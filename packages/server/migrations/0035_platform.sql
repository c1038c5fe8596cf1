-- An inventory of some hundred components stays in its row: put away beside the table, each report would write two tables and an index,
-- and try to compress numbers that do not get smaller.
do $$
begin
  for part in 0..7 loop
    execute format('alter table %I set (toast_tuple_target = 8160)', 'inventory_' || part);
  end loop;
end $$;
