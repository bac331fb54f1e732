// SPDX-License-Identifier: Apache-2.0
// The sign-in: an e-mail address, the code that is mailed to it, then the authenticator where a role asks for it.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {hasText, t, type Language, type TextKey} from '../../base/i18n';
import {useDo} from '../../base/load';
import type {Session} from '../../base/session';
import {Button, Check, CodeField, TextField} from '../../parts/controls';
import {Looks} from '../../parts/layout';
import {Mark} from '../../parts/mark';
import {Notice, ProblemNotice} from '../../parts/shown';
import './signin.css';

/** A sign-in under way, as POST /v1/sign-ins answers it. */
interface Attempt {
  id: string;
  state: 'code' | 'choose' | 'factor' | 'signed_in' | 'ended';
  reason?: string;
  reference?: string;
  attempts_left?: number;
  expires_in?: number;
  tenants?: {id: string; name: string}[];
  session?: Session;
}

type Answer = {code: string} | {resend: true} | {tenant: string} | {totp: string; remember: boolean} | {recovery: string};

interface StepProps {
  attempt: Attempt;
  busy: boolean;
  answer: (answer: Answer) => void;
}

const reasonText = (attempt: Attempt): string | undefined => {
  if (!attempt.reason) return undefined;
  const key = `signin.reason.${attempt.reason}`;
  const left = attempt.attempts_left !== undefined ? ` ${t('signin.left', {n: attempt.attempts_left})}` : '';
  return (hasText(key) ? t(key as TextKey) : attempt.reason) + (attempt.state === 'ended' ? '' : left);
};

function AddressStep({busy, begin}: {busy: boolean; begin: (email: string) => void}) {
  const [email, setEmail] = useState('');
  return (
    <form onSubmit={event => { event.preventDefault(); begin(email.trim()); }}>
      <TextField label={t('signin.email')} hint={t('signin.email.hint')} type="email" autoComplete="username" value={email} onText={setEmail} required maxLength={254} autofocus />
      <Button look="main" type="submit" busy={busy}>{t('signin.send')}</Button>
    </form>
  );
}

function CodeStep({attempt, busy, answer}: StepProps) {
  const [code, setCode] = useState('');
  return (
    <form onSubmit={event => { event.preventDefault(); answer({code}); setCode(''); }}>
      <p>{t('signin.code.sent')}</p>
      {attempt.reference && <p class="small">{t('signin.code.reference', {reference: attempt.reference})}</p>}
      <CodeField label={t('signin.code')} value={code} onText={setCode} error={reasonText(attempt)} autoFocus />
      <Button look="main" type="submit" busy={busy}>{t('signin.continue')}</Button>
      <Button look="plain" busy={busy} onClick={() => answer({resend: true})}>{t('signin.resend')}</Button>
    </form>
  );
}

function TenantStep({attempt, busy, answer}: StepProps) {
  return (
    <>
      <p>{t('signin.choose')}</p>
      <ul class="tenants">
        {attempt.tenants?.map(one => <li key={one.id}><Button busy={busy} onClick={() => answer({tenant: one.id})}>{one.name}</Button></li>)}
      </ul>
    </>
  );
}

/** A recovery code may be typed by who was given none: a colleague may tell them one while they wait here. */
function FactorStep({attempt, busy, answer}: StepProps) {
  const [code, setCode] = useState('');
  const [remember, setRemember] = useState(false);
  const [recovers, setRecovers] = useState(false);
  const submit = () => { answer(recovers ? {recovery: code.trim()} : {totp: code, remember}); setCode(''); };
  return (
    <form onSubmit={event => { event.preventDefault(); submit(); }}>
      {recovers
        ? <TextField label={t('signin.recovery')} hint={t('signin.recovery.hint')} value={code} onText={setCode} error={reasonText(attempt)} required spellcheck={false} autoComplete="off" />
        : <CodeField label={t('signin.totp')} hint={t('signin.totp.hint')} value={code} onText={setCode} error={reasonText(attempt)} autoFocus />}
      {!recovers && <Check label={t('signin.remember')} hint={t('signin.remember.hint')} checked={remember} onCheck={setRemember} />}
      <Button look="main" type="submit" busy={busy}>{t('signin.continue')}</Button>
      <Button look="plain" onClick={() => setRecovers(!recovers)}>{t(recovers ? 'signin.use_totp' : 'signin.use_recovery')}</Button>
    </form>
  );
}

const STEPS = {code: CodeStep, choose: TenantStep, factor: FactorStep};

function EndedStep({attempt, again}: {attempt: Attempt; again: () => void}) {
  return (
    <>
      <Notice look="warning" urgent title={t('signin.ended')}><p>{reasonText(attempt)}</p></Notice>
      <Button look="main" onClick={again}>{t('signin.again')}</Button>
    </>
  );
}

interface SignInProps {
  choose: (language: Language) => void;
  signedIn: (session: Session) => void;
}

export function SignIn({choose, signedIn}: SignInProps) {
  const [attempt, setAttempt] = useState<Attempt>();
  const take = (next: Attempt) => (next.session ? signedIn(next.session) : setAttempt(next));
  const begin = useDo(async (email: string) => take(await post<Attempt>('/v1/sign-ins', {email, language: document.documentElement.lang})));
  const go = useDo(async (id: string, answer: Answer) => take({...attempt, ...(await post<Attempt>(path`/v1/sign-ins/${id}`, answer))}));
  const restart = () => setAttempt(undefined);
  const Step = attempt && attempt.state in STEPS ? STEPS[attempt.state as keyof typeof STEPS] : undefined;
  return (
    <main class="alone signin">
      <div class="brand"><Mark /><span>Muniment</span></div>
      <h1>{t('signin.title')}</h1>
      <ProblemNotice problem={go.problem ?? begin.problem} />
      {!attempt && <AddressStep busy={begin.busy} begin={email => void begin.run(email)} />}
      {attempt && Step && <Step key={attempt.state} attempt={attempt} busy={go.busy} answer={answer => void go.run(attempt.id, answer)} />}
      {attempt && !Step && <EndedStep attempt={attempt} again={restart} />}
      {attempt && Step && <p><Button look="plain" onClick={restart}>{t('signin.other')}</Button></p>}
      <footer><Looks choose={choose} /><p class="small">{t('signin.logged')}</p></footer>
    </main>
  );
}
