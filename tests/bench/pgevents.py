# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL as a log: a table of events with an index for each of our filters, one row a durable transaction. Whoever may add to this log
may also change it, and nothing proves what it held."""
from postgres import Server

TENANTS, ACTORS, ACTIONS = 1000, 50, 12  # with a single tenant, as ours has here, it is about a third faster
SCHEMA = """
create table audit(id bigserial primary key, tenant int not null, at timestamptz not null default now(), actor text not null, action text not null, target text, device jsonb, detail jsonb);
create index on audit(tenant, at);
create index on audit(tenant, actor, at);
create index on audit(tenant, action, at);
"""
DEVICE = """{"ip":"203.0.113.7","ua":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/128.0","device":"laptop-17","trusted": true}"""
DETAIL = """{"reason":"monthly invoice","rows": 1234,"format":"csv","note":"exported for the accountant","session":"c0ffee00c0ffee00"}"""
# Looked after here, so that nobody does while another row is measured.
FILL = f"""
insert into audit(tenant, at, actor, action, target, device, detail)
  select 1 + floor(random() * {TENANTS}), now() + (i - :events) * interval '10 seconds', 'assistant' || (1 + floor(random() * {ACTORS})) || '@agency.example',
         'action' || (1 + floor(random() * {ACTIONS})), 'client/' || floor(random() * 1e9), '{DEVICE}', '{DETAIL}'
  from generate_series(1, :events) i;
vacuum analyze audit;
checkpoint;
"""
APPEND = f"""
\\set t random(1, {TENANTS})
\\set a random(1, {ACTORS})
\\set k random(1, {ACTIONS})
\\set x random(1, 1000000000)
insert into audit(tenant, actor, action, target, device, detail) values(:t, 'assistant' || :a || '@agency.example', 'action' || :k, 'client/' || :x, '{DEVICE}', '{DETAIL}');
"""


class Postgres(Server):
    """One cluster with so many events."""

    def __init__(self, directory, events):
        super().__init__(directory)
        self.events = events

    def create(self):
        """All of them."""
        super().create()
        self.sql(SCHEMA)
        self.sql(FILL, events=self.events)
        self.write(self.directory / "append.sql", APPEND)

    def append(self, connections, seconds):
        """Events a second, and how long each took."""
        return self.pgbench(self.directory / "append.sql", connections, seconds)
