// SPDX-License-Identifier: Apache-2.0
// What goes on in a picker: what is typed, what the server finds by it, whether the list stands open, what a key does.
import {useEffect, useState} from 'preact/hooks';
import {get, path, type Problem} from '../base/api';
import {language} from '../base/i18n';
import {CLOSED, findPicks, meantBy, pickName, pressed, type ListState, type Pick, type Picks, type PickSource} from './picking';

/** Typing never waits for the server: what is typed is asked for when the hands rest. */
const RESTS_MS = 200;
const NONE: Picks = {items: [], more: false};

export interface Found {
  picks: Picks;
  /** The text that these were found by; undefined before the first answer, and after a refusal. */
  by: string | undefined;
  problem: Problem | undefined;
}

/** What the server finds by the text, while the list is open. */
function useFound(source: PickSource, text: string, open: boolean): Found {
  const [found, setFound] = useState<Found>({picks: NONE, by: undefined, problem: undefined});
  useEffect(() => {
    if (!open || found.by === text) return;
    const stop = new AbortController();
    const order = new Intl.Collator(language(), {numeric: true, sensitivity: 'base'});
    const ask = () => findPicks(source, text.trim(), stop.signal, (a, b) => order.compare(pickName(a), pickName(b))).then(
      picks => setFound({picks, by: text, problem: undefined}),
      problem => { if (!stop.signal.aborted) setFound({picks: NONE, by: undefined, problem}); },
    );
    const timer = setTimeout(() => void ask(), text ? RESTS_MS : 0);
    return () => { clearTimeout(timer); stop.abort(); };
  }, [source, text, open]);
  return found;
}

/** The name of what is chosen: known from the list it was chosen in, else asked for once. */
function useChosen(source: PickSource, value: string) {
  const [known, know] = useState<Pick>();
  useEffect(() => {
    if (!value || known?.id === value) return;
    const stop = new AbortController();
    get<Pick>(source.url + path`/${value}`, undefined, stop.signal).then(know, () => { if (!stop.signal.aborted) know({id: value}); });
    return () => stop.abort();
  }, [value]);
  return {name: value && known?.id === value ? pickName(known) : '', know};
}

export interface Choosing {
  source: PickSource;
  /** The id of what is chosen; '' is nothing. */
  value: string;
  /** '' takes the choice back. */
  onPick: (id: string, name: string) => void;
  /** Who is not to be offered. */
  without?: string | undefined;
  /** Takes what is typed though nothing is found by it: an id, or a ref. */
  onTyped?: ((text: string) => void) | undefined;
}

export interface Picking {
  text: string;
  state: ListState;
  found: Found;
  take: (pick: Pick) => void;
  clear: () => void;
  type: (text: string) => void;
  /** The focus goes: what was typed and not taken goes with it, and an emptied field takes the choice back. */
  leave: () => void;
  press: (event: KeyboardEvent) => void;
  show: () => void;
}

export function usePicking({source, value, onPick, without, onTyped}: Choosing): Picking {
  const {name, know} = useChosen(source, value);
  const [typed, setTyped] = useState<string>();
  const [state, setState] = useState(CLOSED);
  const all = useFound(source, typed ?? '', state.open);
  const found = {...all, picks: {...all.picks, items: all.picks.items.filter(one => one.id !== without)}};
  const forget = () => { setTyped(undefined); setState(CLOSED); };
  const take = (pick: Pick) => { know(pick); forget(); onPick(pick.id, pickName(pick)); };
  const clear = () => { forget(); if (value) onPick('', ''); };
  const type = (text: string) => { setTyped(text); setState({open: true, active: -1}); };
  const leave = () => (typed?.trim() === '' ? clear() : forget());
  const enter = () => {
    const meant = found.by === typed ? meantBy(typed ?? '', found.picks) : undefined;
    if (meant) take(meant);
    else if (onTyped && typed) { forget(); onTyped(typed.trim()); }
  };
  const press = (event: KeyboardEvent) => {
    const reply = pressed(state, found.picks.items.length, {key: event.key, alt: event.altKey, typing: Boolean(typed?.trim()), filled: Boolean(typed || value)});
    if (reply?.do === 'unmark') setState({...state, active: -1});
    if (!reply || reply.do === 'unmark') return;
    // Neither the form nor the dialog around the field is to hear it.
    event.preventDefault();
    event.stopPropagation();
    const pick = reply.do === 'take' ? found.picks.items[reply.at] : undefined;
    if (pick) take(pick);
    if (reply.do === 'show') setState(reply.state);
    if (reply.do === 'enter') enter();
    if (reply.do === 'clear') clear();
  };
  return {text: typed ?? name, state, found, take, clear, type, leave, press, show: () => setState({open: true, active: -1})};
}
