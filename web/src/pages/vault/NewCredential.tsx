// SPDX-License-Identifier: Apache-2.0
// Putting a client's credential in: typed by who took it in, or drawn by the server so that nobody knows it.
import {useState} from 'preact/hooks';
import {post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {navigate, usePlace} from '../../base/router';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Check, Choice} from '../../parts/controls';
import {Picker} from '../../parts/picker';
import {CLIENTS} from '../../parts/picking';
import {Notice, ProblemNotice} from '../../parts/shown';
import {CeilingFields, draftOf, LabelFields, labelOf, modesOfKind, type LabelDraft} from './EditCredential';
import {faultAt} from './faults';
import {canGenerate, faultsOf, secretOf, type SecretDraft} from './forms';
import {drawingBody, GenerateFields, NEW_DRAWING} from './Generate';
import {KINDS, type Kind, type Mode} from './model';
import {SecretFields} from './SecretFields';
import {kindName} from './shown';

const CHANNELS = ['phone', 'letter', 'encrypted_im', 'messenger', 'email'] as const;
type Channel = (typeof CHANNELS)[number] | '';

/** The least exposing ones of a kind: whatever is chosen besides is a decision. */
const modestModes = (kind: Kind): Mode[] => (kind === 'totp' ? ['code'] : kind === 'login' ? ['code', 'inject'] : ['inject']);

interface Draft {
  client: string;
  kind: Kind;
  label: LabelDraft;
  secret: SecretDraft;
  modes: readonly Mode[];
  draws: boolean;
  channel: Channel;
}

function useDraft(client: string) {
  const [draft, setDraft] = useState<Draft>({client, kind: 'login', label: draftOf({title: ''}), secret: {}, modes: modestModes('login'), draws: false, channel: ''});
  const set = (changes: Partial<Draft>) => setDraft(before => ({...before, ...changes}));
  /** What another kind has no place for goes. */
  const setKind = (kind: Kind) => set({kind, secret: {}, modes: modestModes(kind), draws: draft.draws && canGenerate(kind)});
  return {draft, set, setKind};
}

const isSound = (draft: Draft): boolean =>
  draft.client !== '' && draft.modes.some(mode => modesOfKind(draft.kind).includes(mode)) && (draft.draws || !Object.keys(faultsOf(draft.kind, draft.secret)).length);

function ChannelChoice({channel, set}: {channel: Channel; set: (channel: Channel) => void}) {
  const options = [['', t('vault.channel.none')], ...CHANNELS.map(one => [one, t(`vault.channel.${one}`)])] as [Channel, string][];
  return (
    <>
      <Choice label={t('vault.channel')} hint={t('vault.channel.hint')} value={channel} options={options} onChoose={set} />
      {(channel === 'email' || channel === 'messenger') && <Notice look="warning"><p>{t('vault.channel.exposed')}</p></Notice>}
    </>
  );
}

export function NewCredential() {
  const session = useSession();
  const {query} = usePlace();
  const {draft, set, setKind} = useDraft(query.get('client') ?? session.person.client ?? '');
  const [drawing, setDrawing] = useState(NEW_DRAWING);
  const [tried, setTried] = useState(false);
  const isClient = session.person.kind === 'client';
  const send = useDo(async () => {
    const content = draft.draws ? {generate: drawingBody(drawing)} : {secret: secretOf(draft.kind, draft.secret), ...(draft.channel && !isClient ? {channel: draft.channel} : {})};
    const put = await post<{id: string}>('/v1/credentials', {client: draft.client, kind: draft.kind, label: labelOf(draft.label), modes_max: draft.modes, ...content});
    say(t('vault.new.done'));
    navigate(`/credentials/${put.id}`);
  });
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (isSound(draft)) void send.run();
  };
  return (
    <form class="vault-form" onSubmit={submit}>
      <fieldset>
        <legend>{t('vault.new.what')}</legend>
        {!isClient && <Picker label={t('vault.client')} source={CLIENTS} value={draft.client} onPick={client => set({client})} error={faultAt(send.problem, '/client')} />}
        {tried && !draft.client && <p class="wrong" role="alert">{t('vault.new.client')}</p>}
        <Choice label={t('vault.kind')} value={draft.kind} options={KINDS.map(kind => [kind, kindName(kind)] as const)} onChoose={setKind} />
        <LabelFields draft={draft.label} set={changes => set({label: {...draft.label, ...changes}})} problem={send.problem} />
      </fieldset>
      <fieldset>
        <legend>{t('vault.new.secret')}</legend>
        {canGenerate(draft.kind) && <Check label={t('vault.generate')} hint={t('vault.generate.hint')} checked={draft.draws} onCheck={draws => set({draws})} />}
        {draft.draws ? <GenerateFields drawing={drawing} set={setDrawing} /> : <SecretFields kind={draft.kind} draft={draft.secret} faults={tried ? faultsOf(draft.kind, draft.secret) : {}} problem={send.problem} set={changes => set({secret: {...draft.secret, ...changes}})} />}
        {!draft.draws && !isClient && <ChannelChoice channel={draft.channel} set={channel => set({channel})} />}
        <CeilingFields kind={draft.kind} modes={draft.modes} set={modes => set({modes})} />
        {tried && !draft.modes.length && <p class="wrong" role="alert">{t('vault.give.fault.modes')}</p>}
      </fieldset>
      <ProblemNotice problem={send.problem} />
      <Button look="main" type="submit" busy={send.busy}>{t('vault.new.put')}</Button>
      {!isClient && <p class="small wide">{t('vault.import')}: <code>docs/moving-in.md</code></p>}
    </form>
  );
}
