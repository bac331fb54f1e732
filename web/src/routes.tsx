// SPDX-License-Identifier: Apache-2.0
// Which page stands at which path. A page is loaded when somebody goes there.
import type {ComponentType} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {loadWhole, t} from './base/i18n';
import {match, type RouteProps} from './base/router';
import {Button} from './parts/controls';
import {Page} from './parts/page';
import {Notice, Skeleton} from './parts/shown';

type PageModule = {default: ComponentType<RouteProps>};

interface Route {
  pattern: string;
  load: () => Promise<PageModule>;
  /** Its texts are there from the start. */
  first?: true;
}

const ROUTES: readonly Route[] = [
  {pattern: '/security', load: () => import('./pages/security/Security'), first: true},
  {pattern: '/events/:id', load: () => import('./pages/event/Event')},
  {pattern: '/people', load: () => import('./pages/people/People')},
  {pattern: '/people/:id', load: () => import('./pages/people/Person')},
  {pattern: '/people/:id/departure', load: () => import('./pages/people/Departure')},
  {pattern: '/devices/:id', load: () => import('./pages/people/Device')},
  {pattern: '/clients', load: () => import('./pages/people/Clients')},
  {pattern: '/clients/:id', load: () => import('./pages/people/Client')},
  {pattern: '/vault', load: () => import('./pages/vault/Vault')},
  {pattern: '/credentials/:id', load: () => import('./pages/vault/Credential')},
  {pattern: '/grants/:id', load: () => import('./pages/vault/Grant')},
  {pattern: '/approvals', load: () => import('./pages/handovers/Approvals')},
  {pattern: '/handovers', load: () => import('./pages/handovers/Handovers')},
  {pattern: '/handovers/:id', load: () => import('./pages/handovers/Handover')},
  {pattern: '/takeouts', load: () => import('./pages/takeouts/Takeouts')},
  {pattern: '/takeouts/:id', load: () => import('./pages/takeouts/Takeout')},
  {pattern: '/rules', load: () => import('./pages/rules/Rules')},
  {pattern: '/rules/:part', load: () => import('./pages/rules/Rules')},
  {pattern: '/me', load: () => import('./pages/me/Me')},
];

const pages = new Map<string, ComponentType<RouteProps>>();

function usePage(path: string) {
  const [turn, setTurn] = useState(0);
  const [failed, setFailed] = useState(false);
  const route = ROUTES.find(one => match(one.pattern, path));
  const page = route && pages.get(route.pattern);
  useEffect(() => {
    if (!route || page) return;
    setFailed(false);
    Promise.all([route.load(), route.first ? undefined : loadWhole()]).then(
      ([loaded]) => { pages.set(route.pattern, loaded.default); setTurn(before => before + 1); },
      () => setFailed(true),
    );
  }, [route, page, turn]);
  return {route, page, failed, again: () => setTurn(before => before + 1)};
}

export function Routed({path, missing}: {path: string; missing: string}) {
  const {route, page: PageOf, failed, again} = usePage(path);
  if (!route) return <Page title={missing}><p><a href="/">{t('app.home')}</a></p></Page>;
  if (failed) return <Notice look="alert" urgent title={t('problem.unreachable')}><Button onClick={again}>{t('app.again')}</Button></Notice>;
  if (!PageOf) return <Skeleton />;
  return <PageOf key={path} params={match(route.pattern, path) ?? {}} />;
}
