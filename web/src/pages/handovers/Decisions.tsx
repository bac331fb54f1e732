// SPDX-License-Identifier: Apache-2.0
// What the reader may do with a handover now: decide it, take it back, end it early.
import {useState} from 'preact/hooks';
import {path, post, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice} from '../../parts/shown';
import type {Handover, Offer} from './handover';

type Ask = 'approve' | 'refuse' | 'cancel' | 'return';

function run(ask: Ask, id: string): Promise<unknown> {
  if (ask === 'approve' || ask === 'refuse') return post(path`/v1/handovers/${id}/decision`, {approve: ask === 'approve'});
  return remove(path`/v1/handovers/${id}`);
}

/** Says what will happen, before it does. */
function Sure({ask, handover, onClose, changed}: {ask: Ask; handover: Handover; onClose: () => void; changed: () => void}) {
  const doing = useDo(async () => {
    await run(ask, handover.id);
    say(t(`handovers.did.${ask}`));
    changed();
    onClose();
  });
  return (
    <Dialog title={t(`handovers.do.${ask}`)} onClose={onClose}>
      <div class="stack">
        <p>{t(`handovers.sure.${ask}`)}</p>
        <ProblemNotice problem={doing.problem} />
        <div class="row">
          <Button look={ask === 'approve' ? 'main' : 'danger'} busy={doing.busy} onClick={() => void doing.run()}>{t(`handovers.do.${ask}`)}</Button>
          <Button onClick={onClose}>{t('app.close')}</Button>
        </div>
      </div>
    </Dialog>
  );
}

const asksOf = (offer: Offer): Ask[] => [...(offer.decide ? (['approve', 'refuse'] as const) : []), ...(offer.end ? [offer.end] : [])];

export function Decisions({handover, offer, changed}: {handover: Handover; offer: Offer; changed: () => void}) {
  const [ask, setAsk] = useState<Ask>();
  const asks = asksOf(offer);
  const waits = handover.state === 'requested' && !offer.decide;
  return (
    <>
      {waits && <Notice><p>{t('handovers.waits')}</p></Notice>}
      {asks.length > 0 && (
        <div class="row decisions">
          {asks.map(one => <Button key={one} look={one === 'approve' ? 'main' : 'quiet'} onClick={() => setAsk(one)}>{t(`handovers.do.${one}`)}</Button>)}
        </div>
      )}
      {ask && <Sure ask={ask} handover={handover} changed={changed} onClose={() => setAsk(undefined)} />}
    </>
  );
}
