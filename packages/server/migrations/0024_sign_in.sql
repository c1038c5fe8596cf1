-- What the sign-in of people remembers. A person is global, and so is this; no company's role reads it.

-- A browser that a person signed in from: its attempts have an allowance of their own, which no stranger can use up.
create table person_device (
  person_id uuid not null references person on delete cascade,
  hash bytea not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  primary key (person_id, hash)
);

-- A network that a person signed in from: an IPv4 /24 or an IPv6 /64.
create table person_network (
  person_id uuid not null references person on delete cascade,
  network text not null,
  last_used_at timestamptz not null default now(),
  primary key (person_id, network)
);

-- A proof that is good once and for minutes: the step between password and second factor, a link for a new password.
create table person_ticket (
  hash bytea primary key,
  person_id uuid not null references person on delete cascade,
  purpose text not null,
  detail jsonb not null default '{}',
  tries_left int not null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index person_ticket_person on person_ticket (person_id, purpose);

grant select, insert, update, delete on person_device, person_network, person_ticket to zerotrace_service;
