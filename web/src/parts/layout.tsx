// SPDX-License-Identifier: Apache-2.0
// What stands around every page: where one can go, who one is.
import type {ComponentChildren} from 'preact';
import {useEffect, useState} from 'preact/hooks';
import {LANGUAGES, keepLanguage, language, t, type Language, type TextKey} from '../base/i18n';
import {bindings, useKeys} from '../base/keys';
import {navigate} from '../base/router';
import {useSaid} from '../base/say';
import {logScope, may, useSession, type Session} from '../base/session';
import {keepTheme, theme, THEMES, type Theme} from '../base/theme';
import {Choice, Button} from './controls';
import {Mark} from './mark';
import {Dialog} from './page';
import {roleName} from './shown';

interface Room {
  href: string;
  text: TextKey;
  open: (session: Session) => boolean;
}

const isStaff = (session: Session) => session.person.kind !== 'client';

/** In the order in which they are offered. */
const ROOMS: readonly Room[] = [
  {href: '/security', text: 'app.room.security', open: session => logScope(session) > 1},
  {href: '/vault', text: 'app.room.vault', open: session => may(session, 'credential.use') || may(session, 'credential.deposit') || may(session, 'grant.give')},
  {href: '/approvals', text: 'app.room.approvals', open: session => !session.enrol},
  {href: '/handovers', text: 'app.room.handovers', open: session => may(session, 'handover.request') || may(session, 'handover.approve') || !isStaff(session)},
  {href: '/clients', text: 'app.room.clients', open: session => may(session, 'clients.read') && isStaff(session)},
  {href: '/people', text: 'app.room.people', open: session => may(session, 'people.read')},
  {href: '/rules', text: 'app.room.rules', open: session => may(session, 'roles.write') || may(session, 'applications.write')},
  {href: '/me', text: 'app.room.me', open: () => true},
];

/** A client's contact begins with the client's page. */
export function roomsOf(session: Session): readonly Pick<Room, 'href' | 'text'>[] {
  if (session.enrol) return ROOMS.filter(room => room.href === '/me');
  const {kind, client} = session.person;
  const own = kind === 'client' && client ? [{href: `/clients/${client}`, text: 'app.room.own'} as const] : [];
  return [...own, ...ROOMS.filter(room => room.open(session))];
}

/** Where somebody begins who asks for nothing in particular. */
export const homeOf = (session: Session): string => roomsOf(session)[0]?.href ?? '/me';

function KeysDialog({onClose}: {onClose: () => void}) {
  return (
    <Dialog title={t('app.keys')} onClose={onClose}>
      <dl class="keys">
        {bindings().map(one => <div key={one.key}><dt><kbd>{one.key}</kbd></dt><dd>{t(one.does)}</dd></div>)}
      </dl>
    </Dialog>
  );
}

/** Language and look: also for who is not signed in. */
export function Looks({choose}: {choose: (language: Language) => void}) {
  const [look, setLook] = useState<Theme>(theme());
  return (
    <div class="looks">
      <Choice label={t('app.language')} value={language()} options={Object.entries(LANGUAGES) as [Language, string][]}
        onChoose={code => { keepLanguage(code); choose(code); }} />
      <Choice label={t('app.theme')} value={look} options={THEMES.map(one => [one, t(`app.theme.${one}`)] as const)}
        onChoose={one => { keepTheme(one); setLook(one); }} />
    </div>
  );
}

function Account({session, signOut, choose}: {session: Session; signOut: () => void; choose: (language: Language) => void}) {
  return (
    <details class="account">
      <summary><span class="who">{session.person.name}</span><span class="small">{session.person.roles.map(roleName).join(', ')}</span></summary>
      <Looks choose={choose} />
      <Button onClick={signOut}>{t('app.sign_out')}</Button>
    </details>
  );
}

function Said() {
  const text = useSaid();
  return <div class={`said ${text ? 'on' : ''}`} role="status" aria-live="polite">{text}</div>;
}

/** Without touching the address: what stands behind '#' belongs to the page. */
function skip(event: Event): void {
  event.preventDefault();
  document.getElementById('main')?.focus();
}

interface FrameProps {
  path: string;
  signOut: () => void;
  choose: (language: Language) => void;
  children: ComponentChildren;
}

export function Frame({path, signOut, choose, children}: FrameProps) {
  const session = useSession();
  const [open, setOpen] = useState(false);
  const [keys, setKeys] = useState(false);
  useEffect(() => setOpen(false), [path]);
  useKeys([{key: '?', does: 'app.key.help', run: () => setKeys(true)}, {key: 'g', does: 'app.key.home', run: () => navigate(homeOf(session))}]);
  const isHere = (room: {href: string}) => path === room.href || path.startsWith(`${room.href}/`);
  return (
    <div class="frame">
      <a class="skip" href="#main" onClick={skip}>{t('app.skip')}</a>
      <header class="bar">
        <a class="brand" href="/"><Mark /><span>Muniment</span></a>
        <span class="tenant">{session.tenant.name}</span>
        <Button look="plain" class="menu" aria-expanded={open} aria-controls="rooms" onClick={() => setOpen(!open)}>{t('app.menu')}</Button>
      </header>
      <div class={`rooms ${open ? 'open' : ''}`} id="rooms">
        <nav aria-label={t('app.rooms')}>
          {roomsOf(session).map(room => <a key={room.href} href={room.href} aria-current={isHere(room) ? 'page' : undefined}>{t(room.text)}</a>)}
        </nav>
        <Account session={session} signOut={signOut} choose={choose} />
      </div>
      <main id="main" tabIndex={-1}>{children}</main>
      <Said />
      {keys && <KeysDialog onClose={() => setKeys(false)} />}
    </div>
  );
}
