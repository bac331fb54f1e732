// SPDX-License-Identifier: Apache-2.0
// A short word on what happened: shown for a while, and told to screen readers.
import {useEffect, useState} from 'preact/hooks';

const SAID = 'muniment:said';

export function say(text: string): void {
  window.dispatchEvent(new CustomEvent(SAID, {detail: text}));
}

/** What was said last; empty after `ms`. */
export function useSaid(ms = 6000): string {
  const [text, setText] = useState('');
  useEffect(() => {
    let timer = 0;
    const hear = (event: Event) => {
      setText((event as CustomEvent<string>).detail);
      clearTimeout(timer);
      timer = window.setTimeout(() => setText(''), ms);
    };
    window.addEventListener(SAID, hear);
    return () => {
      clearTimeout(timer);
      window.removeEventListener(SAID, hear);
    };
  }, [ms]);
  return text;
}
