// SPDX-License-Identifier: Apache-2.0
// What the stand-in has seen of these clients and should be changed.
import {t, word} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {Section, Table} from '../../parts/page';
import {Chip, ProblemNotice, Time} from '../../parts/shown';
import type {Handover} from './handover';

interface Owed {
  credential: string;
  credential_title?: string | null;
  client: string;
  client_name?: string | null;
  rotation: string;
  last: string;
}

export function Due({handover}: {handover: Handover}) {
  const {data, problem, reload} = usePaged<Owed>('/v1/rotations', {person: handover.to, names: 1, limit: 500});
  // Only who may change it sees what is due: for the others there is no such list.
  if (problem?.status === 403) return null;
  const owed = data?.filter(one => handover.clients.includes(one.client) && one.rotation !== 'done') ?? [];
  if (owed.length === 0 && !handover.ended && !problem) return null;
  if (data && owed.length === 0) return <Section title={t('handovers.due')}><p class="quiet-text">{t('handovers.due.none')}</p></Section>;
  return (
    <Section title={t('handovers.due')}>
      <ProblemNotice problem={problem} again={reload} />
      {owed.length > 0 && (
        <Table caption={t('handovers.due')} look="stacks">
          <thead><tr><th scope="col">{t('handovers.access')}</th><th scope="col">{t('handovers.client')}</th><th scope="col">{t('handovers.seen')}</th><th scope="col">{t('handovers.state')}</th></tr></thead>
          <tbody>
            {owed.map(one => (
              <tr key={one.credential}>
                <td><a href={`/credentials/${one.credential}`}>{one.credential_title || one.credential}</a></td>
                <td>{one.client_name}</td>
                <td><Time at={one.last} style="minute" /></td>
                <td><Chip look={one.rotation === 'owed' ? 'warning' : 'plain'}>{word('handovers.rotation', one.rotation)}</Chip></td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}
