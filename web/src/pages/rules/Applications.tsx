// SPDX-License-Identifier: Apache-2.0
// Programs with tokens of their own: what each may, how much it may send, until when; made and revoked here.
import {useState} from 'preact/hooks';
import {patch, path, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet, usePaged} from '../../base/load';
import {say} from '../../base/say';
import {Button, TextField} from '../../parts/controls';
import {Dialog, More, Table} from '../../parts/page';
import {Chip, Empty, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {NewApplication} from './NewApplication';

interface Application {
  id: string;
  name: string;
  scopes: string[];
  expires_at: string;
  state: 'active' | 'expired' | 'revoked';
  created: string;
}

type Open = {is: 'new'} | {is: 'bound' | 'revoke'; application: Application};

function Row({application, open}: {application: Application; open: (what: Open) => void}) {
  const isActive = application.state === 'active';
  return (
    <tr>
      <td><strong>{application.name}</strong><div class="small mono">{application.id}</div></td>
      <td><ul class="scopes">{application.scopes.map(scope => <li key={scope}><code>{scope}</code></li>)}</ul></td>
      <td><Chip look={isActive ? 'ok' : 'plain'}>{t(`rules.application.${application.state}`)}</Chip><div class="small">{t('rules.expires')}: <Time at={application.expires_at} style="day" /></div></td>
      <td>
        {isActive && (
          <div class="row">
            <Button onClick={() => open({is: 'bound', application})}>{t('rules.bound')}<span class="unseen"> {application.name}</span></Button>
            <Button look="danger" onClick={() => open({is: 'revoke', application})}>{t('rules.revoke')}<span class="unseen"> {application.name}</span></Button>
          </div>
        )}
      </td>
    </tr>
  );
}

interface Quota {
  per_minute: number;
  per_day: number;
  own: boolean;
}

function BoundForm({application, quota, onClose}: {application: Application; quota: Quota; onClose: () => void}) {
  const [minute, setMinute] = useState(String(quota.per_minute));
  const [day, setDay] = useState(String(quota.per_day));
  const saving = useDo(async () => {
    await patch(path`/v1/applications/${application.id}`, {quota: {per_minute: Number(minute), per_day: Number(day)}});
    say(t('rules.saved'));
    onClose();
  });
  return (
    <form onSubmit={event => { event.preventDefault(); void saving.run(); }}>
      <p class="hint">{t(quota.own ? 'rules.bound.own' : 'rules.bound.settings')}</p>
      <TextField label={t('rules.per_minute')} hint={t('rules.zero_unbounded')} type="number" min={0} value={minute} onText={setMinute} required />
      <TextField label={t('rules.per_day')} type="number" min={0} value={day} onText={setDay} required />
      <ProblemNotice problem={saving.problem} />
      <Button look="main" type="submit" busy={saving.busy}>{t('app.save')}</Button>
    </form>
  );
}

/** The bounds that hold now stand in the application itself, not in the list. */
function Bound({application, onClose}: {application: Application; onClose: () => void}) {
  const {data, problem, reload} = useGet<{quota: Quota}>(path`/v1/applications/${application.id}`);
  return (
    <Dialog title={`${t('rules.bound')}: ${application.name}`} onClose={onClose}>
      <ProblemNotice problem={problem} again={reload} />
      {!data && !problem && <Skeleton rows={3} />}
      {data && <BoundForm application={application} quota={data.quota} onClose={onClose} />}
    </Dialog>
  );
}

function Revoke({application, onClose, changed}: {application: Application; onClose: () => void; changed: () => void}) {
  const doing = useDo(async () => {
    await remove(path`/v1/applications/${application.id}`);
    say(t('rules.revoked'));
    changed();
    onClose();
  });
  return (
    <Dialog title={`${t('rules.revoke')}: ${application.name}`} onClose={onClose}>
      <div class="stack">
        <p>{t('rules.revoke.sure')}</p>
        <ProblemNotice problem={doing.problem} />
        <div class="row"><Button look="danger" busy={doing.busy} onClick={() => void doing.run()}>{t('rules.revoke')}</Button><Button onClick={onClose}>{t('app.close')}</Button></div>
      </div>
    </Dialog>
  );
}

export function Applications() {
  const {data, problem, busy, reload, hasMore, more} = usePaged<Application>('/v1/applications', {limit: 100});
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  return (
    <>
      <p><Button look="main" onClick={() => setOpen({is: 'new'})}>{t('rules.new_application')}</Button></p>
      <ProblemNotice problem={problem} again={reload} />
      {!data && !problem && <Skeleton />}
      {data?.length === 0 && <Empty title={t('rules.application.none')} />}
      {data && data.length > 0 && (
        <Table caption={t('rules.tab.applications')} look="stacks">
          <thead><tr><th scope="col">{t('app.name')}</th><th scope="col">{t('rules.scopes')}</th><th scope="col">{t('rules.state')}</th><th scope="col">{t('rules.do')}</th></tr></thead>
          <tbody>{data.map(one => <Row key={one.id} application={one} open={setOpen} />)}</tbody>
        </Table>
      )}
      {data && <More hasMore={hasMore} busy={busy} more={more} shown={data.length} />}
      {open?.is === 'new' && <NewApplication onClose={close} made={reload} />}
      {open?.is === 'bound' && <Bound application={open.application} onClose={close} />}
      {open?.is === 'revoke' && <Revoke application={open.application} onClose={close} changed={reload} />}
    </>
  );
}
