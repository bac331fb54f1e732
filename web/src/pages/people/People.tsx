// SPDX-License-Identifier: Apache-2.0
// Who is here: found by name, with roles, what protects the sign-in, and when it was used last.
import {useState} from 'preact/hooks';
import {t, word} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {navigate, usePlace, withQuery} from '../../base/router';
import {Button, Choice, TextField} from '../../parts/controls';
import {More, Page, Table} from '../../parts/page';
import {Ago, Empty, ProblemNotice, roleName, Skeleton} from '../../parts/shown';
import {KINDS, type Person} from './people';
import './people.css';
import {FactorChip, PersonLink, PersonState, personName} from './shown';

const LIMIT = 100;

function Search() {
  const {query} = usePlace();
  const [text, setText] = useState(query.get('text') ?? '');
  return (
    <form class="row search" role="search" onSubmit={event => { event.preventDefault(); navigate(withQuery({text: text.trim()})); }}>
      <TextField label={t('people.search')} hint={t('people.search.hint')} type="search" value={text} onText={setText} maxLength={100} />
      <Choice label={t('people.kind')} value={query.get('kind') ?? ''} onChoose={kind => navigate(withQuery({kind}))}
        options={[['', t('people.kind.all')], ...KINDS.map(kind => [kind, t(`people.kind.${kind}`)] as const)]} />
      <Button type="submit">{t('people.search.do')}</Button>
    </form>
  );
}

function Row({person}: {person: Person}) {
  return (
    <tr role="row">
      <th scope="row" role="rowheader">
        <PersonLink id={person.id} name={personName(person)} /> <PersonState state={person.state} />
        <span class="small block">{person.email ?? person.ref}</span>
      </th>
      <td role="cell" data-label={t('app.roles')}>{person.kind === 'staff' ? person.roles.map(roleName).join(', ') : word('people.kind', person.kind)}{person.client_name && <span class="small block">{person.client_name}</span>}{person.kind === 'client' && person.state === 'active' && person.roles.length === 0 && <span class="small block quiet-text">{t('people.role.none')}</span>}</td>
      <td role="cell" data-label={t('people.factor')}><FactorChip factor={person.factor} /></td>
      <td role="cell" data-label={t('people.last_sign_in')}>{person.last_sign_in ? <Ago at={person.last_sign_in} /> : <span class="quiet-text">{t('people.never')}</span>}</td>
    </tr>
  );
}

export default function People() {
  const {query} = usePlace();
  const people = usePaged<Person>('/v1/people', {text: query.get('text'), kind: query.get('kind'), standing: 1, names: 1, limit: LIMIT});
  const rows = people.data;
  return (
    <Page title={t('app.room.people')} lead={t('people.lead')}>
      <Search />
      <ProblemNotice problem={people.problem} again={people.reload} />
      {!rows && people.busy && <Skeleton rows={8} />}
      {rows?.length === 0 && !people.hasMore && <Empty title={t('people.none')}><p>{t('people.none.do')}</p></Empty>}
      {rows && rows.length > 0 && (
        <Table caption={t('app.room.people')} look="names stacks">
          <thead><tr><th scope="col">{t('app.name')}</th><th scope="col">{t('app.roles')}</th><th scope="col">{t('people.factor')}</th><th scope="col">{t('people.last_sign_in')}</th></tr></thead>
          <tbody>{rows.map(person => <Row key={person.id} person={person} />)}</tbody>
        </Table>
      )}
      {rows && <More hasMore={people.hasMore} busy={people.busy} more={people.more} shown={rows.length} />}
    </Page>
  );
}
