// SPDX-License-Identifier: Apache-2.0
// The inbox: what waits for the reader's yes or no, and what the reader asked others for.
import {useState} from 'preact/hooks';
import {t} from '../../base/i18n';
import {useDo, useEvery, useLoad} from '../../base/load';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Field} from '../../parts/controls';
import {Dialog, Page, Section} from '../../parts/page';
import {Ago, Chip, Empty, Facts, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {loadWaiting, type Waiting} from './inbox';
import './handovers.css';

const REASON_MAX = 500;
const LOOK_MS = 30_000;

interface Deciding {
  item: Waiting;
  approve: boolean;
}

function ReasonField({value, onText, needed}: {value: string; onText: (value: string) => void; needed: boolean}) {
  return (
    <Field label={t('approvals.reason')} hint={t(needed ? 'approvals.reason.needed' : 'approvals.reason.hint')}>
      {control => <textarea {...control} value={value} maxLength={REASON_MAX} rows={3} onInput={event => onText(event.currentTarget.value)} />}
    </Field>
  );
}

function Decide({deciding, onClose, done}: {deciding: Deciding; onClose: () => void; done: () => void}) {
  const {item, approve} = deciding;
  const [reason, setReason] = useState('');
  const needed = item.reason && !approve;
  const doing = useDo(async () => {
    await item.decide(approve, reason.trim());
    say(t(approve ? 'approvals.did.yes' : 'approvals.did.no'));
    done();
    onClose();
  });
  const word = t(`approvals.${approve ? 'yes' : 'no'}.${item.kind}`);
  return (
    <Dialog title={`${word}: ${item.what}`} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); if (!needed || reason.trim()) void doing.run(); }}>
        <p>{t(`approvals.about.${item.kind}`)}</p>
        {item.reason && <ReasonField value={reason} onText={setReason} needed={needed} />}
        <ProblemNotice problem={doing.problem} />
        <div class="row">
          <Button look={approve ? 'main' : 'danger'} type="submit" busy={doing.busy} disabled={needed && !reason.trim()}>{word}</Button>
          <Button onClick={onClose}>{t('app.close')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Card({item, decide}: {item: Waiting; decide: (deciding: Deciding) => void}) {
  return (
    <li class="card waiting">
      <header>
        <Chip look={item.kind === 'breakglass' || item.kind === 'review' ? 'alert' : 'plain'}>{t(`approvals.kind.${item.kind}`)}</Chip>
        <h3>{item.href ? <a href={item.href}>{item.what}</a> : item.what}</h3>
        {item.count && <span class="small">{t('approvals.count', {count: item.count})}</span>}
      </header>
      <Facts rows={[
        item.who && [t('approvals.who'), item.who],
        item.client && [t('handovers.client'), item.client],
        item.why && [t('approvals.why'), item.why],
        item.asked && [t('approvals.asked'), item.asked],
        [t('approvals.since'), <Ago at={item.since} />],
        item.until && [t('handovers.until'), <Time at={item.until} style="minute" />],
      ]} />
      {item.turn === 'mine' && (
        <div class="row">
          <Button look="main" onClick={() => decide({item, approve: true})}>{t(`approvals.yes.${item.kind}`)}<span class="unseen"> {item.what}</span></Button>
          <Button onClick={() => decide({item, approve: false})}>{t(`approvals.no.${item.kind}`)}<span class="unseen"> {item.what}</span></Button>
        </div>
      )}
    </li>
  );
}

const Cards = ({items, decide}: {items: readonly Waiting[]; decide: (deciding: Deciding) => void}) =>
  <ul class="cards inbox">{items.map(item => <Card key={item.kind + item.id} item={item} decide={decide} />)}</ul>;

export default function Approvals() {
  const session = useSession();
  const {data, problem, reload} = useLoad(signal => loadWaiting(session, signal), [session.id]);
  const [deciding, setDeciding] = useState<Deciding>();
  useEvery(LOOK_MS, () => { if (!deciding) reload(); });
  const mine = data?.filter(one => one.turn === 'mine') ?? [];
  const others = data?.filter(one => one.turn === 'others') ?? [];
  return (
    <Page title={t('app.room.approvals')} lead={t('approvals.lead')}>
      <ProblemNotice problem={problem} again={reload} />
      {!data && !problem && <Skeleton rows={6} />}
      {data && (
        <Section title={t('approvals.mine')}>
          {mine.length > 0 ? <Cards items={mine} decide={setDeciding} /> : <Empty title={t('approvals.mine.none')}><p>{t('approvals.mine.todo')}</p></Empty>}
        </Section>
      )}
      {others.length > 0 && <Section title={t('approvals.others')}><Cards items={others} decide={setDeciding} /></Section>}
      {deciding && <Decide deciding={deciding} onClose={() => setDeciding(undefined)} done={reload} />}
    </Page>
  );
}
