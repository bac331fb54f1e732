// SPDX-License-Identifier: Apache-2.0
// One-time codes of a client's account: why, then the code in large digits as long as it is good, then the next.
import {useEffect, useRef, useState} from 'preact/hooks';
import {Problem} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {ProblemNotice} from '../../parts/shown';
import {StepUp} from '../../parts/stepup';
import {useCountdown} from './countdown';
import {spaced, type Credential, type Grant} from './model';
import {PurposeForm} from './PurposeForm';
import {Ring} from './Ring';
import {CopySecret, keepCopied} from './ShownSecret';
import {actionOf, askCode, type Code} from './use';

const PERIOD_S = 30;

interface CodeProps {
  code: Code;
  busy: boolean;
  next: () => void;
}

function ShownCode({code, busy, next}: CodeProps) {
  const [over, setOver] = useState<string>();
  const left = useCountdown(code.valid_s, code.use, () => setOver(code.use));
  const isOver = over === code.use;
  const shown = useRef<HTMLDivElement>(null);
  // The button that copied went with the code: the keyboard goes on with the next one.
  useEffect(() => { if (isOver && !shown.current?.closest('dialog')?.contains(document.activeElement)) shown.current?.querySelector('button')?.focus(); }, [isOver]);
  return (
    <div class="code-shown" ref={shown} onCopy={keepCopied}>
      {!isOver && <p class="digits"><span class="unseen" role="status">{[...code.code].join(' ')}</span><span aria-hidden="true">{spaced(code.code)}</span></p>}
      {isOver && <p class="digits over">{t('vault.code.over')}</p>}
      <Ring left={left} of={Math.max(PERIOD_S, code.valid_s)} />
      <div class="actions">
        {!isOver && <CopySecret key={code.use} text={code.code} label={t('vault.mode.code')} />}
        <Button look={isOver ? 'main' : 'quiet'} busy={busy} onClick={next}>{t('vault.code.next')}</Button>
      </div>
    </div>
  );
}

interface CodeDialogProps {
  grant: Grant;
  credential: Credential | undefined;
  client: string;
  onClose: () => void;
}

export function CodeDialog({grant, credential, client, onClose}: CodeDialogProps) {
  const [purpose, setPurpose] = useState('');
  const [code, setCode] = useState<Code>();
  const ask = useDo(async (why: string, verification?: string) => {
    setPurpose(why);
    setCode(await askCode(grant, {purpose: why, verification}));
  });
  // Outside the hours of some grants the use itself has to be confirmed.
  const confirms = ask.problem instanceof Problem && ask.problem.code === 'stepup_required';
  return (
    <Dialog title={t('vault.code.title', {title: credential?.label.title ?? ''})} onClose={onClose}>
      <p class="small">{client} · {t('vault.mode.code.leaves')}</p>
      {!confirms && <ProblemNotice problem={ask.problem} />}
      {confirms && <StepUp action={actionOf(grant, 'code', purpose, credential, client)} proven={id => void ask.run(purpose, id)} />}
      {!code && !confirms && <PurposeForm grant={grant} submit={t('vault.code.get')} busy={ask.busy} onPurpose={why => void ask.run(why)} />}
      {code && !confirms && <ShownCode code={code} busy={ask.busy} next={() => void ask.run(purpose)} />}
      <p class="small">{t('vault.logged')}</p>
    </Dialog>
  );
}
