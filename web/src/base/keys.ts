// SPDX-License-Identifier: Apache-2.0
// Keys of the keyboard, for who works without a mouse. What is bound is listed under "?".
import {useLayoutEffect, useRef} from 'preact/hooks';
import type {TextKey} from './i18n';

export interface Binding {
  key: string;
  does: TextKey;
  run: () => void;
}

const bound = new Set<readonly Binding[]>();

/** What is bound now, for the list of keys. */
export const bindings = (): Binding[] => [...bound].flat();

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName));

/** Enter on what one presses is for that, and not for a binding. */
const isPressed = (event: KeyboardEvent): boolean =>
  event.key === 'Enter' && event.target instanceof Element && event.target.closest('a, button, summary, [role=menuitem]') !== null;

/** Binds keys while the component stands: as it is drawn and not a frame later, so that a key pressed at once is answered.
 * Not while somebody types or a dialog or a menu is open. */
export function useKeys(list: readonly Binding[]): void {
  const latest = useRef(list);
  latest.current = list;
  useLayoutEffect(() => {
    const mine = latest.current;
    bound.add(mine);
    const press = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isPressed(event) || document.querySelector('dialog[open], :popover-open')) return;
      const found = latest.current.find(one => one.key === event.key);
      if (!found) return;
      event.preventDefault();
      found.run();
    };
    document.addEventListener('keydown', press);
    return () => {
      bound.delete(mine);
      document.removeEventListener('keydown', press);
    };
  }, []);
}
