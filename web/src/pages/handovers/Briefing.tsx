// SPDX-License-Identifier: Apache-2.0
// What the stand-in is to know before the start, without any secret; and saying that it is read.
import {path, post} from '../../base/api';
import {t, word} from '../../base/i18n';
import {useDo, useGet} from '../../base/load';
import {say} from '../../base/say';
import {Button} from '../../parts/controls';
import {Section, Table} from '../../parts/page';
import {Chip, ProblemNotice, Skeleton, Time} from '../../parts/shown';

interface Item {
  grant: string;
  client_name: string | null;
  title: string | null;
  kind: string;
  modes: string[];
  until: string;
  task: string | null;
  mandate: string | null;
}

function Row({item}: {item: Item}) {
  return (
    <tr>
      <td>{item.client_name || t('handovers.erased')}</td>
      <td>{item.title || t('handovers.erased')}<div class="small">{item.modes.map(mode => word('handovers.mode', mode)).join(', ')}</div></td>
      <td>{item.task}{item.mandate && <div class="small">{item.mandate}</div>}</td>
      <td><Time at={item.until} style="minute" /></td>
    </tr>
  );
}

export function Briefing({id, accept, changed}: {id: string; accept: boolean; changed: () => void}) {
  const {data, problem, reload} = useGet<{items: Item[]}>(path`/v1/handovers/${id}/briefing`);
  const doing = useDo(async () => {
    await post(path`/v1/handovers/${id}/acceptance`);
    say(t('handovers.did.accept'));
    changed();
  });
  return (
    <Section title={t('handovers.briefing')} actions={!accept && <Chip look="ok">{t('handovers.briefing.read')}</Chip>}>
      <ProblemNotice problem={problem} again={reload} />
      {!data && !problem && <Skeleton rows={3} />}
      {data && (
        <Table caption={t('handovers.briefing')} look="stacks">
          <thead><tr><th scope="col">{t('handovers.client')}</th><th scope="col">{t('handovers.access')}</th><th scope="col">{t('handovers.task')}</th><th scope="col">{t('handovers.until')}</th></tr></thead>
          <tbody>{data.items.map(item => <Row key={item.grant} item={item} />)}</tbody>
        </Table>
      )}
      <ProblemNotice problem={doing.problem} />
      {data && accept && <p class="more"><Button look="main" busy={doing.busy} onClick={() => void doing.run()}>{t('handovers.accept')}</Button></p>}
    </Section>
  );
}
