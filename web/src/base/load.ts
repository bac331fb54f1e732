// SPDX-License-Identifier: Apache-2.0
// What a page reads: loaded, loaded again, page by page; what was there stays on screen until the new is there.
import {useCallback, useEffect, useRef, useState} from 'preact/hooks';
import {get, Problem, search, type Page, type Query} from './api';

export interface Loaded<T> {
  data: T | undefined;
  problem: Problem | undefined;
  busy: boolean;
  reload: () => void;
}

const asProblem = (error: unknown) => (error instanceof Problem ? error : new Problem(0, 'unreachable', String(error)));

/** Runs `read` when one of `on` changes; the answer of an outdated run is thrown away. */
export function useLoad<T>(read: (signal: AbortSignal) => Promise<T>, on: readonly unknown[]): Loaded<T> {
  const [state, setState] = useState<{data?: T; problem?: Problem; busy: boolean}>({busy: true});
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    const stop = new AbortController();
    setState(before => ({...before, busy: true}));
    read(stop.signal).then(
      data => stop.signal.aborted || setState({data, busy: false}),
      error => stop.signal.aborted || setState(before => ({...before, problem: asProblem(error), busy: false})),
    );
    return () => stop.abort();
  }, [...on, turn]);
  const reload = useCallback(() => setTurn(before => before + 1), []);
  return {data: state.data, problem: state.problem, busy: state.busy, reload};
}

/** GET of one thing; a null url loads nothing. */
export function useGet<T>(url: string | null, query?: Query): Loaded<T> {
  const target = url === null ? null : url + search(query);
  const none = new Promise<T>(() => undefined);
  const loaded = useLoad<T>(signal => (target === null ? none : get<T>(target, undefined, signal)), [target]);
  return target === null ? {...loaded, data: undefined, busy: false} : loaded;
}

export interface Paged<T> extends Loaded<T[]> {
  /** Whether there are more pages; `more` loads the next one behind what is there. */
  hasMore: boolean;
  more: () => void;
}

/** GET of a list by keyset pages. */
export function usePaged<T>(url: string | null, query?: Query): Paged<T> {
  const target = url === null ? null : url + search(query);
  const first = useGet<Page<T>>(target);
  const [rest, setRest] = useState<{of: Page<T> | undefined; items: T[]; next: string | null}>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const current = rest && rest.of === first.data ? rest : undefined;
  const next = current ? current.next : (first.data?.next ?? null);
  const more = () => {
    if (!next || busy || !first.data || target === null) return;
    setBusy(true);
    get<Page<T>>(target + (target.includes('?') ? '&' : '?') + new URLSearchParams({cursor: next})).then(
      page => setRest({of: first.data, items: [...(current?.items ?? []), ...page.items], next: page.next}),
      error => setProblem(asProblem(error)),
    ).finally(() => setBusy(false));
  };
  return {
    data: first.data && [...first.data.items, ...(current?.items ?? [])],
    problem: first.problem ?? problem,
    busy: first.busy || busy,
    reload: first.reload,
    hasMore: next !== null,
    more,
  };
}

export interface Doing<A extends unknown[]> {
  run: (...args: A) => Promise<boolean>;
  busy: boolean;
  problem: Problem | undefined;
  clear: () => void;
}

/** Something that is done once at a time; `run` says whether it went well, and a refusal is kept to be shown. */
export function useDo<A extends unknown[]>(action: (...args: A) => Promise<unknown>): Doing<A> {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const under = useRef(false);
  const run = async (...args: A) => {
    if (under.current) return false;
    under.current = true;
    setBusy(true);
    setProblem(undefined);
    try {
      await action(...args);
      return true;
    } catch (error) {
      setProblem(asProblem(error));
      return false;
    } finally {
      under.current = false;
      setBusy(false);
    }
  };
  return {run, busy, problem, clear: () => setProblem(undefined)};
}

/** Calls `turn` every `ms` while the page is visible. */
export function useEvery(ms: number, turn: () => void): void {
  const latest = useRef(turn);
  latest.current = turn;
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === 'visible' && latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
