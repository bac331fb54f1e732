// SPDX-License-Identifier: Apache-2.0
// A second person vouches for somebody's first authenticator: a one-time code, shown once, to be handed over in person.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice, Time} from '../../parts/shown';
import type {Person} from './people';
import {personName} from './shown';

/** POST /v1/people/{person}/enrolment by hand. */
interface Handed {
  code: string;
  expires_at: string;
}

/** In two halves, as one reads it out; whoever types it may leave the blank. */
const inHalves = (code: string): string => code.replace(/^(.{5})/, '$1 ');

function Code({handed, onClose}: {handed: Handed; onClose: () => void}) {
  return (
    <div class="stack">
      <p class="handed mono">{inHalves(handed.code)}</p>
      <p>{t('people.hand.once')}</p>
      <p class="small">{t('people.hand.until')} <Time at={handed.expires_at} style="minute" /></p>
      <Button look="main" onClick={onClose}>{t('app.close')}</Button>
    </div>
  );
}

/** For who may manage factors, of somebody whom nobody vouched for yet. */
export function HandCode({person}: {person: Person}) {
  const [asks, setAsks] = useState(false);
  const [handed, setHanded] = useState<Handed>();
  const making = useDo(async () => setHanded(await post<Handed>(path`/v1/people/${person.id}/enrolment`, {by: 'hand'})));
  const close = () => { setAsks(false); setHanded(undefined); making.clear(); };
  return (
    <>
      <Button onClick={() => setAsks(true)}>{t('people.hand')}</Button>
      {asks && <Dialog title={t('people.hand.title', {name: personName(person)})} onClose={close}>
        {handed && <Code handed={handed} onClose={close} />}
        {!handed && (
          <div class="stack">
            <p>{t('people.hand.what')}</p>
            <Notice look="warning"><p>{t('people.hand.sure')}</p></Notice>
            <ProblemNotice problem={making.problem} />
            <div class="actions">
              <Button look="main" busy={making.busy} onClick={() => void making.run()}>{t('people.hand.make')}</Button>
              <Button onClick={close}>{t('app.cancel')}</Button>
            </div>
          </div>
        )}
      </Dialog>}
    </>
  );
}
