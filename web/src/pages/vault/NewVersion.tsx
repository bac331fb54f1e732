// SPDX-License-Identifier: Apache-2.0
// A new version of a secret: typed, or drawn by the server so that nobody has seen it.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t, word} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {Button, Check} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice} from '../../parts/shown';
import {canGenerate, faultsOf, secretOf, type SecretDraft} from './forms';
import {drawingBody, GenerateFields, NEW_DRAWING} from './Generate';
import type {Credential} from './model';
import {SecretFields} from './SecretFields';

export function NewVersion({credential, onClose, changed}: {credential: Credential; onClose: () => void; changed: () => void}) {
  const [draws, setDraws] = useState(canGenerate(credential.kind));
  const [drawing, setDrawing] = useState(NEW_DRAWING);
  const [draft, setDraft] = useState<SecretDraft>({});
  const [tried, setTried] = useState(false);
  const faults = tried && !draws ? faultsOf(credential.kind, draft) : {};
  const send = useDo(async () => {
    const body = draws ? {generate: drawingBody(drawing)} : {secret: secretOf(credential.kind, draft)};
    const put = await post<{version: number; unchanged?: string[]}>(path`/v1/credentials/${credential.id}/versions`, body);
    say(put.unchanged ? t('vault.version.same', {fields: put.unchanged.map(field => word('vault.field', field)).join(', ')}) : t('vault.version.done', {n: put.version}));
    changed();
  });
  const submit = (event: Event) => {
    event.preventDefault();
    setTried(true);
    if (draws || !Object.keys(faultsOf(credential.kind, draft)).length) void send.run();
  };
  return (
    <Dialog title={t('vault.version.new')} onClose={onClose}>
      <form class="one-form" onSubmit={submit}>
        <p class="small">{t('vault.version.what')}</p>
        {canGenerate(credential.kind) && <Check label={t('vault.generate')} hint={t('vault.generate.hint')} checked={draws} onCheck={setDraws} />}
        {draws ? <GenerateFields drawing={drawing} set={setDrawing} /> : <SecretFields kind={credential.kind} draft={draft} faults={faults} problem={send.problem} set={changes => setDraft({...draft, ...changes})} />}
        {draws && <Notice><p>{t('vault.generate.after')}</p></Notice>}
        <ProblemNotice problem={send.problem} />
        <Button look="main" type="submit" busy={send.busy}>{t('app.save')}</Button>
      </form>
    </Dialog>
  );
}
