// SPDX-License-Identifier: Apache-2.0
// The buttons that use a credential through the reader's own grants, and the dialogs behind them.
import {useState} from 'preact/hooks';
import {t} from '../../base/i18n';
import {useSession} from '../../base/session';
import {Button} from '../../parts/controls';
import {CodeDialog} from './CodeDialog';
import {isOpen, usesOf, type Credential, type Grant} from './model';
import {RevealDialog} from './RevealDialog';

interface UseProps {
  grants: readonly Grant[];
  credential: Credential | undefined;
  client: string;
  /** After a dialog closed: uses were counted. */
  used: () => void;
}

/** Nothing when none of the grants is the reader's and open. */
export function UseButtons({grants, credential, client, used}: UseProps) {
  const {person} = useSession();
  const [using, setUsing] = useState<{mode: 'code' | 'reveal'; grant: Grant}>();
  const mine = grants.filter(grant => grant.to === person.id && isOpen(grant));
  const modes = (['code', 'reveal'] as const).flatMap(mode => {
    const grant = mine.find(one => usesOf(one, credential).includes(mode));
    return grant ? [{mode, grant}] : [];
  });
  const DialogOf = using?.mode === 'code' ? CodeDialog : RevealDialog;
  const title = credential?.label.title ?? '';
  return (
    <>
      {modes.map(({mode, grant}) => (
        <Button key={mode} look={mode === 'code' ? 'main' : 'quiet'} title={t(`vault.mode.${mode}.leaves`)} aria-label={`${t(`vault.use.${mode}`)}: ${title}`} onClick={() => setUsing({mode, grant})}>
          {t(`vault.use.${mode}`)}
        </Button>
      ))}
      {using && <DialogOf grant={using.grant} credential={credential} client={client} onClose={() => { setUsing(undefined); used(); }} />}
    </>
  );
}
