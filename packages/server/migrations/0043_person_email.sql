-- An address is only said until a mail to it was answered: whoever invites may hand a link over and name any address.

alter table person add column email_proved_at timestamptz;
comment on column person.email_proved_at is 'when the holder of the account first showed something that went out by mail alone';

-- The link that goes out by mail is another than the one that is shown to whoever invites.
alter table invitation add column mailed_hash bytea;
alter table invitation add unique (company_id, mailed_hash);

-- Requests of a company read no people; of each member they may know this.
create function email_is_proved(who uuid) returns boolean
  language sql stable security definer set search_path = pg_catalog, public
  return (select email_proved_at is not null from public.person where id = who);
revoke execute on function email_is_proved(uuid) from public;
grant execute on function email_is_proved(uuid) to zerotrace_app, zerotrace_service;
