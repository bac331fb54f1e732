// SPDX-License-Identifier: Apache-2.0
// The stop of a client's vault: all use, at once, until the client's own people or an owner let it go on.
import {useState} from 'preact/hooks';
import {path, post, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice} from '../../parts/shown';

interface FreezeProps {
  /** The client's id and what it is called. */
  client: string;
  name: string;
  frozen: boolean;
  changed: (frozen: boolean) => void;
}

/** Nothing for those who may not do it: who approves grants stops it, only the client's own people and owners let it go on. */
export function FreezeButton({client, name, frozen, changed}: FreezeProps) {
  const session = useSession();
  const [asks, setAsks] = useState(false);
  const turn = useDo(async () => {
    await (frozen ? remove(path`/v1/clients/${client}/freeze`) : post(path`/v1/clients/${client}/freeze`));
    say(t(frozen ? 'vault.freeze.lifted' : 'vault.freeze.done'));
    setAsks(false);
    changed(!frozen);
  });
  const own = session.person.client === client;
  if (!own && !(frozen ? session.person.roles.includes('owner') : may(session, 'grant.approve'))) return null;
  return (
    <>
      <Button look={frozen ? 'quiet' : 'danger'} onClick={() => setAsks(true)}>{t(frozen ? 'vault.freeze.lift' : 'vault.freeze')}</Button>
      {asks && <Dialog title={t(frozen ? 'vault.freeze.lift.title' : 'vault.freeze.title', {client: name})} onClose={() => setAsks(false)}>
        <div class="stack">
          <Notice look={frozen ? 'notice' : 'warning'}><p>{t(frozen ? 'vault.freeze.lift.what' : 'vault.freeze.what')}</p></Notice>
          <ProblemNotice problem={turn.problem} />
          <div class="actions">
            <Button look={frozen ? 'main' : 'danger'} busy={turn.busy} onClick={() => void turn.run()}>{t(frozen ? 'vault.freeze.lift' : 'vault.freeze')}</Button>
            <Button onClick={() => setAsks(false)}>{t('app.cancel')}</Button>
          </div>
        </div>
      </Dialog>}
    </>
  );
}
