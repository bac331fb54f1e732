// SPDX-License-Identifier: Apache-2.0
// "Is it really you, and do you want this?": one action confirmed by a fresh code, mailed or of the authenticator.
import {useEffect, useState} from 'preact/hooks';
import {path, post} from '../base/api';
import {hasText, t, type TextKey} from '../base/i18n';
import {useDo} from '../base/load';
import {useSession} from '../base/session';
import {Button, CodeField} from './controls';
import {Notice, ProblemNotice, Skeleton} from './shown';

export interface Action {
  type: string;
  /** What the person reads, in words. */
  text: string;
  /** What the server compares: names in their order. */
  fields: Record<string, string>;
}

/** A verification under way, as POST /v1/verifications answers it. */
interface Verification {
  id: string;
  decision: 'allow' | 'deny' | 'challenge' | 'enroll';
  reason?: string;
  methods: {type: 'totp' | 'email' | 'hotp'; factor: string; hint: string}[];
  started?: {type: 'email'; ref: string};
  attempts_left: number;
  resend_in?: number;
  retry_in?: number;
  action_hash: string;
}

const reasonText = (asked: Verification): string | undefined => {
  if (!asked.reason) return undefined;
  const key = `stepup.reason.${asked.reason}`;
  const said = hasText(key) ? t(key as TextKey) : asked.reason;
  return asked.decision === 'challenge' ? `${said} ${t('stepup.left', {n: asked.attempts_left})}` : said;
};

interface CodeStepProps {
  asked: Verification;
  busy: boolean;
  mail: () => void;
  answer: (code: string) => void;
}

function CodeStep({asked, busy, mail, answer}: CodeStepProps) {
  const [code, setCode] = useState('');
  const hasApp = asked.methods.some(method => method.type !== 'email');
  const address = asked.methods.find(method => method.type === 'email');
  const label = asked.started ? t('stepup.code.mail') : t('stepup.code.app');
  return (
    <form onSubmit={event => { event.preventDefault(); answer(code); setCode(''); }}>
      {asked.started && <p>{t('stepup.sent', {address: address?.hint ?? '', reference: asked.started.ref})}</p>}
      {(hasApp || asked.started) && <CodeField label={label} value={code} onText={setCode} error={reasonText(asked)} autoFocus />}
      {(hasApp || asked.started) && <Button look="main" type="submit" busy={busy}>{t('stepup.confirm')}</Button>}
      {address && <Button look={hasApp || asked.started ? 'plain' : 'main'} busy={busy} onClick={mail}>{t(asked.started ? 'stepup.again' : 'stepup.mail')}</Button>}
    </form>
  );
}

const Ended = ({asked, again}: {asked: Verification; again: () => void}) => (
  <Notice look="warning" urgent title={t('stepup.ended')}>
    <p>{asked.decision === 'enroll' ? t('stepup.enroll') : reasonText(asked)}</p>
    <p>{asked.decision === 'enroll' ? <a href="/me">{t('app.room.me')}</a> : <Button onClick={again}>{t('app.again')}</Button>}</p>
  </Notice>
);

interface StepUpProps {
  action: Action;
  /** The verification that confirms the action: good for five minutes, once. */
  proven: (verification: string) => void;
}

export function StepUp({action, proven}: StepUpProps) {
  const {person} = useSession();
  const [asked, setAsked] = useState<Verification>();
  const take = (next: Verification) => (next.decision === 'allow' ? proven(next.id) : setAsked(next));
  const begin = useDo(async () => take(await post<Verification>('/v1/verifications', {person: person.id, purpose: 'action', action})));
  const go = useDo(async (id: string, body: object) => {
    const next = await post<Verification>(path`/v1/verifications/${id}`, body);
    take({...next, ...(next.started || !asked?.started ? {} : {started: asked.started})});
  });
  useEffect(() => void begin.run(), []);
  if (begin.problem) return <ProblemNotice problem={begin.problem} again={() => void begin.run()} />;
  if (!asked) return <Skeleton rows={2} />;
  const open = asked.decision === 'challenge';
  const tryIt = (body: object) => void go.run(asked.id, {...body, action_hash: asked.action_hash});
  return (
    <div class="stack">
      <p class="lead-in">{t('stepup.what')} <strong>{action.text}</strong></p>
      <ProblemNotice problem={go.problem} />
      {open && <CodeStep asked={asked} busy={go.busy} mail={() => tryIt({method: 'email'})} answer={code => tryIt({code})} />}
      {!open && <Ended asked={asked} again={() => { setAsked(undefined); void begin.run(); }} />}
    </div>
  );
}
