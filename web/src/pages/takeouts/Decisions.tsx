// SPDX-License-Identifier: Apache-2.0
// What the reader may do with a takeout now: decide it, take it back, take the file.
import {useState} from 'preact/hooks';
import {path, post, remove} from '../../base/api';
import {t, type TextKey} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {ProblemNotice} from '../../parts/shown';
import {Taking} from './Taking';
import type {Offer, Takeout} from './takeout';

type Ask = 'approve' | 'refuse' | 'cancel';

const WORDS: Record<Ask, {does: TextKey; means: TextKey; did: TextKey}> = {
  approve: {does: 'approvals.yes', means: 'approvals.about.takeout', did: 'takeouts.did.approve'},
  refuse: {does: 'approvals.no', means: 'takeouts.sure.refuse', did: 'approvals.did.no'},
  cancel: {does: 'approvals.back', means: 'takeouts.sure.cancel', did: 'approvals.did.back'},
};

function run(ask: Ask, id: string): Promise<unknown> {
  if (ask === 'cancel') return remove(path`/v1/takeouts/${id}`);
  return post(path`/v1/takeouts/${id}/decision`, {approve: ask === 'approve'});
}

/** Says what will happen, before it does. */
function Sure({ask, id, onClose, changed}: {ask: Ask; id: string; onClose: () => void; changed: () => void}) {
  const {does, means, did} = WORDS[ask];
  const doing = useDo(async () => {
    await run(ask, id);
    say(t(did));
    changed();
    onClose();
  });
  return (
    <Dialog title={t(does)} onClose={onClose}>
      <div class="stack">
        <p>{t(means)}</p>
        <ProblemNotice problem={doing.problem} />
        <div class="row">
          <Button look={ask === 'approve' ? 'main' : 'danger'} busy={doing.busy} onClick={() => void doing.run()}>{t(does)}</Button>
          <Button onClick={onClose}>{t('app.close')}</Button>
        </div>
      </div>
    </Dialog>
  );
}

const asksOf = (offer: Offer): Ask[] => [...(offer.decide ? (['approve', 'refuse'] as const) : []), ...(offer.cancel ? (['cancel'] as const) : [])];

export function Decisions({takeout, offer, changed}: {takeout: Takeout; offer: Offer; changed: () => void}) {
  const [ask, setAsk] = useState<Ask>();
  const [taking, setTaking] = useState(false);
  const asks = asksOf(offer);
  return (
    <>
      {(offer.take || asks.length > 0) && (
        <div class="row decisions">
          {offer.take && <Button look="main" onClick={() => setTaking(true)}>{t('takeouts.take')}</Button>}
          {asks.map(one => <Button key={one} look={one === 'approve' ? 'main' : 'quiet'} onClick={() => setAsk(one)}>{t(WORDS[one].does)}</Button>)}
        </div>
      )}
      {taking && <Taking takeout={takeout} taken={changed} onClose={() => setTaking(false)} />}
      {ask && <Sure ask={ask} id={takeout.id} changed={changed} onClose={() => setAsk(undefined)} />}
    </>
  );
}
