// SPDX-License-Identifier: Apache-2.0
// What is logged about me: which fields, for how long, and who may read it.
import {useState} from 'preact/hooks';
import {path} from '../../base/api';
import {t, word} from '../../base/i18n';
import {useGet} from '../../base/load';
import {useSession} from '../../base/session';
import {Button, CopyButton} from '../../parts/controls';
import {Section, Table} from '../../parts/page';
import {ProblemNotice, roleName, Skeleton} from '../../parts/shown';
import type {LoggedAbout} from './me';

function Fields({logged}: {logged: LoggedAbout}) {
  const scopes = ['self', 'client', 'branch', 'tenant'];
  return (
    <Table caption={t('me.logged.fields')} look="stacks">
      <thead><tr><th scope="col">{t('me.logged.field')}</th>{scopes.map(scope => <th scope="col" key={scope}>{word('me.scope', scope)}</th>)}</tr></thead>
      <tbody>
        {logged.fields.map(one => (
          <tr key={one.field}>
            <th scope="row">{word('me.field', one.field)}</th>
            {scopes.map(scope => <td key={scope}>{one.scopes.includes(scope) ? t('me.logged.sees') : t('me.logged.sees_not')}</td>)}
          </tr>
        ))}
      </tbody>
    </Table>
  );
}

function About({logged}: {logged: LoggedAbout}) {
  return (
    <div class="stack">
      <p>{logged.notice > 0 ? t('me.logged.notice', {version: logged.notice}) : t('me.logged.no_notice')}</p>
      <Fields logged={logged} />
      <h3>{t('me.logged.readers')}</h3>
      <ul>{logged.readers.map(one => <li key={one.role}>{roleName(one.role)}: {word('me.scope', one.scope)}</li>)}</ul>
      <h3>{t('me.logged.kept')}</h3>
      <ul>{logged.kept.map(one => <li key={one.class}>{word('me.kept', one.class)}: {t('me.logged.months', {n: one.months})}</li>)}</ul>
      <CopyButton text={JSON.stringify(logged, null, 2)} label={t('me.logged.copy')} />
    </div>
  );
}

export function Logged({person}: {person: string}) {
  const session = useSession();
  const [open, setOpen] = useState(false);
  const logged = useGet<LoggedAbout>(open ? path`/v1/people/${person}/logged` : null);
  return (
    <Section title={t('me.logged')} actions={(
      <>
        <a class="button quiet" href={`/security?actor=${session.person.id}`}>{t('me.logged.events')}</a>
        <Button aria-expanded={open} onClick={() => setOpen(!open)}>{t(open ? 'me.logged.hide' : 'me.logged.show')}</Button>
      </>
    )}>
      <p class="quiet-text">{t('me.logged.what')}</p>
      <ProblemNotice problem={logged.problem} again={logged.reload} />
      {open && logged.busy && !logged.data && <Skeleton rows={4} />}
      {open && logged.data && <About logged={logged.data} />}
    </Section>
  );
}
