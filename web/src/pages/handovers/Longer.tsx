// SPDX-License-Identifier: Apache-2.0
// A stand-in that is to last longer: asked for by one, decided by another.
import {useState} from 'preact/hooks';
import {path, post, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Choice, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice, Time} from '../../parts/shown';
import {REASONS, type Handover, type Offer} from './handover';
import {fromZone, inZone} from './zone';

function LongerDialog({handover, onClose, changed}: {handover: Handover; onClose: () => void; changed: () => void}) {
  const zone = useSession().tenant.time_zone;
  const end = inZone(new Date(handover.until ?? handover.start), zone);
  const [until, setUntil] = useState(end);
  const [reason, setReason] = useState<string>(handover.reason);
  const asking = useDo(async () => {
    await post(path`/v1/handovers/${handover.id}/extend`, {until: fromZone(until, zone).toISOString(), reason});
    say(t('handovers.longer.asked'));
    changed();
    onClose();
  });
  const isLater = fromZone(until, zone) > fromZone(end, zone);
  return (
    <Dialog title={t('handovers.longer')} onClose={onClose}>
      <form noValidate onSubmit={event => { event.preventDefault(); if (isLater) void asking.run(); }}>
        <TextField label={t('handovers.until')} hint={t('handovers.zone', {zone})} type="datetime-local" value={until} min={end} onText={setUntil} required
          error={isLater ? undefined : t('handovers.longer.later')} />
        <Choice label={t('handovers.reason')} hint={t('handovers.reason.hint')} value={reason} options={REASONS.map(one => [one, t(`security.reason.${one}`)] as const)} onChoose={setReason} />
        <p class="hint">{t('handovers.second')}</p>
        <ProblemNotice problem={asking.problem} />
        <Button look="main" type="submit" busy={asking.busy} disabled={!isLater}>{t('handovers.ask')}</Button>
      </form>
    </Dialog>
  );
}

type Deed = 'approve' | 'refuse' | 'withdraw';

function run(deed: Deed, id: string): Promise<unknown> {
  if (deed === 'withdraw') return remove(path`/v1/handovers/${id}/extend`);
  return post(path`/v1/handovers/${id}/extend/decision`, {approve: deed === 'approve'});
}

/** What was asked for, and what the reader may do about it. */
function Waiting({handover, offer, changed}: {handover: Handover; offer: Offer; changed: () => void}) {
  const doing = useDo(async (deed: Deed) => {
    await run(deed, handover.id);
    say(t(`handovers.longer.did.${deed}`));
    changed();
  });
  const {extension} = handover;
  if (!extension) return null;
  const deeds: Deed[] = [...(offer.decideLonger ? (['approve', 'refuse'] as const) : []), ...(offer.withdrawLonger && !offer.decideLonger ? (['withdraw'] as const) : [])];
  return (
    <Notice title={t('handovers.longer.waits')}>
      <p>{t('handovers.until')}: <Time at={extension.until} style="minute" />{extension.asked_by_name && <> · {t('approvals.asked')}: {extension.asked_by_name}</>}</p>
      <p class="small">{t('approvals.about.extension')}</p>
      <ProblemNotice problem={doing.problem} />
      {deeds.length > 0 && <div class="row">
        {deeds.map(deed => <Button key={deed} look={deed === 'approve' ? 'main' : 'quiet'} busy={doing.busy} onClick={() => void doing.run(deed)}>{t(`handovers.longer.do.${deed}`)}</Button>)}
      </div>}
    </Notice>
  );
}

export function Longer({handover, offer, changed}: {handover: Handover; offer: Offer; changed: () => void}) {
  const [asks, setAsks] = useState(false);
  return (
    <>
      <Waiting handover={handover} offer={offer} changed={changed} />
      {offer.extend && <div class="row decisions"><Button onClick={() => setAsks(true)}>{t('handovers.longer')}</Button></div>}
      {asks && <LongerDialog handover={handover} onClose={() => setAsks(false)} changed={changed} />}
    </>
  );
}
