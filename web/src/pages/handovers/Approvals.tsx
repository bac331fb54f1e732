// SPDX-License-Identifier: Apache-2.0
// The inbox: what waits for the reader's yes or no, and what the reader asked others for.
import {useState} from 'preact/hooks';
import {hasText, t, word} from '../../base/i18n';
import {useDo, useEvery, useLoad} from '../../base/load';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Field} from '../../parts/controls';
import {Dialog, Page, Section} from '../../parts/page';
import {Ago, Chip, Empty, Facts, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {TakeBack} from '../../parts/takeback';
import {decide, isWithdrawable, loadWaiting, placeOf, takesReason, taskOf, withdraw, type Waiting} from './inbox';
import './handovers.css';

/** What it is called: the access, the person, the class of the log. */
const titleOf = (item: Waiting): string =>
  item.kind === 'retention' ? t('approvals.months', {name: word('approvals.class', item.id), months: item.months ?? 0}) : item.credential_title || item.person_name || item.text || item.client_name || t('approvals.unnamed');

const REASON_MAX = 500;
const LOOK_MS = 30_000;

/** The word on the button: most are approved or refused; some have words of their own. */
function answerText(item: Waiting, approve: boolean): string {
  const key = `approvals.${approve ? 'yes' : 'no'}.${taskOf(item)}`;
  return hasText(key) ? t(key) : t(approve ? 'approvals.yes' : 'approvals.no');
}

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
  const needed = takesReason(item) && !approve;
  const task = taskOf(item);
  const doing = useDo(async () => {
    await decide(item, approve, reason.trim());
    say(t(approve ? 'approvals.did.yes' : 'approvals.did.no'));
    done();
    onClose();
  });
  const answer = answerText(item, approve);
  return (
    <Dialog title={`${answer}: ${titleOf(item)}`} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); if (!needed || reason.trim()) void doing.run(); }}>
        <p>{t(`approvals.about.${task}`)}</p>
        {takesReason(item) && <ReasonField value={reason} onText={setReason} needed={needed} />}
        <ProblemNotice problem={doing.problem} />
        <div class="row">
          <Button look={approve ? 'main' : 'danger'} type="submit" busy={doing.busy} disabled={needed && !reason.trim()}>{answer}</Button>
          <Button onClick={onClose}>{t('app.close')}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function Told({item}: {item: Waiting}) {
  const title = titleOf(item);
  return (
    <Facts rows={[
      item.person_name && item.person_name !== title && [t('approvals.who'), item.person_name],
      item.client_name && item.client_name !== title && [t('handovers.client'), item.client_name],
      item.text && item.text !== title && [t('approvals.why'), item.kind === 'handover' ? word('security.reason', item.text) : item.text],
      item.asked_by_name && [t('approvals.asked'), item.asked_by_name],
      [t('approvals.since'), <Ago at={item.since} />],
      item.until && [t('approvals.until'), <Time at={item.until} style="minute" />],
      item.due && [t('approvals.due'), <Time at={item.due} style="minute" />],
    ]} />
  );
}

interface CardProps {
  item: Waiting;
  decide: (deciding: Deciding) => void;
  reload: () => void;
}

function Card({item, decide: open, reload}: CardProps) {
  const task = taskOf(item);
  const href = placeOf(item);
  const title = titleOf(item);
  return (
    <li class="card waiting">
      <header>
        <Chip look={item.kind === 'breakglass' ? 'alert' : 'plain'}>{t(`approvals.kind.${task}`)}</Chip>
        <h3>{href ? <a href={href}>{title}</a> : title}</h3>
      </header>
      <Told item={item} />
      {item.mine === 'decide' && (task === 'accept'
        ? <div class="row"><a class="button main" href={href}>{t('approvals.read')}<span class="unseen"> {title}</span></a></div>
        : <div class="row">
            <Button look="main" onClick={() => open({item, approve: true})}>{answerText(item, true)}<span class="unseen"> {title}</span></Button>
            <Button onClick={() => open({item, approve: false})}>{answerText(item, false)}<span class="unseen"> {title}</span></Button>
          </div>)}
      {isWithdrawable(item) && <TakeBack what={title} withdraw={() => withdraw(item)} done={reload} />}
    </li>
  );
}

const Cards = ({items, ...rest}: {items: readonly Waiting[]} & Omit<CardProps, 'item'>) =>
  <ul class="cards inbox">{items.map(item => <Card key={item.kind + item.id} item={item} {...rest} />)}</ul>;

export default function Approvals() {
  const session = useSession();
  const {data, problem, reload} = useLoad(loadWaiting, [session.id]);
  const [deciding, setDeciding] = useState<Deciding>();
  useEvery(LOOK_MS, () => { if (!deciding) reload(); });
  const mine = data?.filter(one => one.mine === 'decide') ?? [];
  const others = data?.filter(one => one.mine === 'asked') ?? [];
  return (
    <Page title={t('app.room.approvals')} lead={t('approvals.lead')}>
      <ProblemNotice problem={problem} again={reload} />
      {!data && !problem && <Skeleton rows={6} />}
      {data && (
        <Section title={t('approvals.mine')}>
          {mine.length > 0 ? <Cards items={mine} decide={setDeciding} reload={reload} /> : <Empty title={t('approvals.mine.none')}><p>{t('approvals.mine.todo')}</p></Empty>}
        </Section>
      )}
      {others.length > 0 && <Section title={t('approvals.others')}><Cards items={others} decide={setDeciding} reload={reload} /></Section>}
      {deciding && <Decide deciding={deciding} onClose={() => setDeciding(undefined)} done={reload} />}
    </Page>
  );
}
