// SPDX-License-Identifier: Apache-2.0
// What can be done with a grant beside using it: decide, hold and hand back, take back.
import {useState} from 'preact/hooks';
import {path, post, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button, TextField} from '../../parts/controls';
import {Section} from '../../parts/page';
import {Notice, ProblemNotice, Time} from '../../parts/shown';
import {isOpen, type Grant} from './model';
import {PURPOSE_MAX} from './use';

interface ActionProps {
  grant: Grant;
  changed: () => void;
}

const ENDED = new Set(['revoked', 'expired', 'used_up']);
const REASON_MAX = 500;

/** Nobody decides on what they asked for or are to get. */
export function DecideGrant({grant, changed}: ActionProps) {
  const session = useSession();
  const [reason, setReason] = useState('');
  const decide = useDo(async (approve: boolean) => {
    await post(path`/v1/grants/${grant.id}/decision`, {approve, ...(reason.trim() ? {reason: reason.trim()} : {})});
    say(t(approve ? 'vault.decide.approved' : 'vault.decide.refused'));
    changed();
  });
  const mine = [grant.to, grant.by].includes(session.person.id);
  const client = session.person.client === grant.client;
  if (grant.state !== 'waiting' || mine || !(client || may(session, 'grant.approve'))) return null;
  return (
    <Notice title={t('vault.decide')}>
      <TextField label={t('vault.decide.reason')} value={reason} onText={setReason} maxLength={REASON_MAX} />
      <ProblemNotice problem={decide.problem} />
      <div class="actions">
        <Button look="main" busy={decide.busy} onClick={() => void decide.run(true)}>{t('vault.decide.approve')}</Button>
        <Button look="danger" busy={decide.busy} onClick={() => void decide.run(false)}>{t('vault.decide.refuse')}</Button>
      </div>
    </Notice>
  );
}

/** Only for exclusive grants: while one holds it, nobody else can use it. */
export function HoldGrant({grant, changed}: ActionProps) {
  const {person} = useSession();
  const [purpose, setPurpose] = useState(grant.task ?? '');
  const [minutes, setMinutes] = useState('60');
  const [until, setUntil] = useState<string>();
  const take = useDo(async () => {
    const held = await post<{until: string}>(path`/v1/grants/${grant.id}/checkout`, {purpose: purpose.trim(), minutes: Number(minutes)});
    setUntil(held.until);
    say(t('vault.hold.taken'));
  });
  const back = useDo(async () => {
    await post(path`/v1/grants/${grant.id}/checkin`);
    setUntil(undefined);
    say(t('vault.hold.back.done'));
    changed();
  });
  if (grant.exclusive === 'none' || ENDED.has(grant.state)) return null;
  const mine = grant.to === person.id;
  return (
    <Section title={t('vault.hold')}>
      <p class="small">{t('vault.hold.what')}</p>
      <ProblemNotice problem={take.problem ?? back.problem} />
      {until && <Notice look="ok" title={t('vault.hold.yours')}><p>{t('vault.until')} <Time at={until} style="clock" /></p></Notice>}
      {mine && isOpen(grant) && <form class="row filters" onSubmit={event => { event.preventDefault(); void take.run(); }}>
        <TextField label={t('vault.purpose')} value={purpose} onText={setPurpose} required maxLength={PURPOSE_MAX} />
        <TextField label={t('vault.hold.minutes')} type="number" min={1} max={480} value={minutes} onText={setMinutes} required />
        <Button look="main" type="submit" busy={take.busy}>{t(until ? 'vault.hold.longer' : 'vault.hold.take')}</Button>
      </form>}
      <p class="actions after"><Button busy={back.busy} onClick={() => void back.run()}>{t('vault.hold.back')}</Button></p>
    </Section>
  );
}

/** Asked once more before: it can't be undone. */
export function RevokeGrant({grant, changed}: ActionProps) {
  const session = useSession();
  const [asks, setAsks] = useState(false);
  const revoke = useDo(async () => {
    await remove(path`/v1/grants/${grant.id}`);
    say(t('vault.revoke.done'));
    setAsks(false);
    changed();
  });
  const allowed = grant.to === session.person.id || session.person.client === grant.client || may(session, 'grant.give') || may(session, 'grant.approve');
  if (ENDED.has(grant.state) || !allowed) return null;
  return (
    <div class="ending">
      <ProblemNotice problem={revoke.problem} />
      {!asks && <Button look="danger" onClick={() => setAsks(true)}>{t('vault.revoke')}</Button>}
      {asks && <Notice look="warning" urgent title={t('vault.revoke.sure')}>
        <div class="actions">
          <Button look="danger" busy={revoke.busy} onClick={() => void revoke.run()}>{t('vault.revoke')}</Button>
          <Button onClick={() => setAsks(false)}>{t('app.cancel')}</Button>
        </div>
      </Notice>}
    </div>
  );
}
