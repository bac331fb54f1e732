// SPDX-License-Identifier: Apache-2.0
// What stands in front of every grant, and how many serve a client at a time.
import {useState} from 'preact/hooks';
import {put} from '../../base/api';
import {t} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {may, useSession} from '../../base/session';
import {Button, Check, Choice, TextField} from '../../parts/controls';
import {Section} from '../../parts/page';
import {ProblemNotice, Skeleton} from '../../parts/shown';

interface Rules {
  mandate_required: boolean;
  nda_required: boolean;
  nda_version: number | null;
  grant_days: number;
  purposes_denied: string[];
}

function RulesForm({rules, writes, saved}: {rules: Rules; writes: boolean; saved: () => void}) {
  const [draft, setDraft] = useState(rules);
  const change = (some: Partial<Rules>) => setDraft(before => ({...before, ...some}));
  const saving = useDo(async () => {
    const {nda_version, ...rest} = draft;
    await put('/v1/vault-rules', {...rest, ...(nda_version === null ? {} : {nda_version})});
    say(t('rules.saved'));
    saved();
  });
  return (
    <form onSubmit={event => { event.preventDefault(); void saving.run(); }}>
      <fieldset class="all" disabled={!writes}>
        <legend class="unseen">{t('rules.vault.grants')}</legend>
        <Check label={t('rules.vault.mandate')} hint={t('rules.vault.mandate.hint')} checked={draft.mandate_required} onCheck={mandate_required => change({mandate_required})} />
        <Check label={t('rules.vault.nda')} hint={t('rules.vault.nda.hint')} checked={draft.nda_required} onCheck={nda_required => change({nda_required})} />
        {draft.nda_required && <TextField label={t('rules.vault.nda_version')} type="number" min={1} value={draft.nda_version === null ? '' : String(draft.nda_version)} onText={text => change({nda_version: text ? Number(text) : null})} />}
        <TextField label={t('rules.vault.grant_days')} hint={t('rules.vault.grant_days.hint')} type="number" min={1} max={90} value={String(draft.grant_days)} onText={text => change({grant_days: Number(text)})} required />
      </fieldset>
      <ProblemNotice problem={saving.problem} />
      {writes && <Button look="main" type="submit" busy={saving.busy}>{t('app.save')}</Button>}
    </form>
  );
}

function Assignment({writes}: {writes: boolean}) {
  const {data, problem, reload} = useGet<{model: 'exclusive' | 'pool'}>('/v1/assignment');
  const saving = useDo(async (model: string) => {
    await put('/v1/assignment', {model});
    say(t('rules.saved'));
    reload();
  });
  if (!data) return problem ? <ProblemNotice problem={problem} again={reload} /> : <Skeleton rows={2} />;
  return (
    <fieldset class="all" disabled={!writes}>
      <legend class="unseen">{t('rules.assignment')}</legend>
      <Choice label={t('rules.assignment.model')} hint={t(`rules.assignment.${data.model}.hint`)} value={data.model} onChoose={model => void saving.run(model)}
        options={[['exclusive', t('rules.assignment.exclusive')], ['pool', t('rules.assignment.pool')]]} />
      <ProblemNotice problem={saving.problem} />
    </fieldset>
  );
}

export function VaultRules() {
  const writes = may(useSession(), 'roles.write');
  const {data, problem, reload} = useGet<Rules>('/v1/vault-rules');
  return (
    <>
      <Section title={t('rules.vault.grants')}>
        <ProblemNotice problem={problem} again={reload} />
        {!data && !problem && <Skeleton rows={4} />}
        {data && <RulesForm rules={data} writes={writes} saved={reload} />}
      </Section>
      <Section title={t('rules.assignment')}><Assignment writes={writes} /></Section>
    </>
  );
}
