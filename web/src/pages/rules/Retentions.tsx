// SPDX-License-Identifier: Apache-2.0
// How long the log keeps the entries of each class; a change needs two people.
import {useState} from 'preact/hooks';
import {put} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button, TextField} from '../../parts/controls';
import {Dialog, Table} from '../../parts/page';
import {Chip, ProblemNotice, Skeleton, Time} from '../../parts/shown';

interface Retention {
  class: 'security' | 'money' | 'contract' | 'privacy' | 'alert';
  months: number;
  default_months: number;
  state: 'in_force' | 'waiting';
  justification: string | null;
  since?: string;
  asked?: {months: number; at: string; by: string};
}

function Row({retention, change}: {retention: Retention; change: (() => void) | undefined}) {
  const {asked} = retention;
  return (
    <tr>
      <th scope="row">{t(`approvals.class.${retention.class}`)}</th>
      <td class="number">{retention.months}</td>
      <td class="number">{retention.default_months}</td>
      <td>{asked ? <><Chip look="warning">{t('rules.retention.waiting', {months: asked.months})}</Chip> <a href="/approvals">{t('app.room.approvals')}</a></> : <Chip look="ok">{t('rules.retention.in_force')}</Chip>}{retention.since && <div class="small"><Time at={retention.since} style="day" /></div>}</td>
      <td>{retention.justification}</td>
      {change && <td><Button onClick={change}>{t('rules.change')}<span class="unseen"> {t(`approvals.class.${retention.class}`)}</span></Button></td>}
    </tr>
  );
}

function Change({retention, onClose, changed}: {retention: Retention; onClose: () => void; changed: () => void}) {
  const [months, setMonths] = useState(String(retention.months));
  const [why, setWhy] = useState('');
  const saving = useDo(async () => {
    const now = await put<Retention>('/v1/retention', {class: retention.class, months: Number(months), ...(why.trim() ? {justification: why.trim()} : {})});
    say(t(now.state === 'waiting' ? 'rules.retention.asked' : 'rules.saved'));
    changed();
    onClose();
  });
  return (
    <Dialog title={`${t('rules.tab.retention')}: ${t(`approvals.class.${retention.class}`)}`} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); void saving.run(); }}>
        <TextField label={t('rules.retention.months')} hint={t('rules.retention.hint')} type="number" min={6} max={36} value={months} onText={setMonths} required />
        <TextField label={t('rules.retention.why')} value={why} onText={setWhy} maxLength={500} />
        <ProblemNotice problem={saving.problem} />
        <Button look="main" type="submit" busy={saving.busy}>{t('rules.change')}</Button>
      </form>
    </Dialog>
  );
}

export function Retentions() {
  const writes = may(useSession(), 'privacy.approve');
  const {data, problem, reload} = useGet<{items: Retention[]; pruned: number}>('/v1/retention');
  const [open, setOpen] = useState<Retention>();
  if (!data) return problem ? <ProblemNotice problem={problem} again={reload} /> : <Skeleton />;
  return (
    <>
      <Table caption={t('rules.tab.retention')} look="stacks">
        <thead><tr><th scope="col">{t('rules.retention.class')}</th><th scope="col" class="number">{t('rules.retention.months')}</th><th scope="col" class="number">{t('rules.retention.default')}</th><th scope="col">{t('rules.state')}</th><th scope="col">{t('rules.retention.why')}</th>{writes && <th scope="col">{t('rules.do')}</th>}</tr></thead>
        <tbody>{data.items.map(one => <Row key={one.class} retention={one} change={writes ? () => setOpen(one) : undefined} />)}</tbody>
      </Table>
      <p class="small">{t('rules.retention.pruned', {n: data.pruned})}</p>
      {open && <Change retention={open} onClose={() => setOpen(undefined)} changed={reload} />}
    </>
  );
}
