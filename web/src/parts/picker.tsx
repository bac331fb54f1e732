// SPDX-License-Identifier: Apache-2.0
// Choosing one of very many people or clients: a field that searches on the server as one types, and a list below it.
import type {ComponentChildren} from 'preact';
import {useEffect, useId, useRef} from 'preact/hooks';
import {t} from '../base/i18n';
import {Button} from './controls';
import {pickName, type Pick} from './picking';
import {problemText} from './shown';
import {usePicking, type Choosing, type Found} from './usePicking';

function countText({picks, by, problem}: Found): string {
  if (problem) return problemText(problem);
  if (by === undefined) return t('app.loading');
  if (!picks.items.length) return t('app.pick.none');
  return t(picks.more ? 'app.pick.more' : 'app.pick.found', {n: picks.items.length});
}

interface ListProps {
  id: string;
  label: string;
  found: Found;
  active: number;
  take: (pick: Pick) => void;
}

/** What is found. The focus stays in the field: the marked option is told by aria-activedescendant. */
function List({id, label, found, active, take}: ListProps) {
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => { list.current?.children[active]?.scrollIntoView({block: 'nearest'}); }, [active]);
  return (
    <div class="picks" onMouseDown={event => event.preventDefault()}>
      <ul id={id} role="listbox" aria-label={label} ref={list}>
        {found.picks.items.map((one, at) => (
          <li key={one.id} id={`${id}-${at}`} role="option" aria-selected={at === active} onClick={() => take(one)}>
            {pickName(one)}{one.name && one.ref && <span class="small">{one.ref}</span>}
          </li>
        ))}
      </ul>
      <p class="hint" aria-hidden="true">{countText(found)}</p>
    </div>
  );
}

interface PickerProps extends Choosing {
  label: string;
  /** What nothing chosen means, where it means something. */
  empty?: string;
  hint?: ComponentChildren;
  error?: string | undefined;
}

/** An editable combobox with a list (WAI-ARIA Authoring Practices): nothing is chosen before the person chooses. */
export function Picker({label, empty, hint, error, ...choosing}: PickerProps) {
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const {text, state, found, take, clear, type, leave, press, show} = usePicking(choosing);
  const list = `${id}-list`;
  const described = [hint ? `${id}-hint` : '', error ? `${id}-error` : ''].filter(Boolean).join(' ');
  return (
    <div class="field picker">
      <label for={id}>{label}</label>
      <div class="picker-line">
        <input id={id} ref={input} type="text" role="combobox" aria-autocomplete="list" aria-expanded={state.open} aria-controls={state.open ? list : undefined}
          aria-activedescendant={state.open && state.active >= 0 ? `${list}-${state.active}` : undefined} aria-describedby={described || undefined} aria-invalid={error ? true : undefined}
          value={text} placeholder={empty ?? t('app.pick.type')} autoComplete="off" spellcheck={false} maxLength={200}
          onInput={event => type(event.currentTarget.value)} onKeyDown={press} onClick={event => { event.currentTarget.select(); show(); }} onBlur={leave} />
        {choosing.value && <Button look="plain" tabIndex={-1} aria-label={t('app.pick.clear', {what: label})} onClick={() => { clear(); input.current?.focus(); }}>✕</Button>}
        {state.open && <List id={list} label={label} found={found} active={state.active} take={take} />}
      </div>
      <p class="unseen" role="status">{state.open ? countText(found) : ''}</p>
      {hint && <p class="hint" id={`${id}-hint`}>{hint}</p>}
      {error && <p class="wrong" id={`${id}-error`}>{error}</p>}
    </div>
  );
}
