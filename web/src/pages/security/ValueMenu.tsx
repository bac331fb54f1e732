// SPDX-License-Identifier: Apache-2.0
// A value in a row, and what one can do with it: look only at it, look at all but it, or go to its page.
import type {ComponentChildren} from 'preact';
import {createContext} from 'preact';
import {useContext, useEffect, useRef} from 'preact/hooks';
import {t} from '../../base/i18n';
import type {Field} from './filters';

export interface Chosen {
  field: Field;
  value: string;
  /** As it is shown. */
  text: string;
  /** Its own page. */
  href?: string | undefined;
  /** What the page is; then going there comes first in the menu. */
  hrefText?: string | undefined;
}

export type OpenMenu = (at: HTMLElement, chosen: Chosen) => void;

/** One menu for all rows: it is drawn once. */
export const MenuContext = createContext<OpenMenu>(() => undefined);

/** `title` is the whole of what the text is a part of. */
type ValueProps = Chosen & {children?: ComponentChildren; look?: string; title?: string | undefined};

/** Only the current row's values are stops of the Tab key (LogTable); else a page would have a thousand of them. */
export function Value({field, value, text, href, hrefText, children, look = '', title}: ValueProps) {
  const open = useContext(MenuContext);
  return (
    <button type="button" class={`value ${look}`} tabIndex={-1} aria-haspopup="menu" title={title} onClick={event => open(event.currentTarget, {field, value, text, href, hrefText})}>
      {children ?? text}
    </button>
  );
}

interface MenuProps {
  at: HTMLElement;
  chosen: Chosen;
  only: () => void;
  without: (() => void) | undefined;
  onClose: () => void;
}

/** Under its value, inside of the screen. */
function place(menu: HTMLElement, at: HTMLElement): void {
  const value = at.getBoundingClientRect();
  const own = menu.getBoundingClientRect();
  const left = Math.max(8, Math.min(value.left, document.documentElement.clientWidth - own.width - 8));
  const below = value.bottom + own.height + 8 < window.innerHeight;
  menu.style.left = `${left}px`;
  menu.style.top = `${below ? value.bottom + 4 : Math.max(8, value.top - own.height - 4)}px`;
}

function step(menu: HTMLElement, by: number): void {
  const items = [...menu.querySelectorAll<HTMLElement>('[role=menuitem]')];
  const now = items.indexOf(document.activeElement as HTMLElement);
  items[(now + by + items.length) % items.length]?.focus();
}

export function ValueMenu({at, chosen, only, without, onClose}: MenuProps) {
  const menu = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const node = menu.current;
    if (!node) return;
    node.showPopover();
    place(node, at);
    node.querySelector<HTMLElement>('[role=menuitem]')?.focus();
  }, [at, chosen]);
  const press = (event: KeyboardEvent) => {
    const by = {ArrowDown: 1, ArrowUp: -1}[event.key];
    if (event.key === 'Tab') menu.current?.hidePopover();
    if (!by || !menu.current) return;
    event.preventDefault();
    step(menu.current, by);
  };
  const does = (action: () => void) => () => { menu.current?.hidePopover(); action(); };
  const closed = (event: {newState: string}) => { if (event.newState === 'closed') { at.focus(); onClose(); } };
  const link = chosen.href && <a role="menuitem" tabIndex={-1} href={chosen.href}>{chosen.hrefText ?? t('security.open')}</a>;
  return (
    <div ref={menu} class="value-menu" popover="auto" role="menu" aria-label={chosen.text} onKeyDown={press} onToggle={closed}>
      {chosen.hrefText && link}
      <button type="button" role="menuitem" tabIndex={-1} onClick={does(only)}>{t('security.only', {value: chosen.text})}</button>
      {without && <button type="button" role="menuitem" tabIndex={-1} onClick={does(without)}>{t('security.without', {value: chosen.text})}</button>}
      {!chosen.hrefText && link}
    </div>
  );
}
