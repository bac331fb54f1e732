// SPDX-License-Identifier: Apache-2.0
// Names of the people and clients that stand in a list: the first 500 at once, the rest one by one, and only for those
// who may ask (a refusal would be on record).
import {useEffect, useMemo, useState} from 'preact/hooks';
import {get, path, type Page} from '../../base/api';
import {t} from '../../base/i18n';
import {useGet} from '../../base/load';
import {may, useSession} from '../../base/session';
import type {Client, Credential, Person} from './model';

const AT_ONCE = 500;
/** More names than a page of a list has are never looked for one by one. */
const SINGLY_MAX = 100;

interface Known<T> {
  all: ReadonlyMap<string, T>;
  ready: boolean;
  reload: () => void;
}

function useKnown<T extends {id: string}>(list: string, one: (id: string) => string, open: boolean, ids: readonly string[]): Known<T> {
  const {data, problem, reload} = useGet<Page<T>>(open ? list : null, {limit: AT_ONCE});
  const [extra, setExtra] = useState<readonly T[]>([]);
  const all = useMemo(() => new Map([...(data?.items ?? []), ...extra].map(item => [item.id, item])), [data, extra]);
  const missing = data?.next ? ids.filter(id => !all.has(id)).slice(0, SINGLY_MAX) : [];
  useEffect(() => {
    if (!missing.length) return;
    const stop = new AbortController();
    void Promise.allSettled(missing.map(id => get<T>(one(id), undefined, stop.signal))).then(found => {
      if (!stop.signal.aborted) setExtra(before => [...before, ...found.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))]);
    });
    return () => stop.abort();
  }, [missing.join(' ')]);
  return {all, ready: !open || data !== undefined || problem !== undefined, reload};
}

export interface Names {
  clients: ReadonlyMap<string, Client>;
  people: ReadonlyMap<string, Person>;
  ready: boolean;
  client: (id: string) => string;
  /** The name of a person, or what can be said of somebody whose name the reader may not know. */
  person: (id: string) => string;
}

export function useNames(ids: {clients?: readonly string[]; people?: readonly string[]} = {}): Names {
  const session = useSession();
  const clients = useKnown<Client>('/v1/clients', id => path`/v1/clients/${id}`, may(session, 'clients.read'), ids.clients ?? []);
  const readable = (ids.people ?? []).filter(id => id.startsWith('per_'));
  const people = useKnown<Person>('/v1/people', id => path`/v1/people/${id}`, may(session, 'people.read'), readable);
  return {
    clients: clients.all,
    people: people.all,
    ready: clients.ready && people.ready,
    client: id => clients.all.get(id)?.name ?? (id === session.person.client ? session.person.name : t('vault.client.unnamed')),
    person: id => {
      if (id === session.person.id) return session.person.name;
      if (id.startsWith('app_')) return t('vault.by_application');
      return people.all.get(id)?.name ?? t('vault.somebody');
    },
  };
}

/** Credentials by their id. */
export const useCredentials = (ids: readonly string[]): Known<Credential> =>
  useKnown<Credential>('/v1/credentials', id => path`/v1/credentials/${id}`, true, ids);
