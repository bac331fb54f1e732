// SPDX-License-Identifier: Apache-2.0
// Taking the sealed file, once: what it means, the step-up, then the file and how it is opened.
import {useState} from 'preact/hooks';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {saveFile} from '../../base/save';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice, Skeleton} from '../../parts/shown';
import {StepUp} from '../../parts/stepup';
import {Command} from './Command';
import {clientOf} from './shown';
import {actionFields, plainName, sealedName, takeFile, type Takeout} from './takeout';

/** The line that opens it, where the private key is. */
export const Opening = ({takeout}: {takeout: Takeout}) => (
  <p>{t('takeouts.opening')} <Command text={`age -d -i key.txt -o ${plainName(takeout)} ${sealedName(takeout)}`} /></p>
);

function Arrived({takeout, file, onClose}: {takeout: Takeout; file: Blob; onClose: () => void}) {
  return (
    <div class="stack">
      <Notice look="ok" urgent title={t('takeouts.arrived')}><p>{t('takeouts.arrived.as', {name: sealedName(takeout)})}</p></Notice>
      <Opening takeout={takeout} />
      <p class="small">{t('takeouts.opening.care')}</p>
      <div class="actions">
        <Button onClick={() => saveFile(file, sealedName(takeout))}>{t('takeouts.save_again')}</Button>
        <Button look="main" onClick={onClose}>{t('app.close')}</Button>
      </div>
    </div>
  );
}

interface TakingProps {
  takeout: Takeout;
  onClose: () => void;
  /** It was given out, whether it arrived or not. */
  taken: () => void;
}

export function Taking({takeout, onClose, taken}: TakingProps) {
  const [sure, setSure] = useState(false);
  const [file, setFile] = useState<Blob>();
  const take = useDo(async (verification: string) => {
    try {
      const made = await takeFile(takeout, verification);
      setFile(made);
      saveFile(made, sealedName(takeout));
      say(t('takeouts.arrived'));
    } finally {
      taken();
    }
  });
  const again = () => { take.clear(); setSure(false); };
  const action = {type: 'takeout', text: t('takeouts.confirm', {client: clientOf(takeout), purpose: takeout.purpose ?? ''}).slice(0, 500), fields: actionFields(takeout)};
  return (
    <Dialog title={t('takeouts.take')} onClose={onClose}>
      <ProblemNotice problem={take.problem} again={take.problem?.code === 'takeout_lost' ? undefined : again} />
      {file && <Arrived takeout={takeout} file={file} onClose={onClose} />}
      {!sure && !file && (
        <div class="stack">
          <Notice look="warning"><p>{t('takeouts.take.once')}</p><p>{t('takeouts.take.known')}</p></Notice>
          <div class="actions"><Button look="main" onClick={() => setSure(true)}>{t('vault.reveal.continue')}</Button><Button onClick={onClose}>{t('app.cancel')}</Button></div>
        </div>
      )}
      {sure && !take.busy && !take.problem && !file && <StepUp action={action} proven={id => void take.run(id)} />}
      {take.busy && <Skeleton rows={2} />}
    </Dialog>
  );
}
