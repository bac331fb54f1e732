// SPDX-License-Identifier: Apache-2.0
// Asking that a client's credentials leave: whose, what for, for which program, and whom the file is sealed to.
import {useState} from 'preact/hooks';
import {post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {navigate} from '../../base/router';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Choice, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Picker} from '../../parts/picker';
import {CLIENTS} from '../../parts/picking';
import {Notice, ProblemNotice} from '../../parts/shown';
import {faultAt} from '../vault/faults';
import {Command, PROGRAM} from './Command';
import {FORMATS, PURPOSE_MAX, RECIPIENT_START, type Format, type Takeout} from './takeout';

/** The key is made where the file will be opened, so that nobody else ever has its private half. */
function HowToMake() {
  return (
    <details class="how-to">
      <summary>{t('takeouts.recipient.how')}</summary>
      <ol>
        <li>{t('takeouts.recipient.install', {program: PROGRAM})} <a href="https://age-encryption.org" rel="noreferrer" target="_blank">age-encryption.org</a></li>
        <li>{t('takeouts.recipient.make')} <Command text="age-keygen -o key.txt" /></li>
        <li>{t('takeouts.recipient.keep')}</li>
      </ol>
    </details>
  );
}

interface Entry {
  client: string;
  purpose: string;
  format: Format;
  recipient: string;
}

export function NewTakeout({client, onClose}: {client: string; onClose: () => void}) {
  const session = useSession();
  const [entry, setEntry] = useState<Entry>({client, purpose: '', format: 'bitwarden-json', recipient: ''});
  const change = (some: Partial<Entry>) => setEntry(before => ({...before, ...some}));
  const [tried, setTried] = useState(false);
  const ask = useDo(async () => {
    const made = await post<Takeout>('/v1/takeouts', {...entry, purpose: entry.purpose.trim(), recipient: entry.recipient.trim()});
    say(t('takeouts.did.ask'));
    navigate(`/takeouts/${made.id}`);
  });
  const isConflict = ask.problem?.code === 'conflict';
  return (
    <Dialog title={t('takeouts.new')} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); setTried(true); if (entry.client) void ask.run(); }}>
        {session.person.kind !== 'client' && <Picker label={t('handovers.client')} source={CLIENTS} value={entry.client} onPick={id => change({client: id})} error={tried && !entry.client ? t('vault.fault.missing') : faultAt(ask.problem, '/client')} />}
        <TextField label={t('vault.purpose')} hint={t('takeouts.purpose.hint')} value={entry.purpose} onText={purpose => change({purpose})} required maxLength={PURPOSE_MAX} autoComplete="off" error={faultAt(ask.problem, '/purpose')} />
        <Choice label={t('takeouts.format')} hint={t(`takeouts.format.${entry.format}.hint`)} value={entry.format} options={FORMATS.map(one => [one, t(`takeouts.format.${one}`)] as const)} onChoose={format => change({format})} />
        <TextField label={t('takeouts.recipient')} hint={t('takeouts.recipient.hint', {program: PROGRAM, start: RECIPIENT_START})} value={entry.recipient} onText={recipient => change({recipient})} required maxLength={128}
          autoComplete="off" spellcheck={false} error={faultAt(ask.problem, '/recipient') && t('takeouts.recipient.wrong', {start: RECIPIENT_START})} />
        <HowToMake />
        <p class="hint">{t('takeouts.second')}</p>
        {isConflict ? <Notice look="warning" urgent><p>{t('takeouts.conflict')}</p></Notice> : <ProblemNotice problem={ask.problem} />}
        <Button look="main" type="submit" busy={ask.busy}>{t('takeouts.ask')}</Button>
      </form>
    </Dialog>
  );
}
