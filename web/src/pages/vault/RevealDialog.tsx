// SPDX-License-Identifier: Apache-2.0
// A secret shown to a person: why, the step-up, then the secret for half a minute. It is nowhere but in this dialog.
import {useEffect, useRef, useState} from 'preact/hooks';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice, Skeleton} from '../../parts/shown';
import {StepUp} from '../../parts/stepup';
import type {Credential, Grant} from './model';
import {PurposeForm} from './PurposeForm';
import {ShownSecret} from './ShownSecret';
import {actionOf, reveal, type Secret} from './use';

type Step = 'why' | 'confirm' | 'shown' | 'hidden';

/** Calls `left` when the page is left or another tab comes to the front. */
function useLeft(left: () => void): void {
  useEffect(() => {
    const look = () => document.visibilityState === 'hidden' && left();
    document.addEventListener('visibilitychange', look);
    window.addEventListener('pagehide', left);
    return () => {
      document.removeEventListener('visibilitychange', look);
      window.removeEventListener('pagehide', left);
    };
  }, []);
}

interface RevealDialogProps {
  grant: Grant;
  credential: Credential | undefined;
  client: string;
  onClose: () => void;
}

export function RevealDialog({grant, credential, client, onClose}: RevealDialogProps) {
  const [step, setStep] = useState<Step>('why');
  const [purpose, setPurpose] = useState('');
  const [secret, setSecret] = useState<Secret>();
  const hide = () => { setSecret(undefined); setStep(before => (before === 'shown' ? 'hidden' : before)); };
  useLeft(hide);
  const open = useDo(async (verification: string) => {
    setSecret(await reveal(grant, {purpose, verification}));
    setStep('shown');
  });
  const again = () => { open.clear(); setStep('why'); };
  const body = useRef<HTMLDivElement>(null);
  // Each step takes the place of what had the keyboard.
  useEffect(() => { if (step === 'shown' || step === 'hidden') body.current?.querySelector('button')?.focus(); }, [step]);
  return (
    <Dialog title={t('vault.reveal.title', {title: credential?.label.title ?? ''})} onClose={onClose}>
      <p class="small">{client} · {t('vault.mode.reveal.leaves')}</p>
      <div ref={body}>
        <ProblemNotice problem={open.problem} again={open.problem ? again : undefined} />
        {step === 'why' && <PurposeForm grant={grant} submit={t('vault.reveal.continue')} busy={false} onPurpose={why => { setPurpose(why); setStep('confirm'); }}>
          <Notice look="warning"><p>{t('vault.reveal.known')}</p></Notice>
        </PurposeForm>}
        {step === 'confirm' && !open.busy && !open.problem && <StepUp action={actionOf(grant, 'reveal', purpose, credential, client)} proven={id => void open.run(id)} />}
        {open.busy && <Skeleton rows={2} />}
        {step === 'shown' && secret && <ShownSecret secret={secret} over={hide} />}
        {step === 'hidden' && <Notice look="ok" urgent title={t('vault.reveal.hidden')}><p><Button onClick={again}>{t('vault.reveal.again')}</Button></p></Notice>}
      </div>
    </Dialog>
  );
}
