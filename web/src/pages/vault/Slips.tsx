// SPDX-License-Identifier: Apache-2.0
// One-time secrets: written for one person, read once, then nowhere any more.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {usePlace} from '../../base/router';
import {may, useSession} from '../../base/session';
import {Button, Choice, CopyButton, Field, TextField} from '../../parts/controls';
import {Section} from '../../parts/page';
import {Picker} from '../../parts/picker';
import {PEOPLE} from '../../parts/picking';
import {Notice, ProblemNotice, Time} from '../../parts/shown';
import {faultAt} from './faults';
import {ShownText} from './ShownText';

const MINUTES = ['1', '5', '15'] as const;
const TEXT_MAX = 1024;

interface Slip {
  id: string;
  expires: string;
}

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

/** Who writes one chooses from the people they see; who sees none types a name of the system's. */
function ToField({to, set, problem}: {to: string; set: (to: string) => void; problem: string | undefined}) {
  const session = useSession();
  if (!may(session, 'people.read')) return <TextField label={t('vault.slip.to')} hint={t('vault.slip.to.hint')} value={to} onText={set} required maxLength={128} error={problem} autoComplete="off" />;
  return <Picker label={t('vault.slip.to')} source={PEOPLE} value={to} onPick={set} without={session.person.id} error={problem} />;
}

function Write() {
  const [to, setTo] = useState('');
  const [text, setText] = useState('');
  const [minutes, setMinutes] = useState<(typeof MINUTES)[number]>('15');
  const [slip, setSlip] = useState<Slip>();
  const send = useDo(async () => {
    setSlip(await post<Slip>('/v1/slips', {to: to.trim(), text, ttl_s: Number(minutes) * 60}));
    setText('');
  });
  const address = slip && `${location.origin}/vault?show=slips&slip=${slip.id}`;
  const isLong = bytesOf(text) > TEXT_MAX;
  const unknown = send.problem?.code === 'unknown_person' ? t('vault.slip.unknown') : faultAt(send.problem, '/to');
  return (
    <Section title={t('vault.slip.new')}>
      {slip && address && <Notice look="ok" urgent title={t('vault.slip.waits')}>
        <p>{t('vault.slip.tell')} <span class="mono">{address}</span> <CopyButton text={address} label={t('vault.deposit.copy')} /></p>
        <p class="small">{t('vault.until')} <Time at={slip.expires} style="clock" /></p>
      </Notice>}
      <form class="deposit-form" onSubmit={event => { event.preventDefault(); if (to && text && !isLong) void send.run(); }}>
        <ToField to={to} set={setTo} problem={unknown} />
        <Field label={t('vault.slip.text')} hint={t('vault.slip.text.hint')} error={isLong ? t('vault.fault.too_long') : faultAt(send.problem, '/text')}>
          {control => <textarea {...control} value={text} required autoComplete="off" spellcheck={false} onInput={event => setText(event.currentTarget.value)} />}
        </Field>
        <Choice label={t('vault.slip.ttl')} value={minutes} options={MINUTES.map(one => [one, t('vault.slip.minutes', {n: Number(one)})] as const)} onChoose={setMinutes} />
        <ProblemNotice problem={send.problem} />
        <Button look="main" type="submit" busy={send.busy}>{t('vault.slip.send')}</Button>
      </form>
    </Section>
  );
}

/** The id alone, or the address that it came in. */
const idOf = (typed: string): string => /slp_[0-9a-z]{26}/.exec(typed)?.[0] ?? typed.trim();

function Read() {
  const {query} = usePlace();
  const [typed, setTyped] = useState(query.get('slip') ?? '');
  const [text, setText] = useState<string>();
  const [wasRead, setWasRead] = useState(false);
  const read = useDo(async () => {
    const slip = await post<{text?: string}>(path`/v1/slips/${idOf(typed)}/read`);
    setText(slip.text ?? '');
    setWasRead(true);
  });
  return (
    <Section title={t('vault.slip.read')}>
      <p class="small">{t('vault.slip.read.what')}</p>
      <ProblemNotice problem={read.problem} />
      {text !== undefined && <ShownText text={text} over={() => setText(undefined)} />}
      {text === undefined && wasRead && <Notice look="ok" urgent title={t('vault.slip.burnt')} />}
      {!wasRead && <form class="deposit-form" onSubmit={event => { event.preventDefault(); void read.run(); }}>
        <TextField label={t('vault.slip.id')} value={typed} onText={setTyped} required maxLength={300} autoComplete="off" spellcheck={false} />
        <Button look="danger" type="submit" busy={read.busy}>{t('vault.slip.burn')}</Button>
      </form>}
    </Section>
  );
}

export function Slips() {
  const session = useSession();
  const {query} = usePlace();
  const first = query.has('slip');
  const write = may(session, 'credential.deposit') && <Write />;
  return first ? <><Read />{write}</> : <>{write}<Read /></>;
}
