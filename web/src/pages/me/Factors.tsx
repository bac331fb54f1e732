// SPDX-License-Identifier: Apache-2.0
// How somebody proves who they are: authenticators, addresses, recovery codes.
import {useState} from 'preact/hooks';
import {path, remove} from '../../base/api';
import {t, word} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {Button} from '../../parts/controls';
import {Dialog, Section} from '../../parts/page';
import {Chip, Notice, ProblemNotice, Skeleton, Time} from '../../parts/shown';
import {EnrolEmail} from './EnrolEmail';
import {EnrolTotp} from './EnrolTotp';
import {CLOCK_WORTH_A_WORD_S, type Factor, type FactorList} from './me';
import {Prove} from './Prove';
import {Recovery} from './Recovery';
import {WaitingReset} from './WaitingReset';

type Open = {what: 'totp' | 'email' | 'recovery'} | {what: 'remove' | 'prove'; factor: Factor};

function Strength({factor}: {factor: Factor}) {
  if (factor.state === 'pending') return <Chip look="warning">{t('me.factor.pending')}</Chip>;
  if (!factor.proven) return <Chip look="warning">{t('me.factor.unproven')}</Chip>;
  return factor.type === 'email' ? <Chip look="notice">{t('me.factor.weak')}</Chip> : <Chip look="ok">{t('me.factor.strong')}</Chip>;
}

function FactorRow({factor, open}: {factor: Factor; open: (what: Open) => void}) {
  const off = Math.abs(factor.off_by_s ?? 0);
  return (
    <li class="card">
      <h3>{word('me.factor.type', factor.type)}</h3>
      <p>{factor.type === 'recovery' ? t('me.recovery.left', {n: factor.left ?? 0}) : factor.hint}</p>
      <p><Strength factor={factor} /></p>
      <p class="small">{t('me.factor.since')} <Time at={factor.created} style="day" /></p>
      {off >= CLOCK_WORTH_A_WORD_S && <Notice look="warning"><p>{t('me.factor.clock', {n: off})}</p></Notice>}
      <div class="actions">
        {factor.state === 'active' && !factor.proven && <Button onClick={() => open({what: 'prove', factor})}>{t('me.prove')}</Button>}
        {factor.type === 'recovery' && <Button onClick={() => open({what: 'recovery'})}>{t('me.recovery.again')}</Button>}
        <Button look="danger" onClick={() => open({what: 'remove', factor})}>{t('me.factor.remove')}</Button>
      </div>
    </li>
  );
}

function RemoveFactor({factor, onClose, onDone}: {factor: Factor; onClose: () => void; onDone: () => void}) {
  const removing = useDo(async () => {
    await remove(path`/v1/factors/${factor.id}`);
    say(t('me.factor.removed'));
    onDone();
  });
  return (
    <Dialog title={t('me.factor.remove')} onClose={onClose}>
      <p>{word('me.factor.type', factor.type)}: {factor.hint}</p>
      <p>{t('me.factor.remove.what')}</p>
      <ProblemNotice problem={removing.problem} />
      <div class="actions">
        <Button look="danger" busy={removing.busy} onClick={removing.run}>{t('me.factor.remove')}</Button>
        <Button onClick={onClose}>{t('app.cancel')}</Button>
      </div>
    </Dialog>
  );
}

export function Factors({person}: {person: string}) {
  const factors = useGet<FactorList>(path`/v1/people/${person}/factors`);
  const [open, setOpen] = useState<Open>();
  const close = () => setOpen(undefined);
  const done = () => { close(); factors.reload(); };
  const items = factors.data?.items ?? [];
  const hasRecovery = items.some(factor => factor.type === 'recovery');
  // Recovery codes stand in for a factor: there has to be one.
  const canRecover = items.some(factor => factor.type !== 'recovery' && factor.state === 'active');
  return (
    <>
      {factors.data?.reset && <WaitingReset reset={factors.data.reset} changed={factors.reload} />}
      <Section title={t('me.factors')} actions={(
        <>
          <Button look="main" onClick={() => setOpen({what: 'totp'})}>{t('me.totp.add')}</Button>
          <Button onClick={() => setOpen({what: 'email'})}>{t('me.email.add')}</Button>
          {!hasRecovery && canRecover && <Button onClick={() => setOpen({what: 'recovery'})}>{t('me.recovery.make')}</Button>}
        </>
      )}>
        <ProblemNotice problem={factors.problem} again={factors.reload} />
        {!factors.data && !factors.problem && <Skeleton rows={2} />}
        {factors.data && items.length === 0 && <p class="quiet-text">{t('me.factors.none')}</p>}
        <ul class="cards plain-list">{items.map(factor => <FactorRow key={factor.id} factor={factor} open={setOpen} />)}</ul>
        {open?.what === 'totp' && <EnrolTotp person={person} onClose={done} />}
        {open?.what === 'email' && <EnrolEmail person={person} onClose={done} />}
        {open?.what === 'recovery' && <Recovery person={person} replaces={hasRecovery} onClose={done} />}
        {open?.what === 'prove' && <Prove person={person} factor={open.factor.id} onClose={close} onDone={done} />}
        {open?.what === 'remove' && <RemoveFactor factor={open.factor} onClose={close} onDone={done} />}
      </Section>
    </>
  );
}
