// SPDX-License-Identifier: Apache-2.0
// Seconds that run down.
import {useEffect, useRef, useState} from 'preact/hooks';

const TURN_MS = 200;

/** The whole seconds left of `seconds`, counted from when `of` last changed; calls `over` once at the end. */
export function useCountdown(seconds: number, of: unknown, over: () => void): number {
  const [left, setLeft] = useState(seconds);
  const latest = useRef(over);
  latest.current = over;
  useEffect(() => {
    const end = performance.now() + seconds * 1000;
    setLeft(seconds);
    const timer = window.setInterval(() => {
      const now = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      setLeft(now);
      if (now > 0) return;
      clearInterval(timer);
      latest.current();
    }, TURN_MS);
    return () => clearInterval(timer);
  }, [seconds, of]);
  return left;
}
