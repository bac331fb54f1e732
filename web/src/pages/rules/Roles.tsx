// SPDX-License-Identifier: Apache-2.0
// Roles as a matrix of capabilities. What a change gives is said before it is saved.
import {useState} from 'preact/hooks';
import {path, put} from '../../base/api';
import {sorted, t, word} from '../../base/i18n';
import {useDo, usePaged} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button, TextField} from '../../parts/controls';
import {Dialog, Table} from '../../parts/page';
import {Chip, Notice, ProblemNotice, roleName, Skeleton} from '../../parts/shown';
import {CAPABILITIES, changesOf, mayToggle, toggled, type Role, type RoleChange} from './roles';

const capabilityName = (capability: string): string => word('rules.cap', capability);

interface CellProps {
  role: Role;
  capability: string;
  before: Role;
  toggle: ((role: Role) => void) | undefined;
  held: readonly string[];
}

function Cell({role, capability, before, toggle, held}: CellProps) {
  const has = role.capabilities.includes(capability);
  const changed = has !== before.capabilities.includes(capability);
  if (!toggle || !mayToggle(before, capability, held)) return <td class="tick">{has ? <span title={t('rules.has')}>✓<span class="unseen"> {t('rules.has')}</span></span> : <span class="unseen">{t('rules.has_not')}</span>}</td>;
  return (
    <td class={`tick ${changed ? 'changed' : ''}`}>
      <input type="checkbox" checked={has} aria-label={`${roleName(role.name)}: ${capabilityName(capability)}`} onChange={() => toggle(toggled(role, capability))} />
    </td>
  );
}

interface MatrixProps {
  roles: readonly Role[];
  drafts: ReadonlyMap<string, Role>;
  change: ((role: Role) => void) | undefined;
}

function Matrix({roles, drafts, change}: MatrixProps) {
  const held = useSession().capabilities;
  const now = (role: Role) => drafts.get(role.name) ?? role;
  return (
    <Table caption={t('rules.tab.roles')} look="matrix">
      <thead>
        <tr><th scope="col">{t('rules.capability')}</th>{roles.map(role => <th key={role.name} scope="col" class="turned">{roleName(role.name)}</th>)}</tr>
      </thead>
      <tbody>
        {CAPABILITIES.map(([capability, careful]) => (
          <tr key={capability}>
            <th scope="row">{capabilityName(capability)}{careful && <span class="careful"> ▲<span class="unseen"> {t('rules.careful')}</span></span>}</th>
            {roles.map(role => <Cell key={role.name} role={now(role)} before={role} capability={capability} toggle={change} held={held} />)}
          </tr>
        ))}
        <tr>
          <th scope="row">{t('rules.least_factor')}</th>
          {roles.map(role => (
            <td key={role.name} class={`tick ${now(role).least_factor !== role.least_factor ? 'changed' : ''}`}>
              {change && role.name !== 'owner' ? <input type="checkbox" checked={now(role).least_factor === 'totp'} aria-label={`${roleName(role.name)}: ${t('rules.least_factor')}`}
                onChange={() => change({...now(role), least_factor: now(role).least_factor === 'totp' ? 'email' : 'totp'})} />
                : role.least_factor === 'totp' ? <>✓<span class="unseen"> {t('rules.has')}</span></> : <span class="unseen">{t('rules.has_not')}</span>}
            </td>
          ))}
        </tr>
      </tbody>
    </Table>
  );
}

function Change({change}: {change: RoleChange}) {
  return (
    <li>
      <strong>{roleName(change.role.name)}</strong> {change.careful && <Chip look="warning">▲ {t('rules.careful')}</Chip>}
      <ul>
        {change.gains.map(one => <li key={one}>{t('rules.gains')}: {capabilityName(one)}</li>)}
        {change.loses.map(one => <li key={one}>{t('rules.loses')}: {capabilityName(one)}</li>)}
        {change.factor && <li>{t(`rules.factor.${change.factor}`)}</li>}
      </ul>
    </li>
  );
}

function Review({changes, onClose, saved}: {changes: readonly RoleChange[]; onClose: () => void; saved: () => void}) {
  const saving = useDo(async () => {
    for (const {role} of changes) await put(path`/v1/roles/${role.name}`, {capabilities: role.capabilities, least_factor: role.least_factor});
    say(t('rules.saved'));
    saved();
    onClose();
  });
  return (
    <Dialog title={t('rules.review')} onClose={onClose}>
      <div class="stack">
        <p>{t('rules.review.lead')}</p>
        <ul class="changes">{changes.map(one => <Change key={one.role.name} change={one} />)}</ul>
        {changes.some(one => one.careful) && <Notice look="warning"><p>{t('rules.review.careful')}</p></Notice>}
        <ProblemNotice problem={saving.problem} />
        <div class="row"><Button look="main" busy={saving.busy} onClick={() => void saving.run()}>{t('app.save')}</Button><Button onClick={onClose}>{t('app.close')}</Button></div>
      </div>
    </Dialog>
  );
}

function NewRole({onClose, made}: {onClose: () => void; made: () => void}) {
  const [name, setName] = useState('');
  const isName = /^[a-z0-9_-]{1,64}$/.test(name);
  const making = useDo(async () => {
    await put(path`/v1/roles/${name}`, {capabilities: ['log.read:self'], least_factor: 'email'});
    say(t('rules.saved'));
    made();
    onClose();
  });
  return (
    <Dialog title={t('rules.new_role')} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); if (isName) void making.run(); }}>
        <TextField label={t('app.name')} hint={t('rules.new_role.hint')} value={name} onText={setName} error={name && !isName ? t('rules.new_role.wrong') : undefined} maxLength={64} required spellcheck={false} />
        <ProblemNotice problem={making.problem} />
        <Button look="main" type="submit" busy={making.busy}>{t('rules.new_role')}</Button>
      </form>
    </Dialog>
  );
}

export function Roles() {
  const session = useSession();
  const writes = may(session, 'roles.write');
  const {data, problem, reload} = usePaged<Role>('/v1/roles', {limit: 500});
  const [drafts, setDrafts] = useState<ReadonlyMap<string, Role>>(new Map());
  const [open, setOpen] = useState<'review' | 'new'>();
  if (!data) return problem ? <ProblemNotice problem={problem} again={reload} /> : <Skeleton rows={12} />;
  const changes = changesOf(data, drafts);
  const drop = () => setDrafts(new Map());
  return (
    <>
      <p class="small">▲ {t('rules.careful.legend')} {may(session, 'people.read') && <a href="/people">{t('rules.who_has')}</a>}</p>
      <Matrix roles={sorted(data, role => roleName(role.name))} drafts={drafts} change={writes ? role => setDrafts(before => new Map(before).set(role.name, role)) : undefined} />
      {writes && (
        <div class={`row savebar ${changes.length ? 'on' : ''}`}>
          <span role="status">{changes.length > 0 && t('rules.changes', {n: changes.length})}</span>
          <Button look="main" disabled={changes.length === 0} onClick={() => setOpen('review')}>{t('rules.review')}</Button>
          {changes.length > 0 && <Button onClick={drop}>{t('rules.drop')}</Button>}
          <Button onClick={() => setOpen('new')}>{t('rules.new_role')}</Button>
        </div>
      )}
      {open === 'review' && <Review changes={changes} onClose={() => setOpen(undefined)} saved={() => { drop(); reload(); }} />}
      {open === 'new' && <NewRole onClose={() => setOpen(undefined)} made={reload} />}
    </>
  );
}
