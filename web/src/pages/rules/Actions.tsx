// SPDX-License-Identifier: Apache-2.0
// What the log knows: every action with its class, how severe it is, what it has to say; and the tenant's own.
import {useState} from 'preact/hooks';
import {path, put, remove} from '../../base/api';
import {language, sorted, t, word} from '../../base/i18n';
import {useDo, usePaged} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button, Check, Choice, TextField} from '../../parts/controls';
import {Dialog, More, Table} from '../../parts/page';
import {Chip, Empty, ProblemNotice, Severity, Skeleton} from '../../parts/shown';

interface Action {
  name: string;
  class: string;
  also: string;
  severity: string;
  critical: boolean;
  required: string[];
  declared: boolean;
  state: 'active' | 'retired';
  sentence: string;
}

const CLASSES = ['login', 'session', 'challenge', 'factor', 'device', 'export', 'import', 'record', 'edit', 'delete', 'payment', 'credential', 'grant', 'handover', 'consent', 'staff',
  'policy', 'log', 'alert', 'privacy', 'system'] as const;
const SEVERITIES = ['info', 'notice', 'warning', 'alert'] as const;

function Row({action, retire}: {action: Action; retire: (() => void) | undefined}) {
  return (
    <tr>
      <td>{action.sentence}<div class="small mono">{action.name}</div></td>
      <td>{word('security.class', action.class)}</td>
      <td><Severity level={action.severity} />{action.critical && <div class="small">{t('rules.action.critical')}</div>}</td>
      <td class="small mono">{action.required.join(', ')}</td>
      <td>
        {action.declared && <Chip look="notice">{t(action.state === 'active' ? 'rules.action.own' : 'rules.action.retired')}</Chip>}
        {retire && <Button look="plain" onClick={retire}>{t('rules.action.retire')}<span class="unseen"> {action.name}</span></Button>}
      </td>
    </tr>
  );
}

function NewAction({onClose, made}: {onClose: () => void; made: () => void}) {
  const [name, setName] = useState('app.');
  const [label, setLabel] = useState('');
  const [of, setOf] = useState<(typeof CLASSES)[number]>('record');
  const [severity, setSeverity] = useState<(typeof SEVERITIES)[number]>('info');
  const [critical, setCritical] = useState(false);
  const isName = /^app\.[a-z][a-z0-9_-]*(\.[a-z0-9_-]+)*$/.test(name) && name.length <= 64;
  const saving = useDo(async () => {
    await put(path`/v1/actions/${name}`, {class: of, severity, critical, label: {en: label, [language()]: label}});
    say(t('rules.saved'));
    made();
    onClose();
  });
  return (
    <Dialog title={t('rules.new_action')} onClose={onClose}>
      <form onSubmit={event => { event.preventDefault(); if (isName) void saving.run(); }}>
        <TextField label={t('app.name')} hint={t('rules.new_action.hint')} value={name} onText={setName} maxLength={64} spellcheck={false} required error={name.length > 4 && !isName ? t('rules.wrong') : undefined} />
        <TextField label={t('rules.action.sentence')} value={label} onText={setLabel} maxLength={100} required />
        <Choice label={t('rules.action.class')} value={of} options={CLASSES.map(one => [one, word('security.class', one)] as const)} onChoose={setOf} />
        <Choice label={t('rules.action.severity')} value={severity} options={SEVERITIES.map(one => [one, t(`app.severity.${one}`)] as const)} onChoose={setSeverity} />
        <Check label={t('rules.action.critical')} checked={critical} onCheck={setCritical} />
        <ProblemNotice problem={saving.problem} />
        <Button look="main" type="submit" busy={saving.busy}>{t('rules.new_action')}</Button>
      </form>
    </Dialog>
  );
}

const fits = (action: Action, text: string): boolean => `${action.sentence} ${action.name} ${action.class} ${word('security.class', action.class)}`.toLowerCase().includes(text.trim().toLowerCase());

export function Actions() {
  const writes = may(useSession(), 'roles.write');
  const {data, problem, busy, reload, hasMore, more} = usePaged<Action>('/v1/actions', {limit: 500, language: language()});
  const [text, setText] = useState('');
  const [adds, setAdds] = useState(false);
  const retiring = useDo(async (name: string) => { await remove(path`/v1/actions/${name}`); reload(); });
  const found = data && sorted(data.filter(one => fits(one, text)), one => `${one.declared ? 0 : 1} ${one.class} ${one.name}`);
  return (
    <>
      <div class="row"><TextField label={t('rules.action.find')} type="search" value={text} onText={setText} />{writes && <Button onClick={() => setAdds(true)}>{t('rules.new_action')}</Button>}</div>
      <ProblemNotice problem={problem ?? retiring.problem} again={reload} />
      {!found && !problem && <Skeleton rows={10} />}
      {found?.length === 0 && <Empty title={t('rules.action.none')} />}
      {found && found.length > 0 && (
        <Table caption={t('rules.tab.actions')} look="stacks">
          <thead><tr><th scope="col">{t('rules.action.sentence')}</th><th scope="col">{t('rules.action.class')}</th><th scope="col">{t('rules.action.severity')}</th><th scope="col">{t('rules.action.required')}</th><th scope="col">{t('rules.state')}</th></tr></thead>
          <tbody>{found.map(one => <Row key={one.name} action={one} retire={writes && one.declared && one.state === 'active' ? () => void retiring.run(one.name) : undefined} />)}</tbody>
        </Table>
      )}
      {found && <More hasMore={hasMore} busy={busy} more={more} shown={found.length} />}
      {adds && <NewAction onClose={() => setAdds(false)} made={reload} />}
    </>
  );
}
