// SPDX-License-Identifier: Apache-2.0
// What was changed, before and after side by side.
import {t} from '../../base/i18n';
import {Section, Table} from '../../parts/page';
import {memberName, valueText, type Change} from './event';

function Value({change, side}: {change: Change; side: 'before' | 'after'}) {
  if (change.secret) return <span class="quiet-text">{t('event.secret')}</span>;
  const value = change[side];
  if (value === undefined || value === null) return <span class="quiet-text">{t('event.nothing')}</span>;
  return side === 'before' ? <del>{valueText(value)}</del> : <ins>{valueText(value)}</ins>;
}

export function Changes({changes}: {changes: Change[]}) {
  if (changes.length === 0) return null;
  return (
    <Section title={t('event.changes')}>
      <Table caption={t('event.changes')} look="changes">
        <thead><tr><th scope="col">{t('event.field')}</th><th scope="col">{t('event.before')}</th><th scope="col">{t('event.after')}</th></tr></thead>
        <tbody>
          {changes.map((change, at) => (
            <tr key={at}><th scope="row">{memberName(change.field)}</th><td><Value change={change} side="before" /></td><td><Value change={change} side="after" /></td></tr>
          ))}
        </tbody>
      </Table>
    </Section>
  );
}
