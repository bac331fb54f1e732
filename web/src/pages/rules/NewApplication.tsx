// SPDX-License-Identifier: Apache-2.0
// Making an application: its token is shown once, here.
import {useState} from 'preact/hooks';
import {post} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo} from '../../base/load';
import {dayOf, startOfDay} from '../../base/time';
import {Button, Check, CopyButton, TextField} from '../../parts/controls';
import {Dialog} from '../../parts/page';
import {Notice, ProblemNotice} from '../../parts/shown';

const SCOPES = ['verify', 'people:read', 'people:write', 'events:read', 'events:write', 'events:export', 'events:import', 'vault:read', 'vault:use', 'vault:reveal',
  'vault:write', 'vault:inject', 'policy:read', 'policy:write', 'admin'] as const;

const DEFAULT_MS = 90 * 24 * 60 * 60 * 1000;

interface Made {
  token?: string;
  integration_key?: string;
  secret_key?: string;
}

function Once({label, secret}: {label: string; secret: string | undefined}) {
  if (!secret) return null;
  return <div class="once"><span class="small">{label}</span><code>{secret}</code><CopyButton text={secret} what={label} /></div>;
}

function Shown({made, onClose}: {made: Made; onClose: () => void}) {
  return (
    <div class="stack">
      <Notice look="warning" title={t('rules.token.once')}><p>{t('rules.token.keep')}</p></Notice>
      <Once label={t('rules.token')} secret={made.token} />
      <Once label={t('rules.integration_key')} secret={made.integration_key} />
      <Once label={t('rules.secret_key')} secret={made.secret_key} />
      <Button look="main" onClick={onClose}>{t('rules.token.kept')}</Button>
    </div>
  );
}

export function NewApplication({onClose, made: changed}: {onClose: () => void; made: () => void}) {
  const [name, setName] = useState('');
  const [scopes, setScopes] = useState<readonly string[]>([]);
  const [until, setUntil] = useState(dayOf(new Date(Date.now() + DEFAULT_MS)));
  const [duo, setDuo] = useState(false);
  const [made, setMade] = useState<Made>();
  const making = useDo(async () => {
    setMade(await post<Made>('/v1/applications', {name: name.trim(), scopes, expires_at: startOfDay(until).toISOString(), ...(duo ? {duo} : {})}));
    changed();
  });
  const ready = name.trim() !== '' && scopes.length > 0 && until !== '';
  if (made) return <Dialog title={name} onClose={onClose}><Shown made={made} onClose={onClose} /></Dialog>;
  return (
    <Dialog title={t('rules.new_application')} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); if (ready) void making.run(); }}>
        <TextField label={t('app.name')} value={name} onText={setName} maxLength={100} required />
        <fieldset class="part">
          <legend>{t('rules.scopes')}</legend>
          {SCOPES.map(scope => (
            <Check key={scope} label={<code>{scope}</code>} hint={t(`rules.scope.${scope}`)} checked={scopes.includes(scope)}
              onCheck={on => setScopes(SCOPES.filter(one => (one === scope ? on : scopes.includes(one))))} />
          ))}
        </fieldset>
        <TextField label={t('rules.expires')} type="date" value={until} onText={setUntil} required />
        <Check label={t('rules.duo')} hint={t('rules.duo.hint')} checked={duo} onCheck={setDuo} />
        <ProblemNotice problem={making.problem} />
        <Button look="main" type="submit" busy={making.busy} disabled={!ready}>{t('rules.new_application')}</Button>
      </form>
    </Dialog>
  );
}
