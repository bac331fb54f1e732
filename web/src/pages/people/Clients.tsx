// SPDX-License-Identifier: Apache-2.0
// The clients: found by name, with their contacts; who is frozen stands out.
import {t} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {TextField} from '../../parts/controls';
import {More, Page, Table} from '../../parts/page';
import {Chip, Empty, ProblemNotice, Skeleton} from '../../parts/shown';
import type {ClientRow} from './clients';
import {clientName} from './clients';
import {PersonState} from './shown';
import type {Person} from './people';
import './people.css';

const LIMIT = 500;

const has = (client: ClientRow, text: string): boolean =>
  [client.name, client.ref, client.branch, ...client.contacts.flatMap(one => [one.name, one.email])].some(one => one?.toLocaleLowerCase().includes(text.toLocaleLowerCase()));

function Row({client}: {client: ClientRow}) {
  return (
    <tr role="row">
      <th scope="row" role="rowheader"><a href={`/clients/${client.id}`}>{clientName(client)}</a> <PersonState state={client.state as Person['state']} />{client.branch && <span class="small block">{client.branch}</span>}</th>
      <td role="cell" data-label={t('people.contacts')}>{client.contacts.map(one => <span key={one.id} class="block">{one.name}{one.email && <span class="small block">{one.email}</span>}</span>)}</td>
      <td role="cell" data-label={t('vault.state')}>{client.frozen && <Chip look="alert">{t('people.frozen')}</Chip>} {client.mailbox_delegated && <Chip look="notice">{t('people.delegated')}</Chip>}</td>
    </tr>
  );
}

export default function Clients() {
  const {query} = usePlace();
  const text = query.get('text') ?? '';
  const clients = usePaged<ClientRow>('/v1/clients', {limit: LIMIT});
  const rows = clients.data?.filter(client => has(client, text));
  return (
    <Page title={t('app.room.clients')} lead={t('people.clients.lead')}>
      <TextField label={t('people.search')} type="search" value={text} onText={typed => navigate(withQuery({text: typed}), 'replace')} maxLength={100} />
      <ProblemNotice problem={clients.problem} again={clients.reload} />
      {!rows && clients.busy && <Skeleton rows={8} />}
      {rows?.length === 0 && <Empty title={t('people.clients.none')}><p>{t(clients.hasMore ? 'people.clients.more' : 'people.none.do')}</p></Empty>}
      {rows && rows.length > 0 && (
        <Table caption={t('app.room.clients')} look="names stacks">
          <thead><tr><th scope="col">{t('app.name')}</th><th scope="col">{t('people.contacts')}</th><th scope="col">{t('vault.state')}</th></tr></thead>
          <tbody>{rows.map(client => <Row key={client.id} client={client} />)}</tbody>
        </Table>
      )}
      {rows && <More hasMore={clients.hasMore} busy={clients.busy} more={clients.more} shown={rows.length} />}
    </Page>
  );
}
