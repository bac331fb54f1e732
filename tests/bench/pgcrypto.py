# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL as a vault: a table of secrets under pgcrypto, an audit row for each use, both in one durable transaction. What a team would
write in an afternoon."""
from postgres import Server

SECRETS = 10000
SCHEMA = """
create extension pgcrypto;
create table secret(id int primary key, client int not null, sealed bytea not null, modes int not null, ends timestamptz not null, used int not null default 0);
create table audit(id bigserial primary key, at timestamptz not null default now(), actor text not null, action text not null, secret int not null, purpose text, device jsonb);
create index on audit(actor, at);
insert into secret select i, i % 100, pgp_sym_encrypt('tr0ub4dor-and-three-' || i, 'a key that the application sends', 's2k-mode=0'), 7, now() + interval '90 days' from generate_series(1, {secrets}) i;
"""
USE = """
\\set s random(1, {secrets})
begin;
update secret set used = used + 1 where id = :s and ends > now() and modes & 4 > 0;
insert into audit(actor, action, secret, purpose, device) values('assistant' || :s % 500, 'credential.revealed', :s, 'pay invoice 77',
  '{{"ip":"203.0.113.7","ua":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/128.0","device":"laptop-17"}}');
select pgp_sym_decrypt(sealed, 'a key that the application sends') from secret where id = :s;
commit;
"""


class Postgres(Server):
    """One cluster with its secrets."""

    def create(self):
        """All of them."""
        super().create()
        self.sql(SCHEMA.format(secrets=SECRETS))
        self.write(self.directory / "use.sql", USE.format(secrets=SECRETS))

    def use(self, connections, seconds):
        """Uses a second, and how long each took."""
        return self.pgbench(self.directory / "use.sql", connections, seconds)
