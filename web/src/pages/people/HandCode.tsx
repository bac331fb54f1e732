// SPDX-License-Identifier: Apache-2.0
// A second person hands over a code, shown once: it vouches for somebody's first authenticator, or lets in once who can't use theirs.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice, Time} from '../../parts/shown';
import type {Person} from './people';
import {personName} from './shown';

/** POST /v1/people/{person}/enrolment by hand, and …/helpdesk-code. */
interface Handed {
  code: string;
  expires_at: string;
  codes_this_year?: number;
  codes_a_year?: number;
}

const DEEDS = {
  hand: (person: string) => post<Handed>(path`/v1/people/${person}/enrolment`, {by: 'hand'}),
  helpdesk: (person: string) => post<Handed>(path`/v1/people/${person}/helpdesk-code`),
};

/** In parts, as one reads it out; whoever types it may leave the blank. */
const inParts = (code: string): string => code.replace(/^(\w{5})(?=\w{5}$)/, '$1 ');

function Code({handed, onClose}: {handed: Handed; onClose: () => void}) {
  const {codes_this_year: n, codes_a_year: most} = handed;
  return (
    <div class="stack">
      <p class="handed mono">{inParts(handed.code)}</p>
      <p>{t('people.hand.once')}</p>
      <p class="small">{t('people.hand.until')} <Time at={handed.expires_at} style="minute" /></p>
      {n !== undefined && most !== undefined && <p class="small">{t('people.helpdesk.count', {n, most})}</p>}
      <Button look="main" onClick={onClose}>{t('app.close')}</Button>
    </div>
  );
}

/** For who may manage factors; what: for whom nobody vouched yet, or for who has a factor and can't use it. */
export function HandCode({person, what}: {person: Person; what: keyof typeof DEEDS}) {
  const [asks, setAsks] = useState(false);
  const [handed, setHanded] = useState<Handed>();
  const making = useDo(async () => setHanded(await DEEDS[what](person.id)));
  const close = () => { setAsks(false); setHanded(undefined); making.clear(); };
  const isUsedUp = what === 'helpdesk' && making.problem?.code === 'conflict';
  return (
    <>
      <Button onClick={() => setAsks(true)}>{t(`people.${what}`)}</Button>
      {asks && <Dialog title={t(`people.${what}.title`, {name: personName(person)})} onClose={close}>
        {handed && <Code handed={handed} onClose={close} />}
        {!handed && (
          <div class="stack">
            <p>{what === 'hand' ? t('people.hand.what') : t('people.helpdesk.what', {button: t('signin.use_recovery')})}</p>
            <Notice look="warning"><p>{t('people.hand.sure')}</p></Notice>
            {isUsedUp ? <Notice look="warning" urgent title={t('people.helpdesk.no')} /> : <ProblemNotice problem={making.problem} />}
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
