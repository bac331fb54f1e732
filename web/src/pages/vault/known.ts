// SPDX-License-Identifier: Apache-2.0
// What lists of ids need: the first 500 at once, the rest one by one.
import {useEffect, useMemo, useState} from 'preact/hooks';
import {get, path, type Page} from '../../base/api';
import {t} from '../../base/i18n';
import {useGet} from '../../base/load';
import {may, useSession} from '../../base/session';
import type {Client, Credential} from './model';

const AT_ONCE = 500;
/** What a page of a list has at most is looked for one by one. */
const SINGLY_MAX = 100;

export interface Known<T> {
  all: ReadonlyMap<string, T>;
  ready: boolean;
  reload: () => void;
}

function useKnown<T extends {id: string}>(list: string, open: boolean, ids: readonly string[]): Known<T> {
  const {data, problem, reload} = useGet<Page<T>>(open ? list : null, {limit: AT_ONCE});
  const [extra, setExtra] = useState<readonly T[]>([]);
  const all = useMemo(() => new Map([...(data?.items ?? []), ...extra].map(item => [item.id, item])), [data, extra]);
  const missing = data?.next ? ids.filter(id => !all.has(id)).slice(0, SINGLY_MAX) : [];
  useEffect(() => {
    if (!missing.length) return;
    const stop = new AbortController();
    void Promise.allSettled(missing.map(id => get<T>(list + path`/${id}`, undefined, stop.signal))).then(found => {
      if (!stop.signal.aborted) setExtra(before => [...before, ...found.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))]);
    });
    return () => stop.abort();
  }, [missing.join(' ')]);
  return {all, ready: !open || data !== undefined || problem !== undefined, reload};
}

/** Credentials by their id. */
export const useCredentials = (ids: readonly string[]): Known<Credential> => useKnown<Credential>('/v1/credentials', true, ids);

/** Clients by their id; none for those who may not ask (a refusal would be on record). */
export const useClients = (ids: readonly string[]): Known<Client> => useKnown<Client>('/v1/clients', may(useSession(), 'clients.read'), ids);

/** A name, or what can be said of somebody whose name is erased or not the reader's to know. */
export const nameOf = (name: string | null | undefined): string => name || t('vault.somebody');
export const clientOf = (name: string | null | undefined): string => name || t('vault.client.unnamed');
