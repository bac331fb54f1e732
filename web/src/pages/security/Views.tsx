// SPDX-License-Identifier: Apache-2.0
// Filters under a name: one's own, and those that everybody of the business has.
import {useState} from 'preact/hooks';
import {path, put, remove} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {logScope, useSession} from '../../base/session';
import {Button, Check, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {ProblemNotice} from '../../parts/shown';
import {hrefOf, isPrivate, type Filters} from './filters';

interface View {
  name: string;
  query: string;
  shared: boolean;
  by: string;
  by_name: string;
}

const NAME_MAX = 100;

/** A view keeps what stands behind '?': words and addresses are not kept. */
const queryOf = (filters: Filters): string => new URL(hrefOf(filters), location.origin).search.slice(1);

/** A name is a part of a path, which can't have a slash in it. */
const nameOf = (typed: string): string => typed.trim().replaceAll('/', '-');

interface SaveProps {
  filters: Filters;
  saved: () => void;
  onClose: () => void;
}

function SaveDialog({filters, saved, onClose}: SaveProps) {
  const mayShare = logScope(useSession()) === 4;
  const [name, setName] = useState('');
  const [shared, setShared] = useState(false);
  const save = useDo(() => put(path`/v1/views/${nameOf(name)}`, {query: queryOf(filters), shared}));
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!(await save.run())) return;
    say(t('security.view.saved'));
    saved();
  };
  return (
    <Dialog title={t('security.view.save')} onClose={onClose}>
      <form onSubmit={submit}>
        <TextField label={t('app.name')} value={name} onText={setName} required maxLength={NAME_MAX} autoComplete="off" hint={isPrivate(filters) ? t('security.view.private') : undefined} />
        {mayShare && <Check label={t('security.view.share')} checked={shared} onCheck={setShared} />}
        <ProblemNotice problem={save.problem} />
        <p class="actions"><Button look="main" type="submit" busy={save.busy}>{t('app.save')}</Button><Button onClick={onClose}>{t('app.cancel')}</Button></p>
      </form>
    </Dialog>
  );
}

function ViewLink({view, here, gone}: {view: View; here: boolean; gone: () => void}) {
  const mine = view.by === useSession().person.id;
  const drop = useDo(() => remove(path`/v1/views/${view.name}`, view.shared ? {shared: 1} : undefined));
  const press = async () => { if (await drop.run()) { say(t('security.view.removed')); gone(); } };
  return (
    <li>
      <a href={`/security?${view.query}`} aria-current={here ? 'true' : undefined}>{view.name}</a>
      {view.shared && <span class="small"> {t('security.view.of', {name: view.by_name})}</span>}
      {mine && here && <Button look="plain" busy={drop.busy} onClick={press} aria-label={t('security.view.remove_of', {name: view.name})}>{t('security.view.remove')}</Button>}
    </li>
  );
}

export function Views({filters}: {filters: Filters}) {
  const views = useGet<{items: View[]}>('/v1/views');
  const [saving, setSaving] = useState(false);
  const query = queryOf(filters);
  const items = views.data?.items ?? [];
  if (!query && !items.length) return null;
  return (
    <div class="views">
      {items.length > 0 && (
        <ul class="ranges" aria-label={t('security.views')}>
          {items.map(view => <ViewLink key={`${view.shared}${view.name}`} view={view} here={view.query === query} gone={views.reload} />)}
        </ul>
      )}
      {query && <Button look="plain" onClick={() => setSaving(true)}>{t('security.view.save')}</Button>}
      {saving && <SaveDialog filters={filters} onClose={() => setSaving(false)} saved={() => { setSaving(false); views.reload(); }} />}
    </div>
  );
}
