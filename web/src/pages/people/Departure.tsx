// SPDX-License-Identifier: Apache-2.0
// Somebody leaves, step by step: the last day, who follows, what ends; then what has to be changed.
import {path} from '../../base/api';
import {t} from '../../base/i18n';
import {useGet} from '../../base/load';
import type {RouteProps} from '../../base/router';
import {Page} from '../../parts/page';
import {ProblemNotice, Skeleton} from '../../parts/shown';
import {Departed} from './Departed';
import {DepartureForm} from './DepartureForm';
import type {Departure as Leaving, Person} from './people';
import './people.css';
import {personName} from './shown';

/** One that was taken back, or after which they came back, is over: they may leave again. */
const stands = (departure: Leaving | undefined): departure is Leaving => departure !== undefined && !['back', 'cancelled'].includes(departure.state);

export default function Departure({params}: RouteProps) {
  const id = params.id ?? '';
  const person = useGet<Person>(path`/v1/people/${id}`);
  const someone = person.data;
  const known = someone?.departure ? path`/v1/people/${id}/departure` : null;
  const departure = useGet<Leaving>(known);
  const reload = () => { person.reload(); departure.reload(); };
  const ready = someone && (known === null || (departure.data && !departure.busy));
  const name = someone ? personName(someone) : t('people.person');
  return (
    <Page title={t('people.departure.title', {name})} up={{href: `/people/${id}`, text: name}}>
      <ProblemNotice problem={person.problem ?? departure.problem} again={reload} />
      {!ready && !person.problem && !departure.problem && <Skeleton rows={5} />}
      {someone && stands(departure.data) && <Departed person={someone} departure={departure.data} changed={reload} />}
      {ready && !stands(departure.data) && <DepartureForm person={someone} done={reload} />}
    </Page>
  );
}
