// SPDX-License-Identifier: Apache-2.0
// Somebody leaves, step by step: the last day, who follows, what ends; then what has to be changed.
import {path} from '../../base/api';
import {t} from '../../base/i18n';
import {useGet} from '../../base/load';
import {Page} from '../../parts/page';
import {ProblemNotice, Skeleton} from '../../parts/shown';
import type {PageProps} from '../../routes';
import {Departed} from './Departed';
import {DepartureForm} from './DepartureForm';
import type {Departure as Leaving, Person} from './people';
import './people.css';
import {personName} from './shown';

/** One that was taken back, or after which they came back, is over: they may leave again. */
const stands = (departure: Leaving | undefined): departure is Leaving => departure !== undefined && !['back', 'cancelled'].includes(departure.state);

export default function Departure({params}: PageProps) {
  const id = params.id ?? '';
  const person = useGet<Person>(path`/v1/people/${id}`);
  const departure = useGet<Leaving>(path`/v1/people/${id}/departure`);
  const unknown = departure.problem?.status === 404;
  const someone = person.data;
  const name = someone ? personName(someone) : t('people.person');
  return (
    <Page title={t('people.departure.title', {name})} up={{href: `/people/${id}`, text: name}}>
      <ProblemNotice problem={person.problem ?? (unknown ? undefined : departure.problem)} again={() => { person.reload(); departure.reload(); }} />
      {(!someone || (departure.busy && !departure.data)) && !person.problem && <Skeleton rows={5} />}
      {someone && stands(departure.data) && <Departed person={someone} departure={departure.data} changed={departure.reload} />}
      {someone && (unknown || departure.data) && !departure.busy && !stands(departure.data) && <DepartureForm person={someone} done={departure.reload} />}
    </Page>
  );
}
