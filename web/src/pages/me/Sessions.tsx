// SPDX-License-Identifier: Apache-2.0
// Where I am signed in, and how that ends.
import {path, remove, type Page as ListPage} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {Button} from '../../parts/controls';
import {Section, Table} from '../../parts/page';
import {Ago, Chip, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import type {OpenSession} from './me';

const browserOf = (session: OpenSession): string => [session.device?.browser, session.device?.system].filter(Boolean).join(', ') || session.device?.user_agent || '–';

function SessionRow({session, busy, end}: {session: OpenSession; busy: boolean; end: () => void}) {
  return (
    <tr>
      <td>{browserOf(session)} {session.current && <Chip look="ok">{t('me.session.this')}</Chip>}</td>
      <td class="mono">{session.device?.ip ?? '–'}</td>
      <td><Time at={session.created} style="minute" /></td>
      <td><Ago at={session.last_used} /></td>
      <td>{!session.current && <Button busy={busy} onClick={end}>{t('me.session.end')}</Button>}</td>
    </tr>
  );
}

export function Sessions({person}: {person: string}) {
  const sessions = useGet<ListPage<OpenSession>>(path`/v1/people/${person}/sessions`);
  const ending = useDo(async (id: string) => {
    await remove(path`/v1/sessions/${id}`);
    say(t('me.session.ended'));
    sessions.reload();
  });
  const endingAll = useDo(async () => {
    await remove(path`/v1/people/${person}/sessions`);
    say(t('me.session.ended'));
    sessions.reload();
  });
  const items = sessions.data?.items ?? [];
  return (
    <Section title={t('me.sessions')} actions={items.length > 1 && <Button busy={endingAll.busy} onClick={() => void endingAll.run()}>{t('me.session.end_others')}</Button>}>
      <ProblemNotice problem={sessions.problem ?? ending.problem ?? endingAll.problem} again={sessions.reload} />
      {!sessions.data && !sessions.problem && <Skeleton rows={2} />}
      {items.length > 0 && (
        <Table caption={t('me.sessions')} look="stacks">
          <thead><tr><th scope="col">{t('me.session.browser')}</th><th scope="col">{t('me.session.address')}</th><th scope="col">{t('me.session.since')}</th><th scope="col">{t('me.session.used')}</th><th scope="col"><span class="unseen">{t('me.session.end')}</span></th></tr></thead>
          <tbody>{items.map(one => <SessionRow key={one.id} session={one} busy={ending.busy} end={() => void ending.run(one.id)} />)}</tbody>
        </Table>
      )}
    </Section>
  );
}
