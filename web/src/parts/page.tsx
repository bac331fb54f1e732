// SPDX-License-Identifier: Apache-2.0
// The frame of a page: its title, what can be done, its tabs; and dialogs over it.
import type {ComponentChildren} from 'preact';
import {useEffect, useId, useLayoutEffect, useRef} from 'preact/hooks';
import {t} from '../base/i18n';
import {Button} from './controls';

interface PageProps {
  title: string;
  /** Beside the title. */
  actions?: ComponentChildren;
  /** Above the title: where this page belongs. */
  up?: {href: string; text: string};
  lead?: ComponentChildren;
  children: ComponentChildren;
}

/** A page; its heading takes the focus as one comes to it, before a key can have moved it on. */
export function Page({title, actions, up, lead, children}: PageProps) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => { document.title = `${title} · Muniment`; }, [title]);
  useLayoutEffect(() => {
    if (document.activeElement === document.body || !document.activeElement?.closest('main')) heading.current?.focus({preventScroll: true});
  }, []);
  return (
    <>
      {up && <p class="up"><a href={up.href}>‹ {up.text}</a></p>}
      <header class="page-head">
        <h1 ref={heading} tabIndex={-1}>{title}</h1>
        {actions && <div class="actions">{actions}</div>}
      </header>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </>
  );
}

export function Section({title, actions, children, level = 2}: {title: ComponentChildren; actions?: ComponentChildren; children: ComponentChildren; level?: 2 | 3}) {
  const id = useId();
  const Heading = level === 2 ? 'h2' : 'h3';
  return (
    <section class="section" aria-labelledby={id}>
      <header class="section-head"><Heading id={id}>{title}</Heading>{actions && <div class="actions">{actions}</div>}</header>
      {children}
    </section>
  );
}

/** Views of one page, each with an address of its own. */
export function Tabs({label, items, current}: {label: string; items: readonly {id: string; text: ComponentChildren; href: string}[]; current: string}) {
  const bar = useRef<HTMLElement>(null);
  // On a narrow screen the tabs scroll by themselves: the current one has to be seen.
  useEffect(() => {
    const tab = bar.current?.querySelector<HTMLElement>('[aria-current]');
    if (bar.current && tab) bar.current.scrollLeft = tab.offsetLeft - bar.current.offsetLeft - (bar.current.clientWidth - tab.offsetWidth) / 2;
  }, [current]);
  return (
    <nav class="tabs" aria-label={label} ref={bar}>
      {items.map(item => <a key={item.id} href={item.href} aria-current={item.id === current ? 'page' : undefined}>{item.text}</a>)}
    </nav>
  );
}

/** A dialog that stands as long as it is drawn. Esc and the cross close it. */
export function Dialog({title, onClose, children, wide = false}: {title: string; onClose: () => void; children: ComponentChildren; wide?: boolean}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  // The focus goes back as the dialog goes, not a moment later: a key pressed at once has moved it on by then.
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => { if (before instanceof HTMLElement) before.focus(); };
  }, []);
  return (
    <dialog ref={dialog} class={wide ? 'wide' : ''} aria-labelledby={id} onCancel={event => { event.preventDefault(); onClose(); }}>
      <header><h2 id={id}>{title}</h2><Button look="plain" aria-label={t('app.close')} onClick={onClose}>✕</Button></header>
      {children}
    </dialog>
  );
}

/** Each cell is told its column's heading and its role: a narrow screen shows rows as blocks, and a browser that takes a block
 * for no row any more would read out a heap of words. */
function labelCells(table: HTMLTableElement): void {
  const titles = [...(table.tHead?.rows[0]?.cells ?? [])].map(cell => (cell.querySelector('.unseen') ? '' : cell.innerText.trim()));
  for (const row of [...table.tBodies].flatMap(body => [...body.rows])) {
    row.setAttribute('role', 'row');
    for (const cell of row.cells) {
      cell.setAttribute('role', cell.tagName === 'TH' ? 'rowheader' : 'cell');
      const title = titles[cell.cellIndex];
      if (title && cell.tagName === 'TD' && cell.colSpan === 1) cell.setAttribute('data-label', title);
    }
  }
}

/** A table that scrolls by itself where it is wider than the screen, by keyboard too. One that `stacks` has its rows as blocks
 * on a phone. */
export function Table({caption, children, look = ''}: {caption: string; children: ComponentChildren; look?: string}) {
  const table = useRef<HTMLTableElement>(null);
  const stacks = look.split(' ').includes('stacks');
  useEffect(() => {
    if (stacks && table.current) labelCells(table.current);
  });
  return (
    <div class="table" tabIndex={0} role="group" aria-label={caption}>
      <table ref={table} class={look} role="table"><caption class="unseen">{caption}</caption>{children}</table>
    </div>
  );
}

/** The button under a list that goes on. */
export function More({hasMore, busy, more, shown}: {hasMore: boolean; busy: boolean; more: () => void; shown: number}) {
  return (
    <p class="more">
      <span>{t('app.shown', {n: shown})}</span>
      {hasMore && <Button busy={busy} onClick={more}>{t('app.older')}</Button>}
    </p>
  );
}
