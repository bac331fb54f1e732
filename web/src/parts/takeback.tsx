// SPDX-License-Identifier: Apache-2.0
// Taking back what was asked for: to be sure, then done.
import {useState} from 'preact/hooks';
import {t} from '../base/i18n';
import {useDo} from '../base/load';
import {say} from '../base/say';
import {Button} from './controls';
import {ProblemNotice} from './shown';

interface TakeBackProps {
  /** What it is called, for who does not see what stands around. */
  what: string;
  withdraw: () => Promise<unknown>;
  done: () => void;
}

export function TakeBack({what, withdraw, done}: TakeBackProps) {
  const [sure, setSure] = useState(false);
  const doing = useDo(async () => {
    await withdraw();
    say(t('approvals.did.back'));
    done();
  });
  return (
    <div class="row">
      <ProblemNotice problem={doing.problem} />
      <Button look={sure ? 'danger' : 'quiet'} busy={doing.busy} onClick={() => (sure ? void doing.run() : setSure(true))}>{t(sure ? 'approvals.back.sure' : 'approvals.back')}<span class="unseen"> {what}</span></Button>
      {sure && <Button look="plain" onClick={() => setSure(false)}>{t('app.cancel')}</Button>}
    </div>
  );
}
