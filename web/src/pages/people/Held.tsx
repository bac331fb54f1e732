// SPDX-License-Identifier: Apache-2.0
// What a person can use now, has seen, and what has to be changed because of it.
import {path} from '../../base/api';
import {t} from '../../base/i18n';
import {usePaged} from '../../base/load';
import {More, Section, Table} from '../../parts/page';
import {Ago, Chip, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import type {Exposure, Grant} from '../vault/model';
import {GrantChip, ModeMarks} from '../vault/shown';
import '../vault/vault.css';
import {isClosed} from './people';

export function CanUse({person}: {person: string}) {
  const grants = usePaged<Grant>('/v1/grants', {person, names: 1, limit: 100});
  if (isClosed(grants.problem)) return null;
  const open = grants.data?.filter(grant => !['revoked', 'expired', 'used_up'].includes(grant.state));
  return (
    <Section title={t('people.can_use')}>
      <ProblemNotice problem={grants.problem} again={grants.reload} />
      {!open && grants.busy && <Skeleton rows={3} />}
      {open?.length === 0 && <p class="quiet-text">{t('people.can_use.none')}</p>}
      {open && open.length > 0 && (
        <Table caption={t('people.can_use')} look="names stacks">
          <thead><tr><th scope="col">{t('people.credential')}</th><th scope="col">{t('people.client')}</th><th scope="col">{t('vault.mode')}</th><th scope="col">{t('vault.state')}</th><th scope="col">{t('vault.until')}</th></tr></thead>
          <tbody>
            {open.map(grant => (
              <tr role="row" key={grant.id}>
                <th scope="row" role="rowheader"><a href={`/grants/${grant.id}`}>{grant.credential_title || t('people.credential')}</a></th>
                <td role="cell" data-label={t('people.client')}><a href={`/clients/${grant.client}`}>{grant.client_name || t('people.client')}</a></td>
                <td role="cell" data-label={t('vault.mode')}><ModeMarks modes={grant.modes} /></td>
                <td role="cell" data-label={t('vault.state')}><GrantChip grant={grant} /></td>
                <td role="cell" data-label={t('vault.until')}><Time at={grant.until} style="day" /></td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
      {grants.hasMore && <More hasMore busy={grants.busy} more={grants.more} shown={open?.length ?? 0} />}
    </Section>
  );
}

const ROTATION_LOOK = {none: 'plain', owed: 'alert', planned: 'warning', waived: 'plain', done: 'ok'} as const;

export function RotationChip({rotation}: {rotation: Exposure['rotation']}) {
  return <Chip look={ROTATION_LOOK[rotation]}>{t(`people.rotation.${rotation}`)}</Chip>;
}

function SeenRow({one}: {one: Exposure}) {
  return (
    <tr role="row">
      <th scope="row" role="rowheader"><a href={`/credentials/${one.credential}`}>{one.credential_title || t('people.credential')}</a></th>
      <td role="cell" data-label={t('people.client')}><a href={`/clients/${one.client}`}>{one.client_name || t('people.client')}</a></td>
      <td role="cell" data-label={t('people.how')}>{one.how.map(how => t(`people.how.${how}`)).join(', ')}<span class="small block">{t('people.times', {n: one.count})}</span></td>
      <td role="cell" data-label={t('people.last_seen')}><Ago at={one.last} /></td>
      <td role="cell" data-label={t('people.current')}>{one.current ? t('people.current.yes') : t('people.current.no')}</td>
      <td role="cell" data-label={t('people.rotation')}><RotationChip rotation={one.rotation} />{one.due && <span class="small block"><Time at={one.due} style="day" /></span>}</td>
    </tr>
  );
}

/** By version; what was seen first stands last. */
export function HasSeen({person}: {person: string}) {
  const seen = usePaged<Exposure>(path`/v1/people/${person}/exposure`, {names: 1, limit: 100});
  if (isClosed(seen.problem)) return null;
  const rows = seen.data;
  return (
    <Section title={t('people.seen')}>
      <ProblemNotice problem={seen.problem} again={seen.reload} />
      {!rows && seen.busy && <Skeleton rows={3} />}
      {rows?.length === 0 && <p class="quiet-text">{t('people.seen.none')}</p>}
      {rows && rows.length > 0 && (
        <Table caption={t('people.seen')} look="names stacks">
          <thead><tr><th scope="col">{t('people.credential')}</th><th scope="col">{t('people.client')}</th><th scope="col">{t('people.how')}</th><th scope="col">{t('people.last_seen')}</th><th scope="col">{t('people.current')}</th><th scope="col">{t('people.rotation')}</th></tr></thead>
          <tbody>{rows.map(one => <SeenRow key={`${one.credential}/${one.version}`} one={one} />)}</tbody>
        </Table>
      )}
      {seen.hasMore && <More hasMore busy={seen.busy} more={seen.more} shown={rows?.length ?? 0} />}
    </Section>
  );
}

/** What somebody who may use it no more still knows: to be changed. */
export function DueForChange({person, always = false}: {person: string; always?: boolean}) {
  const due = usePaged<Exposure>('/v1/rotations', {person, names: 1, limit: 100});
  const rows = due.data;
  if (isClosed(due.problem) || (!always && !rows?.length)) return null;
  return (
    <Section title={t('people.due')}>
      <ProblemNotice problem={due.problem} again={due.reload} />
      {rows?.length === 0 && <p class="quiet-text">{t('people.due.none')}</p>}
      {rows && rows.length > 0 && (
        <Table caption={t('people.due')} look="names stacks">
          <thead><tr><th scope="col">{t('people.credential')}</th><th scope="col">{t('people.client')}</th><th scope="col">{t('people.last_seen')}</th><th scope="col">{t('people.rotation')}</th></tr></thead>
          <tbody>
            {rows.map(one => (
              <tr role="row" key={`${one.credential}/${one.version}`}>
                <th scope="row" role="rowheader"><a href={`/credentials/${one.credential}`}>{one.credential_title || t('people.credential')}</a></th>
                <td role="cell" data-label={t('people.client')}><a href={`/clients/${one.client}`}>{one.client_name || t('people.client')}</a></td>
                <td role="cell" data-label={t('people.last_seen')}><Ago at={one.last} /></td>
                <td role="cell" data-label={t('people.rotation')}><RotationChip rotation={one.rotation} />{one.due && <span class="small block"><Time at={one.due} style="day" /></span>}</td>
              </tr>
            ))}
          </tbody>
        </Table>
      )}
    </Section>
  );
}
