// SPDX-License-Identifier: Apache-2.0
// The label of a credential and the ceiling of what any grant of it may allow.
import {useState} from 'preact/hooks';
import {patch, path} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {useSession} from '../../base/session';
import {Button, Check, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {ProblemNotice} from '../../parts/shown';
import type {Problem} from '../../base/api';
import {faultAt} from './faults';
import {MODES, type Credential, type Kind, type Label, type Mode} from './model';
import {ModeMark} from './shown';

export interface LabelDraft {
  title: string;
  url: string;
  username: string;
  tags: string;
}

export const draftOf = (label: Label): LabelDraft => ({title: label.title, url: label.url ?? '', username: label.username ?? '', tags: (label.tags ?? []).join(', ')});

/** Tags stand between commas. */
export function labelOf(draft: LabelDraft): Label {
  const tags = [...new Set(draft.tags.split(',').map(tag => tag.trim()).filter(Boolean))];
  const {title, url, username} = {title: draft.title.trim(), url: draft.url.trim(), username: draft.username.trim()};
  return {title, ...(url ? {url} : {}), ...(username ? {username} : {}), ...(tags.length ? {tags} : {})};
}

export function LabelFields({draft, set, problem}: {draft: LabelDraft; set: (changes: Partial<LabelDraft>) => void; problem: Problem | undefined}) {
  return (
    <>
      <TextField label={t('vault.title')} value={draft.title} onText={title => set({title})} required maxLength={200} error={faultAt(problem, '/label/title')} autoComplete="off" />
      <TextField label={t('vault.url')} value={draft.url} onText={url => set({url})} maxLength={1000} error={faultAt(problem, '/label/url')} autoComplete="off" spellcheck={false} />
      <TextField label={t('vault.field.username')} value={draft.username} onText={username => set({username})} maxLength={254} error={faultAt(problem, '/label/username')} autoComplete="off" spellcheck={false} />
      <TextField label={t('vault.tags')} hint={t('vault.tags.hint')} value={draft.tags} onText={tags => set({tags})} maxLength={1000} error={faultAt(problem, '/label/tags')} autoComplete="off" />
    </>
  );
}

/** Only what is in it can ever leave by a code. */
export const modesOfKind = (kind: Kind): readonly Mode[] =>
  kind === 'totp' ? ['code', 'inject', 'reveal'] : kind === 'login' ? MODES : ['inject', 'reveal'];

interface CeilingProps {
  kind: Kind;
  modes: readonly Mode[];
  set: (modes: Mode[]) => void;
  /** What may be chosen: the ceiling is raised by owners alone. */
  open?: (mode: Mode) => boolean;
}

export function CeilingFields({kind, modes, set, open = () => true}: CeilingProps) {
  return (
    <fieldset class="inner">
      <legend>{t('vault.ceiling')}</legend>
      <p class="hint">{t('vault.ceiling.hint')}</p>
      {modesOfKind(kind).map(mode => (
        <Check key={mode} label={<ModeMark mode={mode} />} hint={open(mode) ? t(`vault.mode.${mode}.leaves`) : t('vault.ceiling.owner')} checked={modes.includes(mode)} disabled={!open(mode)}
          onCheck={on => set(MODES.filter(each => (each === mode ? on : modes.includes(each))))} />
      ))}
    </fieldset>
  );
}

export function EditCredential({credential, onClose, changed}: {credential: Credential; onClose: () => void; changed: () => void}) {
  const session = useSession();
  const [draft, setDraft] = useState(draftOf(credential.label));
  const [modes, setModes] = useState<readonly Mode[]>(credential.modes_max);
  const isOwner = session.person.roles.includes('owner');
  const send = useDo(async () => {
    const ceiling = modes.join() === credential.modes_max.join() ? {} : {modes_max: modes};
    await patch(path`/v1/credentials/${credential.id}`, {label: labelOf(draft), ...ceiling});
    say(t('vault.edit.done'));
    changed();
  });
  return (
    <Dialog title={t('vault.edit')} onClose={onClose}>
      <form class="one-form" onSubmit={event => { event.preventDefault(); if (modes.length) void send.run(); }}>
        <LabelFields draft={draft} set={changes => setDraft({...draft, ...changes})} problem={send.problem} />
        <CeilingFields kind={credential.kind} modes={modes} set={setModes} open={mode => isOwner || credential.modes_max.includes(mode)} />
        {!modes.length && <p class="wrong" role="alert">{t('vault.give.fault.modes')}</p>}
        <ProblemNotice problem={send.problem} />
        <Button look="main" type="submit" busy={send.busy}>{t('app.save')}</Button>
      </form>
    </Dialog>
  );
}
