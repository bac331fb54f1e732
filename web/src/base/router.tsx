// SPDX-License-Identifier: Apache-2.0
// Where we are: the address bar is the only truth. Plain <a href> works; a click on one does not load the page anew.
import {useEffect, useState} from 'preact/hooks';

const MOVED = 'muniment:moved';

export function navigate(href: string, how: 'push' | 'replace' = 'push'): void {
  if (how === 'replace') history.replaceState(history.state, '', href);
  else history.pushState({from: location.pathname + location.search}, '', href);
  window.dispatchEvent(new Event(MOVED));
}

/** The address of ours from which somebody came here: going back leads there. Undefined when they came from outside. */
export function cameFrom(): string | undefined {
  const state: unknown = history.state;
  return typeof state === 'object' && state !== null && 'from' in state && typeof state.from === 'string' ? state.from : undefined;
}

function isOurs(event: MouseEvent, link: HTMLAnchorElement): boolean {
  const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
  return plain && link.origin === location.origin && !link.target && !link.hasAttribute('download') && !link.pathname.startsWith('/v1/');
}

/** Once, at the start. */
export function catchLinks(): void {
  document.addEventListener('click', event => {
    const link = event.target instanceof Element ? event.target.closest('a') : null;
    if (!link?.href || event.defaultPrevented || !isOurs(event, link)) return;
    if (link.hash && link.pathname === location.pathname && link.search === location.search) return;
    event.preventDefault();
    navigate(link.href);
    window.scrollTo(0, 0);
  });
}

/** What a page is given: the parts of the address that its pattern names. */
export interface RouteProps {
  params: Record<string, string>;
}

export interface Place {
  path: string;
  query: URLSearchParams;
}

const place = (): Place => ({path: location.pathname, query: new URLSearchParams(location.search)});

export function usePlace(): Place {
  const [now, setNow] = useState(place);
  useEffect(() => {
    const look = () => setNow(place());
    window.addEventListener('popstate', look);
    window.addEventListener(MOVED, look);
    return () => {
      window.removeEventListener('popstate', look);
      window.removeEventListener(MOVED, look);
    };
  }, []);
  return now;
}

/** The address with some parameters of the query changed; null or '' takes one away, a list repeats it. */
export function withQuery(changes: Record<string, string | readonly string[] | null>): string {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries(changes)) {
    query.delete(name);
    for (const one of Array.isArray(value) ? value : [value]) if (one) query.append(name, one);
  }
  const text = query.toString();
  return location.pathname + (text ? `?${text}` : '');
}

/** The parts of a path that a pattern names: match('/people/:id', '/people/per_1') is {id: 'per_1'}. */
export function match(pattern: string, path: string): Record<string, string> | undefined {
  const wanted = pattern.split('/');
  const given = path.replace(/\/$/, '').split('/');
  if (wanted.length !== given.length) return undefined;
  const parts: Record<string, string> = {};
  for (const [at, want] of wanted.entries()) {
    const part = given[at] ?? '';
    if (want.startsWith(':') && part) parts[want.slice(1)] = decodeURIComponent(part);
    else if (want !== part) return undefined;
  }
  return parts;
}
