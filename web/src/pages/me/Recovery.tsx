// SPDX-License-Identifier: Apache-2.0
// Ten recovery codes, shown once: to print, to keep as a file, to copy.
import {useState} from 'preact/hooks';
import {path, post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {saveFile} from '../../base/save';
import {Button, Check, CopyButton} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice} from '../../parts/shown';
import type {Started} from './me';

const keepAsFile = (codes: readonly string[]): void =>
  saveFile(new Blob([`${codes.join('\n')}\n`], {type: 'text/plain'}), 'muniment-recovery-codes.txt');

function Codes({codes, onClose}: {codes: readonly string[]; onClose: () => void}) {
  const [kept, setKept] = useState(false);
  return (
    <>
      <Notice look="warning"><p>{t('me.recovery.once')}</p></Notice>
      <ol class="codes printable">{codes.map(code => <li key={code} class="mono">{code}</li>)}</ol>
      <div class="actions">
        <Button onClick={() => window.print()}>{t('me.recovery.print')}</Button>
        <Button onClick={() => keepAsFile(codes)}>{t('me.recovery.file')}</Button>
        <CopyButton text={codes.join('\n')} />
      </div>
      <Check label={t('me.recovery.kept')} checked={kept} onCheck={setKept} />
      <Button look="main" disabled={!kept} onClick={onClose}>{t('app.close')}</Button>
    </>
  );
}

export function Recovery({person, replaces, onClose}: {person: string; replaces: boolean; onClose: () => void}) {
  const [codes, setCodes] = useState<string[]>();
  const making = useDo(async () => setCodes((await post<Started>(path`/v1/people/${person}/factors`, {type: 'recovery'})).codes ?? []));
  return (
    <Dialog title={t('me.recovery.make')} onClose={onClose}>
      {codes && <Codes codes={codes} onClose={onClose} />}
      {!codes && (
        <div class="stack">
          <p>{t('me.recovery.what')}</p>
          {replaces && <Notice look="warning"><p>{t('me.recovery.replaces')}</p></Notice>}
          <ProblemNotice problem={making.problem} />
          <Button look="main" busy={making.busy} onClick={() => void making.run()}>{t('me.recovery.make')}</Button>
        </div>
      )}
    </Dialog>
  );
}
